import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose'
import type { Principal } from '../contract/principal.js'
import type { Authentication, Unauthenticated } from './authenticator.js'
import { toGrantedScopes } from './granted-scopes.js'
import { KeySetUnavailableError, UnknownKeyError, type KeySet } from './key-set.js'
import { normalizeTyp, type AccessTokenPolicy } from './policy.js'

/** Why an access token is refused; for the log. */
export type AccessTokenFailure =
  | 'malformed'
  | 'issuer'
  | 'header'
  | 'algorithm'
  | 'typ'
  | 'key'
  | 'signature'
  | 'expired'
  | 'not_yet_valid'
  | 'issued_at'
  | 'audience'
  | 'token_kind'
  | 'sender_constrained'
  | 'client'
  | 'key_set_unavailable'

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
 * RFC 7515 section 3.1 with every part in the one spelling that base64url has for it: decoders forgive padding, line
 * breaks and stray bits, and a token with a second spelling is a second token to whoever compares tokens as text.
 */
const compactJws = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Header parameters that change what the rest means, none of which access tokens use (RFC 7515 section 4.1.11). */
const forbiddenHeaders = ['crit', 'b64', 'zip', 'enc']

/** Claims that only ID tokens (OpenID Connect Core 1.0 section 2) and security events (RFC 8417) have. */
const foreignClaims = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events']

/**
 * RFC 6749 appendix A.1, of a length that databases can index. It says whose things are: a NUL is more than PostgreSQL can
 * hold, and two lone surrogates are one text once they are UTF-8.
 */
const clientIdentifier = /^[\x20-\x7e]{1,1024}$/

/** The last second that a JavaScript date can hold. */
const maxNumericDate = 8.64e12

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
  const verifyOptions = new Map([...issuers].map(([issuer, { policy }]) => [issuer, toVerifyOptions(policy)]))
  return async (token) => {
    if (!compactJws.test(token) || !token.split('.').every(isCanonicalBase64url)) return refuse('malformed')
    const parts = decode(token)
    if (parts === undefined) return refuse('malformed')
    const { iss } = parts.claims
    const trusted = typeof iss === 'string' ? issuers.get(iss) : undefined
    if (trusted === undefined) return refuse('issuer')

    const { policy, keySet } = trusted
    const { issuer } = policy
    const objection = objectionToHeader(parts.header, policy)
    if (objection !== undefined) return refuse(objection, { issuer })
    const nowMs = now()
    try {
      const { payload } = await jwtVerify(token, keySet.findKey, {
        ...verifyOptions.get(issuer),
        currentDate: new Date(nowMs),
      })
      return accept(payload, policy, nowMs / 1000)
    } catch (error) {
      return toRefusal(error, issuer)
    }
  }
}

function toVerifyOptions(policy: AccessTokenPolicy): JWTVerifyOptions {
  return {
    algorithms: [...policy.algorithms],
    issuer: policy.issuer,
    ...(policy.audiences !== null && { audience: [...policy.audiences] }),
    clockTolerance: policy.clockToleranceSeconds,
  }
}

function decode(token: string): { header: Record<string, unknown>; claims: JWTPayload } | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}

function isCanonicalBase64url(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}

function objectionToHeader(
  header: Readonly<Record<string, unknown>>,
  policy: AccessTokenPolicy,
): AccessTokenFailure | undefined {
  if (forbiddenHeaders.some((name) => Object.hasOwn(header, name))) return 'header'
  // Only a string can match a key; anything else would cost a fetch of the key set to find that out.
  if (Object.hasOwn(header, 'kid') && typeof header['kid'] !== 'string') return 'header'
  if (!Object.hasOwn(header, 'typ')) return policy.typ.includes(null) ? undefined : 'typ'
  const { typ } = header
  return typeof typ === 'string' && policy.typ.includes(normalizeTyp(typ)) ? undefined : 'typ'
}

/** What jose leaves open, on a token whose signature, issuer, audience and dates it has checked. */
function accept(claims: JWTPayload, policy: AccessTokenPolicy, nowSeconds: number): Authentication {
  const refuseClaims = (code: AccessTokenFailure): Unauthenticated => refuse(code, { issuer: policy.issuer })
  const { exp, iat, nbf, aud, sub } = claims
  // jose accepts tokens without these. JSON can also write numbers that are no dates: 1e400 reads as infinity.
  if (!isNumericDate(exp)) return refuseClaims('expired')
  if (nbf !== undefined && !isNumericDate(nbf)) return refuseClaims('not_yet_valid')
  if (!isNumericDate(iat) || iat > nowSeconds + policy.clockToleranceSeconds) return refuseClaims('issued_at')
  if (policy.audiences !== null && !isAudience(aud)) return refuseClaims('audience')
  if (foreignClaims.some((name) => Object.hasOwn(claims, name))) return refuseClaims('token_kind')
  for (const [name, value] of Object.entries(policy.requiredClaims)) {
    if (!Object.hasOwn(claims, name) || claims[name] !== value) return refuseClaims('token_kind')
  }
  // RFC 7800 section 3.1: such a token is worth nothing without a proof of possession, which a bearer does not give.
  if (Object.hasOwn(claims, 'cnf')) return refuseClaims('sender_constrained')

  const clientIdFrom = policy.clientIdFrom.find((name) => Object.hasOwn(claims, name))
  const clientId = clientIdFrom === undefined ? undefined : claims[clientIdFrom]
  if (typeof clientId !== 'string' || !clientIdentifier.test(clientId)) return refuseClaims('client')
  if (policy.clientIds !== null && !policy.clientIds.includes(clientId)) return refuseClaims('client')

  const scopes = toGrantedScopes(claims, policy)
  // With neither audience nor client pinned, a scope of ours is what says that the token is meant for us.
  const pinnedByScope = policy.audiences === null && policy.clientIds === null
  if (pinnedByScope && scopes.length === 0) return refuseClaims('audience')

  const principal: Principal = {
    clientId,
    issuer: policy.issuer,
    scopes,
    ...(typeof sub === 'string' && { subject: sub }),
    expiresAt: exp,
    claims,
  }
  return { ok: true, principal }
}

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= maxNumericDate
}

/** RFC 7519 section 4.1.3. One unreadable member casts doubt on the others. */
function isAudience(aud: unknown): boolean {
  return typeof aud === 'string' || (Array.isArray(aud) && aud.every((member) => typeof member === 'string'))
}

function refuse(
  code: AccessTokenFailure,
  details: Pick<Unauthenticated, 'issuer' | 'cause'> = {},
): Unauthenticated {
  return { ok: false, reason: 'invalid', code, ...details }
}

function toRefusal(cause: unknown, issuer: string): Unauthenticated {
  if (cause instanceof KeySetUnavailableError) {
    const { code, retryAfterSeconds } = cause
    return { ok: false, reason: 'unavailable', code, issuer, cause, retryAfterSeconds }
  }
  if (cause instanceof UnknownKeyError) return refuse('key', { issuer, cause })
  const code = toFailure(cause)
  if (code === undefined) throw cause
  // No cause: jose's errors carry the claims, and the log has no business with them.
  return refuse(code, { issuer })
}

const claimFailures = new Map<string, AccessTokenFailure>([
  ['exp', 'expired'],
  ['nbf', 'not_yet_valid'],
  ['iat', 'issued_at'],
  ['aud', 'audience'],
  ['iss', 'issuer'],
])

function toFailure(error: unknown): AccessTokenFailure | undefined {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) return claimFailures.get(error.claim) ?? 'malformed'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  return error instanceof errors.JOSEError ? 'malformed' : undefined
}
