import type { AuthenticatorRequest } from './authenticator.js'

/** Why a request with an access token cannot be read; for the log. */
export type TokenSyntaxCode = 'repeated_header' | 'empty' | 'characters' | 'too_long' | 'token_in_query'

/** The HTTP authentication schemes that an access token comes by: RFC 6750, RFC 9449 section 7.1. */
export type TokenScheme = 'Bearer' | 'DPoP'

/** An access token, and how it was sent. */
export interface PresentedToken {
  readonly kind: 'token'
  readonly authScheme: TokenScheme
  readonly token: string
}

export type TokenReading =
  | PresentedToken
  | { readonly kind: 'absent' }
  | { readonly kind: 'syntax'; readonly code: TokenSyntaxCode; readonly authScheme?: TokenScheme }

/** Tokens with more characters are refused unread: nothing that an authorization server mints comes near. */
export const maxTokenLength = 8192

/** The scheme name, ended by anything that cannot belong to a longer name (RFC 9110 section 5.6.2, token). */
const schemeName = /^(?:bearer|dpop)(?![!#$%&'*+\-.^_`|~0-9a-z])/i

/** RFC 6750 section 2.1: b64token; RFC 9449 section 7.1: token68, which is the same. */
const b64token = /^[A-Za-z0-9\-._~+/]+=*$/

const absent: TokenReading = { kind: 'absent' }

/**
 * The access token of a request, from the one place where it is accepted, the `Authorization` header (RFC 6750
 * section 2.1, RFC 9449 section 7.1). Other authentication schemes are `absent`. `Authorization` is a singleton field, so two of them are an
 * error whatever they hold: which one counts would depend on who reads. A token in the query is refused even beside a
 * header (sections 2 and 2.3); the form body is never read before authorization.
 */
export function readPresentedToken(
  request: Pick<AuthenticatorRequest, 'url' | 'headersDistinct'>,
): TokenReading {
  if (hasTokenInQuery(request.url ?? '')) return syntax('token_in_query')
  const fields = request.headersDistinct['authorization']
  const field = fields?.[0]
  if (fields === undefined || field === undefined) return absent
  if (fields.length > 1) return syntax('repeated_header')
  if (field === '') return syntax('empty')
  const name = schemeName.exec(field)?.[0]
  if (name === undefined) return absent

  const authScheme = name.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer'
  const rest = field.slice(name.length)
  const token = rest.replace(/^ +/, '')
  if (token === '') return syntax('empty', authScheme)
  if (token.length > maxTokenLength) return syntax('too_long', authScheme)
  if (token.length === rest.length || !b64token.test(token)) return syntax('characters', authScheme)
  return { kind: 'token', authScheme, token }
}

function syntax(code: TokenSyntaxCode, authScheme?: TokenScheme): TokenReading {
  return { kind: 'syntax', code, ...(authScheme !== undefined && { authScheme }) }
}

/** A name can be percent-encoded, so a query with any `%` is decoded before it is cleared. */
function hasTokenInQuery(url: string): boolean {
  const start = url.indexOf('?')
  if (start === -1) return false
  const query = url.slice(start + 1)
  if (!query.includes('access_token') && !query.includes('%')) return false
  return new URLSearchParams(query).has('access_token')
}
