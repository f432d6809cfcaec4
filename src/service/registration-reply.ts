export type TokenEndpointAuthMethod = 'client_secret_basic' | 'client_secret_post'

/** A client to register at the authorization server. */
export interface RegistrationRequest {
  readonly clientName: string
  /** The only scopes the client may ask for; not empty. */
  readonly scopes: readonly string[]
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod
}

/** What the authorization server registered. */
export interface Registration {
  readonly clientId: string
  readonly clientSecret: string
  /** All or some of the scopes asked for; not empty. */
  readonly scopes: readonly string[]
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod
  /** Seconds since the epoch. */
  readonly issuedAtSeconds?: number
  /** Seconds since the epoch. Absent where the secret does not expire. */
  readonly secretExpiresAtSeconds?: number
}

/**
 * Client Information Response (RFC 7591 section 3.2.1) -> registration. The authorization server may have replaced what
 * was asked for (section 2), so a client that turned out to be able to do more is refused. Throws an `Error` that tells
 * the member at fault and never a value: the reply holds a secret.
 */
export function parseRegistrationReply(reply: unknown, request: RegistrationRequest): Registration {
  if (typeof reply !== 'object' || reply === null || Array.isArray(reply)) throw fault('body')
  const body = reply as Readonly<Record<string, unknown>>
  assertOnlyClientCredentials(body['grant_types'])
  const issuedAtSeconds = readSeconds(body, 'client_id_issued_at')
  const secretExpiresAtSeconds = readSeconds(body, 'client_secret_expires_at')
  return {
    clientId: readText(body, 'client_id', 1024),
    clientSecret: readText(body, 'client_secret', 4096),
    scopes: readScopes(body['scope'], request.scopes),
    tokenEndpointAuthMethod: readAuthMethod(body['token_endpoint_auth_method'], request),
    ...(issuedAtSeconds !== undefined && { issuedAtSeconds }),
    // 0 stands for a secret that does not expire.
    ...(secretExpiresAtSeconds !== undefined && secretExpiresAtSeconds !== 0 && { secretExpiresAtSeconds }),
  }
}

function fault(member: string): Error {
  return new Error(`The reply to the registration is not acceptable: ${member}`)
}

function readText(body: Readonly<Record<string, unknown>>, member: string, longest: number): string {
  const value = body[member]
  if (typeof value !== 'string' || value === '' || value.length > longest) throw fault(member)
  return value
}

function readSeconds(body: Readonly<Record<string, unknown>>, member: string): number | undefined {
  const value = body[member]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !(value >= 0)) throw fault(member)
  return value
}

/**
 * All that was registered is part of the reply. Without `scope` the client was registered with none, which at some
 * authorization servers means that it may ask for any.
 */
function readScopes(value: unknown, asked: readonly string[]): readonly string[] {
  const scopes = typeof value === 'string' ? new Set(value.split(' ').filter((scope) => scope !== '')) : []
  const registered = [...scopes]
  if (registered.length === 0 || !registered.every((scope) => asked.includes(scope))) throw fault('scope')
  return registered
}

/** Left out, it would stand for the authorization code grant (RFC 7591 section 2). */
function assertOnlyClientCredentials(value: unknown): void {
  const isOnly =
    Array.isArray(value) && value.length > 0 && value.every((grant) => grant === 'client_credentials')
  if (!isOnly) throw fault('grant_types')
}

function readAuthMethod(value: unknown, request: RegistrationRequest): TokenEndpointAuthMethod {
  if (value === undefined) return request.tokenEndpointAuthMethod
  if (value !== 'client_secret_basic' && value !== 'client_secret_post')
    throw fault('token_endpoint_auth_method')
  return value
}
