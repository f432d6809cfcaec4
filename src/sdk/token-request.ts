import type { ClientAuthentication } from './client-authentication.js'
import type { DpopProver } from './dpop.js'
import { TokenError } from './errors.js'
import { readText } from './read-text.js'
import { answerLimitBytes, parseObject, type TimeoutSignal } from './token-endpoint.js'

/** What an access token is asked for. */
export interface TokenRequest {
  readonly scopes: readonly string[]
  /** The API the token is for, at authorization servers that name it `audience` (Auth0). */
  readonly audience?: string | undefined
  /** The API the token is for (RFC 8707). */
  readonly resource?: string | undefined
  /** Further parameters, as the authorization server wants them. */
  readonly tokenParameters?: Readonly<Record<string, string>> | undefined
}

export interface TokenRequestSeams {
  readonly authentication: ClientAuthentication
  readonly dpop?: DpopProver | undefined
  readonly fetch: typeof fetch
  readonly timeoutSignal: TimeoutSignal
}

/** A token response (RFC 6749 section 5.1). */
export interface TokenResponse {
  readonly value: string
  readonly type: 'Bearer' | 'DPoP'
  readonly scopes: readonly string[]
  readonly lifeSeconds: number
}

/** Where the answer does not say (`expires_in` is only recommended), a life short enough to be true. */
const unknownLifeSeconds = 60

/**
 * Asks for an access token with the client credentials grant (RFC 6749 section 4.4). Rejects with a `TokenError`, code
 * `unreachable`, `refused` or `malformed`.
 */
export async function requestToken(
  endpoint: string,
  request: TokenRequest,
  seams: TokenRequestSeams,
): Promise<TokenResponse> {
  const first = await post(endpoint, request, seams)
  const nonced = seams.dpop?.takeNonce(endpoint, first.response.headers) === true
  const asksForNonce = nonced && parseObject(first.text)?.['error'] === 'use_dpop_nonce'
  const { response, text, secrets } = asksForNonce ? await post(endpoint, request, seams) : first
  if (!response.ok) throw toRefusal(endpoint, request.scopes, response, parseObject(text), secrets)
  const type = seams.dpop === undefined ? 'Bearer' : 'DPoP'
  return toTokenResponse(parseObject(text) ?? {}, type, request.scopes, endpoint)
}

interface Answer {
  readonly response: Response
  readonly text: string
  /** What no error may repeat. */
  readonly secrets: readonly string[]
}

async function post(
  endpoint: string,
  { scopes, audience, resource, tokenParameters }: TokenRequest,
  { authentication, dpop, fetch, timeoutSignal }: TokenRequestSeams,
): Promise<Answer> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...tokenParameters })
  if (scopes.length > 0) form.set('scope', scopes.join(' '))
  if (audience !== undefined) form.set('audience', audience)
  if (resource !== undefined) form.set('resource', resource)
  const headers = new Headers({ Accept: 'application/json' })
  const secrets = await authentication.apply({ endpoint, headers, form })
  if (dpop !== undefined) headers.set('DPoP', await dpop.prove({ method: 'POST', url: endpoint }))

  const { signal, clear } = timeoutSignal()
  try {
    // A redirect would carry the credentials elsewhere. `manual`: see `send` of an attempt.
    const response = await fetch(endpoint, {
      method: 'POST',
      headers,
      body: form,
      redirect: 'manual',
      signal,
    })
    return { response, text: await readText(response, answerLimitBytes), secrets }
  } catch (cause) {
    throw new TokenError('unreachable', `No answer from the token endpoint ${endpoint}`, { cause })
  } finally {
    clear()
  }
}

function toRefusal(
  endpoint: string,
  scopes: readonly string[],
  { status, headers }: Response,
  body: Record<string, unknown> = {},
  secrets: readonly string[],
): TokenError {
  const error = toPlainText(body['error'], secrets)
  const description = toPlainText(body['error_description'], secrets)
  const reason = [error, description].filter((part) => part !== undefined).join(': ')
  const asked = error === 'invalid_scope' && scopes.length > 0 ? ` (asked for ${scopes.join(' ')})` : ''
  const about = reason === '' ? String(status) : `${status} ${reason}${asked}`
  // A server that fails or is busy has not decided anything.
  const code = status >= 500 || status === 429 ? 'unreachable' : 'refused'
  return new TokenError(code, `The token endpoint ${endpoint} answers ${about}`, {
    status,
    headers,
    ...(error !== undefined && { error }),
  })
}

/** Printable ASCII as RFC 6749 section 5.2 allows it, not more than fits a line, and no secret that it repeats. */
function toPlainText(value: unknown, secrets: readonly string[]): string | undefined {
  if (typeof value !== 'string' || !/^[\x20-\x7e]{1,500}$/.test(value)) return undefined
  return secrets.some((secret) => secret !== '' && value.includes(secret)) ? undefined : value
}

function toTokenResponse(
  body: Record<string, unknown>,
  wanted: 'Bearer' | 'DPoP',
  asked: readonly string[],
  endpoint: string,
): TokenResponse {
  const { access_token: value, token_type: type, scope } = body
  // Some servers send the number as text (Entra ID v1).
  const life = Number(body['expires_in'] ?? unknownLifeSeconds)
  // A token of another type is of no use without a proof that this client does not make (RFC 6749 section 7.1), and
  // one that is not bound is not what was asked for (RFC 9449 section 5).
  const isWanted = typeof type === 'string' && type.toLowerCase() === wanted.toLowerCase()
  if (typeof value !== 'string' || !/^[\w.~+/-]+=*$/.test(value) || !isWanted || !(life > 0)) {
    throw new TokenError(
      'malformed',
      `The answer of the token endpoint ${endpoint} is no ${wanted} token response`,
    )
  }
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((part) => part !== '') : asked
  return { value, type: wanted, scopes, lifeSeconds: life }
}
