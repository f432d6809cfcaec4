import { compactVerify, decodeJwt, decodeProtectedHeader, errors, type JWTPayload } from 'jose'
import type { Authentication, Unauthenticated } from './authenticator.js'
import { compactJws, isExtended } from './compact-jws.js'
import { KeySetUnavailableError, UnknownKeyError, type KeySet } from './key-set.js'
import { normalizeTyp, type AccessTokenPolicy } from './policy.js'
import { acceptClaims, type ClaimRules } from './token-claims.js'
import { refuseToken, type AccessTokenFailure } from './token-failure.js'

/** An issuer that is trusted, and the keys to tell its tokens by. */
export interface TrustedIssuer {
  readonly policy: AccessTokenPolicy
  readonly keySet: KeySet
}

export interface AccessTokenOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/**
 * Verifies JWT access tokens (RFC 7519, RFC 9068 section 4) of the given issuers, keyed by issuer identifier. The `iss`
 * of an unverified token chooses the policy and nothing else; the keys and rules of that policy then decide. Keys in the
 * token's header (`jwk`, `jku`, `x5c`, `x5u`) are not looked at. Refusals are returned; what is thrown is a defect.
 */
export function createAccessTokenVerifier(
  issuers: ReadonlyMap<string, TrustedIssuer>,
  options: AccessTokenOptions = {},
): (token: string) => Promise<Authentication> {
  const { now = Date.now } = options
  const known = new Map(
    [...issuers].map(([issuer, trusted]) => {
      const rules: ClaimRules = { ...trusted.policy, issuedAt: 'required' }
      return [issuer, { ...trusted, rules, algorithms: [...trusted.policy.algorithms] }]
    }),
  )
  return async (token) => {
    if (!compactJws.test(token) || !token.split('.').every(isCanonicalBase64url))
      return refuseToken('malformed')
    const parts = decode(token)
    if (parts === undefined) return refuseToken('malformed')
    const { header, claims } = parts
    if (isOfOktaOrgServer(header)) return refuseToken('okta_org_server', { hint: oktaOrgServerHint })
    const { iss: issuer } = claims
    const trusted = typeof issuer === 'string' ? known.get(issuer) : undefined
    if (issuer === undefined || trusted === undefined) return refuseToken('issuer')

    const { policy, keySet, rules, algorithms } = trusted
    const objection = objectionToHeader(header, policy)
    if (objection !== undefined) return refuseToken(objection, { issuer })
    try {
      await compactVerify(token, keySet.findKey, { algorithms })
    } catch (error) {
      return toRefusal(error, issuer)
    }
    return acceptClaims(claims, rules, now() / 1000)
  }
}

const oktaOrgServerHint =
  "The token is of Okta's org server, for Okta's own API: ask a custom authorization server for one, such as /oauth2/default"

/** The header is not trusted: a caller who lies here is told the same, and the log gets a constant text. */
function isOfOktaOrgServer({ typ }: Readonly<Record<string, unknown>>): boolean {
  return typeof typ === 'string' && normalizeTyp(typ) === 'okta-internal-at+jwt'
}

function decode(token: string): { header: Record<string, unknown>; claims: JWTPayload } | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}

/**
 * Every part in the one spelling that base64url has for it: decoders forgive padding, line breaks and stray bits, and a token
 * with a second spelling is a second token to whoever compares tokens as text.
 */
function isCanonicalBase64url(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}

function objectionToHeader(
  header: Readonly<Record<string, unknown>>,
  policy: AccessTokenPolicy,
): AccessTokenFailure | undefined {
  if (isExtended(header)) return 'header'
  // Only a string can match a key; anything else would cost a fetch of the key set to find that out.
  if (Object.hasOwn(header, 'kid') && typeof header['kid'] !== 'string') return 'header'
  if (!Object.hasOwn(header, 'typ')) return policy.typ.includes(null) ? undefined : 'typ'
  const { typ } = header
  return typeof typ === 'string' && policy.typ.includes(normalizeTyp(typ)) ? undefined : 'typ'
}

function toRefusal(cause: unknown, issuer: string): Unauthenticated {
  if (cause instanceof KeySetUnavailableError) {
    const { code, retryAfterSeconds } = cause
    return { ok: false, reason: 'unavailable', code, issuer, cause, retryAfterSeconds }
  }
  if (cause instanceof UnknownKeyError) return refuseToken('key', { issuer, cause })
  if (!(cause instanceof errors.JOSEError)) throw cause
  return refuseToken(toFailure(cause), { issuer })
}

function toFailure(error: errors.JOSEError): AccessTokenFailure {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm'
  return error instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'malformed'
}
