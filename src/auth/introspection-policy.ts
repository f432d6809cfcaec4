import type { IssuerConventions } from './issuer-preset.js'
import { isSecureUrl, type SecureUrlOptions } from './secure-url.js'

/** Where a reply has what; by the names of RFC 7662 section 2.2 unless the issuer has its own. */
type ReplyConventions = Pick<
  IssuerConventions,
  'scopeFrom' | 'scopeFormat' | 'clientIdFrom' | 'requiredClaims'
>

/** How one issuer is asked about opaque tokens (RFC 7662), and what of its reply counts. */
export interface IntrospectionInput extends Partial<ReplyConventions> {
  /** Default: `introspection_endpoint` of the issuer's metadata. */
  readonly endpoint?: string
  /** The client as which this service asks. */
  readonly clientId: string
  readonly clientSecret: string
  /** Where the secret goes: into `Authorization` or into the form (RFC 6749 section 2.3.1). Default: `client_secret_basic`. */
  readonly authentication?: 'client_secret_basic' | 'client_secret_post'
  /** Seconds for which a reply is used again, 0 to 300, and never beyond the token's `exp`. Default: 30. */
  readonly cacheSeconds?: number
}

/** The same with nothing left open. */
export interface IntrospectionPolicy extends ReplyConventions {
  readonly endpoint: string | null
  readonly clientId: string
  readonly clientSecret: string
  readonly authentication: 'client_secret_basic' | 'client_secret_post'
  readonly cacheSeconds: number
}

export function resolveIntrospection(input: IntrospectionInput): IntrospectionPolicy {
  return {
    endpoint: input.endpoint ?? null,
    clientId: input.clientId,
    clientSecret: input.clientSecret,
    authentication: input.authentication ?? 'client_secret_basic',
    cacheSeconds: input.cacheSeconds ?? 30,
    scopeFrom: input.scopeFrom ?? 'scope',
    scopeFormat: input.scopeFormat ?? 'string',
    clientIdFrom: input.clientIdFrom ?? ['client_id'],
    requiredClaims: input.requiredClaims ?? {},
  }
}

/** What is wrong with it; the secret is not quoted. */
export function introspectionMistakes(policy: IntrospectionPolicy, options: SecureUrlOptions): string[] {
  const { endpoint, clientId, clientSecret, authentication, cacheSeconds, clientIdFrom } = policy
  const mistakes: string[] = []
  if (endpoint !== null && !isSecureUrl(endpoint, options)) {
    mistakes.push('introspection.endpoint is an https URL')
  }
  if (!isText(clientId)) mistakes.push('introspection.clientId is missing')
  if (!isText(clientSecret)) mistakes.push('introspection.clientSecret is missing')
  if (!['client_secret_basic', 'client_secret_post'].includes(authentication)) {
    mistakes.push('introspection.authentication is client_secret_basic or client_secret_post')
  }
  if (!(cacheSeconds >= 0 && cacheSeconds <= 300)) mistakes.push('introspection.cacheSeconds is 0 to 300')
  if (!Array.isArray(clientIdFrom) || clientIdFrom.length === 0) {
    mistakes.push('introspection.clientIdFrom is a list of claims')
  }
  return mistakes
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
