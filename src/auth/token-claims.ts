import { hash } from 'node:crypto'
import type { Principal } from '../contract/principal.js'
import type { Authentication } from './authenticator.js'
import { readConfirmation } from './confirmation.js'
import { toGrantedScopes } from './granted-scopes.js'
import type { AccessTokenPolicy } from './policy.js'
import { refuseToken, type AccessTokenFailure } from './token-failure.js'

export type Claims = Readonly<Record<string, unknown>>

/** What a policy asks of claims, whether a JWT carries them or an introspection reply does. */
export interface ClaimRules extends Omit<
  AccessTokenPolicy,
  'typ' | 'algorithms' | 'jwks' | 'jwksUri' | 'introspection'
> {
  /** Whether `iat` must be there (RFC 9068 section 2.2) or may be (RFC 7662 section 2.2). */
  readonly issuedAt: 'required' | 'optional'
}

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
 * Claims -> principal, by the rules of the issuer's policy. That the issuer has made these claims has been found out
 * before. `now` is in seconds since the epoch.
 */
export function acceptClaims(claims: Claims, rules: ClaimRules, now: number): Authentication {
  const { issuer } = rules
  const objection = objectionTo(claims, rules, now)
  if (objection !== undefined) return refuseToken(objection, { issuer })
  const confirmation = readConfirmation(claims)
  if (confirmation === undefined) return refuseToken('confirmation', { issuer })

  const clientIdFrom = rules.clientIdFrom.find((name) => Object.hasOwn(claims, name))
  const clientId = clientIdFrom === undefined ? undefined : claims[clientIdFrom]
  if (typeof clientId !== 'string' || !clientIdentifier.test(clientId))
    return refuseToken('client', { issuer })
  if (rules.clientIds !== null && !rules.clientIds.includes(clientId))
    return refuseToken('client', { issuer })

  const scopes = toScopes(claims, rules)
  if (scopes === undefined) return refuseToken('client', { issuer })
  // With neither audience nor client pinned, a scope of ours is what says that the token is meant for us.
  const pinnedByScope = rules.audiences === null && rules.clientIds === null
  if (pinnedByScope && scopes.length === 0) return refuseToken('audience', { issuer })

  const { exp, sub, jti } = claims
  const principal: Principal = {
    clientId,
    issuer,
    scopes,
    ...(typeof sub === 'string' && { subject: sub }),
    ...(typeof jti === 'string' && { tokenId: hash('sha256', jti, 'base64url').slice(0, 16) }),
    expiresAt: exp as number,
    // Such a token is worth nothing yet: `possession.ts` asks each request for the proof.
    ...(Object.keys(confirmation).length > 0 && { confirmation }),
    claims,
  }
  return { ok: true, principal }
}

function objectionTo(claims: Claims, rules: ClaimRules, now: number): AccessTokenFailure | undefined {
  const { exp, iat, nbf, aud } = claims
  const { audiences, clockToleranceSeconds: tolerance } = rules
  if (audiences !== null && !namesOneOf(aud, audiences)) return 'audience'
  // JSON can write numbers that are no dates: 1e400 reads as infinity.
  if (nbf !== undefined && !(isNumericDate(nbf) && nbf <= now + tolerance)) return 'not_yet_valid'
  if (!isNumericDate(exp) || exp <= now - tolerance) return 'expired'
  const isUndated = iat === undefined && rules.issuedAt === 'optional'
  if (!isUndated && !(isNumericDate(iat) && iat <= now + tolerance)) return 'issued_at'
  if (foreignClaims.some((name) => Object.hasOwn(claims, name))) return 'token_kind'
  for (const [name, values] of Object.entries(rules.requiredClaims)) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    if (!values.some((one) => one === value)) return 'token_kind'
  }
  return undefined
}

/** Scopes by subject take the place of any claim, and a subject that is not among them is nobody here. */
function toScopes(claims: Claims, rules: ClaimRules): readonly string[] | undefined {
  const { subjectScopes } = rules
  if (subjectScopes === null) return toGrantedScopes(claims, rules)
  const { sub } = claims
  return typeof sub === 'string' && Object.hasOwn(subjectScopes, sub) ? subjectScopes[sub] : undefined
}

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= maxNumericDate
}

/** RFC 7519 section 4.1.3. One unreadable member casts doubt on the others. */
function namesOneOf(aud: unknown, audiences: readonly string[]): boolean {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return (
    named.every((member) => typeof member === 'string') && named.some((member) => audiences.includes(member))
  )
}
