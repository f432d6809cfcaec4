import { TokenError } from './errors.js'
import { parseObject } from './token-endpoint.js'

export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string
  /** Scopes to ask for. Default: none, which leaves the choice to the authorization server. */
  readonly scopes?: readonly string[]
  /** The API the token is for, at authorization servers that name it `audience` (Auth0). Default: not sent. */
  readonly audience?: string
  /** The API the token is for (RFC 8707). Default: not sent. */
  readonly resource?: string
}

/** A token response (RFC 6749 section 5.1). */
export interface TokenResponse {
  readonly value: string
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
  credentials: ClientCredentials,
  send: typeof fetch,
  timeoutMs: number,
): Promise<TokenResponse> {
  const { clientId, clientSecret, scopes = [], audience, resource } = credentials
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scopes.length > 0) form.set('scope', scopes.join(' '))
  if (audience !== undefined) form.set('audience', audience)
  if (resource !== undefined) form.set('resource', resource)

  let response: Response
  let text: string
  try {
    response = await send(endpoint, {
      method: 'POST',
      headers: {
        Accept: 'application/json',
        Authorization: `Basic ${btoa(`${formEncode(clientId)}:${formEncode(clientSecret)}`)}`,
      },
      body: form,
      // A redirect would carry the credentials elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    text = await response.text()
  } catch (cause) {
    throw new TokenError('unreachable', `No answer from the token endpoint ${endpoint}`, { cause })
  }
  if (!response.ok) throw toRefusal(endpoint, response.status, parseObject(text))
  return toTokenResponse(parseObject(text) ?? {}, scopes, endpoint)
}

/** Identifier and secret are form-encoded before they are joined (RFC 6749 section 2.3.1). */
function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

function toRefusal(endpoint: string, status: number, body: Record<string, unknown> = {}): TokenError {
  const error = toPlainText(body['error'])
  const description = toPlainText(body['error_description'])
  const reason = [error, description].filter((part) => part !== undefined).join(': ')
  const about = reason === '' ? String(status) : `${status} ${reason}`
  // A server that fails or is busy has not decided anything.
  const code = status >= 500 || status === 429 ? 'unreachable' : 'refused'
  return new TokenError(code, `The token endpoint ${endpoint} answers ${about}`, {
    status,
    ...(error !== undefined && { error }),
  })
}

/** Printable ASCII as RFC 6749 section 5.2 allows it, and not more than fits a line. */
function toPlainText(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x20-\x7e]{1,500}$/.test(value) ? value : undefined
}

function toTokenResponse(
  body: Record<string, unknown>,
  asked: readonly string[],
  endpoint: string,
): TokenResponse {
  const { access_token: value, token_type: type, scope } = body
  // Some servers send the number as text (Entra ID v1).
  const life = body['expires_in'] === undefined ? unknownLifeSeconds : Number(body['expires_in'])
  // A token of another type is of no use without a proof that this client does not make (RFC 6749 section 7.1).
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer'
  if (typeof value !== 'string' || !/^[\w.~+/-]+=*$/.test(value) || !isBearer || !(life > 0)) {
    throw new TokenError(
      'malformed',
      `The answer of the token endpoint ${endpoint} is no bearer token response`,
    )
  }
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((part) => part !== '') : asked
  return { value, scopes, lifeSeconds: life }
}
