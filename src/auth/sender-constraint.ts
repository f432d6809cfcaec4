import type { SenderConstraint } from '../contract/operations/security-requirement.js'
import type { Authenticated, Authentication, TokenBinding } from './authenticator.js'

/** Whether what was proved, or can be, is what is asked for. */
export function meetsConstraint(bindings: readonly TokenBinding[], constraint: SenderConstraint): boolean {
  return constraint === 'any' ? bindings.length > 0 : bindings.includes(constraint)
}

/** Accepted credentials that are bound less than is asked for are refused ones. */
export function holdConstraints<A extends Authenticated>(
  accepted: A,
  constraints: readonly SenderConstraint[],
): A | Extract<Authentication, { ok: false }> {
  const { boundBy = [], principal, authScheme, headers } = accepted
  if (constraints.every((constraint) => meetsConstraint(boundBy, constraint))) return accepted
  return {
    ok: false,
    reason: 'invalid',
    code: 'sender_unconstrained',
    ...(principal && { issuer: principal.issuer }),
    ...(authScheme !== undefined && { authScheme }),
    ...(headers && { headers }),
  }
}
