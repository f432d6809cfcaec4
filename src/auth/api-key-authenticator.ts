import type { Principal } from '../contract/principal.js'
import type { SecurityScheme } from '../contract/operations/security-requirement.js'
import type { Authentication, Authenticator, AuthenticatorRequest } from './authenticator.js'
import { toChallenge } from './challenge.js'
import { toSecretDigest } from './secret-digest.js'

/* OpenAPI "Security Scheme Object", `type: apiKey`: a key in a header field, a query parameter or a cookie. */

export interface ApiKeyAuthenticatorOptions {
  /** Protection space that the challenge names. Default: `'api'`. */
  readonly realm?: string
}

/**
 * Reads the key from the place that the scheme names. `findCaller` gets its SHA-256 digest in hex, as `sha256sum` writes it,
 * so that no key is stored or compared; it gives the caller, `undefined` where there is none, and throws or rejects where it
 * cannot tell, which is answered with 503. Meant for random keys of 128 bits or more.
 */
export function createApiKeyAuthenticator<P extends Principal>(
  findCaller: (keyDigest: string) => P | undefined | Promise<P | undefined>,
  options: ApiKeyAuthenticatorOptions = {},
): Authenticator<P> {
  const challenge = toChallenge('ApiKey', { realm: options.realm ?? 'api' })
  const authenticate = async (
    request: AuthenticatorRequest,
    { scheme }: { readonly scheme: SecurityScheme },
  ): Promise<Authentication<P>> => {
    const [key, ...more] = readKeys(request, scheme)
    if (key === undefined) return { ok: false, reason: 'absent' }
    // Which one counts would depend on who reads.
    if (more.length > 0) return { ok: false, reason: 'syntax', code: 'repeated_key' }
    if (key === '') return { ok: false, reason: 'syntax', code: 'empty' }
    try {
      const principal = await findCaller(toSecretDigest(key))
      return principal ? { ok: true, principal } : { ok: false, reason: 'invalid', code: 'unknown_key' }
    } catch (cause) {
      return { ok: false, reason: 'unavailable', code: 'lookup_failed', cause }
    }
  }
  return Object.assign(authenticate, {
    challenge: () => challenge,
    fits: ({ type }: SecurityScheme) => type === 'apiKey',
  })
}

function readKeys(
  request: AuthenticatorRequest,
  { type, in: place, name = '' }: SecurityScheme,
): readonly string[] {
  if (type !== 'apiKey') throw new TypeError(`an API key is read for a scheme of type apiKey, not ${type}`)
  const { url = '', headersDistinct } = request
  if (place === 'header') return headersDistinct[name.toLowerCase()] ?? []
  if (place === 'query') {
    const start = url.indexOf('?')
    return start === -1 ? [] : new URLSearchParams(url.slice(start + 1)).getAll(name)
  }
  return (headersDistinct['cookie'] ?? []).flatMap((field) => readCookies(field, name))
}

/** RFC 6265 section 4.1.1: a cookie's value is taken as it is, but for quotes around it. */
function readCookies(field: string, name: string): readonly string[] {
  return field.split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    if (at === -1 || pair.slice(0, at).trim() !== name) return []
    return [
      pair
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    ]
  })
}
