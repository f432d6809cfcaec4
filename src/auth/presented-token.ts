import type { AuthenticatorRequest } from './authenticator.js'

/** Why a request with a bearer token cannot be read; for the log. */
export type BearerSyntaxCode = 'repeated_header' | 'empty' | 'characters' | 'too_long' | 'token_in_query'

export type BearerToken =
  | { readonly kind: 'absent' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'syntax'; readonly code: BearerSyntaxCode }

/** Tokens with more characters are refused unread: nothing that an authorization server mints comes near. */
export const maxTokenLength = 8192

/** The scheme name, ended by anything that cannot belong to a longer name (RFC 9110 section 5.6.2, token). */
const bearerScheme = /^bearer(?![!#$%&'*+\-.^_`|~0-9a-z])/i

/** RFC 6750 section 2.1: b64token. */
const b64token = /^[A-Za-z0-9\-._~+/]+=*$/

const absent: BearerToken = { kind: 'absent' }

/**
 * The bearer token of a request, from the one place where it is accepted, the `Authorization` header (RFC 6750
 * section 2.1). Other authentication schemes are `absent`. `Authorization` is a singleton field, so two of them are an
 * error whatever they hold: which one counts would depend on who reads. A token in the query is refused even beside a
 * header (sections 2 and 2.3); the form body is never read before authorization.
 */
export function readBearerToken(request: Pick<AuthenticatorRequest, 'url' | 'headersDistinct'>): BearerToken {
  if (hasTokenInQuery(request.url ?? '')) return syntax('token_in_query')
  const fields = request.headersDistinct['authorization']
  const field = fields?.[0]
  if (fields === undefined || field === undefined) return absent
  if (fields.length > 1) return syntax('repeated_header')
  if (field === '') return syntax('empty')
  if (!bearerScheme.test(field)) return absent

  const rest = field.slice('bearer'.length)
  const token = rest.replace(/^ +/, '')
  if (token === '') return syntax('empty')
  if (token.length > maxTokenLength) return syntax('too_long')
  if (token.length === rest.length || !b64token.test(token)) return syntax('characters')
  return { kind: 'token', token }
}

function syntax(code: BearerSyntaxCode): BearerToken {
  return { kind: 'syntax', code }
}

/** A name can be percent-encoded, so a query with any `%` is decoded before it is cleared. */
function hasTokenInQuery(url: string): boolean {
  const start = url.indexOf('?')
  if (start === -1) return false
  const query = url.slice(start + 1)
  if (!query.includes('access_token') && !query.includes('%')) return false
  return new URLSearchParams(query).has('access_token')
}
