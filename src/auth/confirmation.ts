import type { Confirmation } from '../contract/principal.js'

/** Base64url of a SHA-256 digest, in its one spelling: the last of 43 characters has two bits that are zero. */
const sha256Text = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

const members: ReadonlySet<string> = new Set(['jkt', 'x5t#S256'])

/** What Keycloak writes beside `jkt`: by which kind of proof the key is to be shown. It asks for no further one. */
const remarks: ReadonlyMap<string, string> = new Map([['kc-jkt-type', 'DPoP']])

/**
 * The `cnf` claim of an access token (RFC 7800 section 3.1) or of an introspection answer (RFC 9449 section 6.2, RFC 8705
 * section 3.2): empty where there is none, `undefined` where it asks for a proof that is not known here. RFC 7800 lets
 * members that are not understood be ignored; ignoring one would take the token for less than it is.
 */
export function readConfirmation(claims: Readonly<Record<string, unknown>>): Confirmation | undefined {
  if (!Object.hasOwn(claims, 'cnf')) return {}
  const { cnf } = claims
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return undefined
  const entries = Object.entries(cnf).filter(([name, value]) => remarks.get(name) !== value)
  const isKnown = entries.every(
    ([name, value]) => members.has(name) && typeof value === 'string' && sha256Text.test(value),
  )
  return isKnown && entries.length > 0 ? Object.fromEntries(entries) : undefined
}
