import type { JSONWebKeySet, JWK } from 'jose'

/** A JWK Set that cannot be used as a whole. */
export class JwkSetError extends Error {
  override readonly name = 'JwkSetError'
  readonly code = 'jwk_set_invalid'
}

/** Issuers have a handful of keys. Each costs memory, and each unknown `kid` walks the list. */
const maxKeys = 100

/** RFC 7518 section 3.3: RSA keys have 2048 bits or more. */
const minRsaModulusBytes = 256

/** What identifies and makes up a public key. Certificates (`x5c`) are left behind: nobody here reads them. */
const members = ['kty', 'kid', 'alg', 'use', 'n', 'e', 'crv', 'x', 'y'] as const

/** RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1: a key with any of these is private or symmetric. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

export interface UsableKeys {
  readonly jwks: JSONWebKeySet
  /** How many members were passed over: private, symmetric, weak, for encryption, or of an unknown kind. */
  readonly ignored: number
}

/**
 * The public signature keys of a JWK Set (RFC 7517 section 5: members that are not understood are ignored). Throws
 * `JwkSetError` for what is no JWK Set, is too large, or holds no usable key.
 */
export function toUsableKeys(document: unknown): UsableKeys {
  if (typeof document !== 'object' || document === null || !('keys' in document)) {
    throw new JwkSetError('Not a JWK Set')
  }
  const { keys } = document
  if (!Array.isArray(keys)) throw new JwkSetError('Not a JWK Set')
  if (keys.length > maxKeys) throw new JwkSetError(`A JWK Set with more than ${maxKeys} keys`)
  const usable = keys.flatMap((key: unknown) => toPublicJwk(key) ?? [])
  if (usable.length === 0) throw new JwkSetError('A JWK Set without any public signature key')
  return { jwks: { keys: usable }, ignored: keys.length - usable.length }
}

/** One public signature key with what makes it up, and nothing else; `undefined` where it is none, or has a private part. */
export function toPublicJwk(key: unknown): JWK | undefined {
  if (typeof key !== 'object' || key === null) return undefined
  if (secretMembers.some((name) => name in key)) return undefined
  const own = new Map<string, unknown>(Object.entries(key))
  const operations = own.get('key_ops')
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return undefined

  const jwk: Record<string, string> = {}
  for (const name of members) {
    const value = own.get(name)
    if (value === undefined) continue
    if (typeof value !== 'string') return undefined
    jwk[name] = value
  }
  return isUsable(jwk) ? jwk : undefined
}

function isUsable(jwk: JWK): boolean {
  if (jwk.use !== undefined && jwk.use !== 'sig') return false
  switch (jwk.kty) {
    case 'RSA':
      return jwk.e !== undefined && Buffer.from(jwk.n ?? '', 'base64url').length >= minRsaModulusBytes
    case 'EC':
      return jwk.crv !== undefined && jwk.x !== undefined && jwk.y !== undefined
    case 'OKP':
      return jwk.crv !== undefined && jwk.x !== undefined
    default:
      return false
  }
}
