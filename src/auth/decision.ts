import type { Principal } from '../contract/principal.js'
import type {
  SecurityRequirement,
  SecurityRequirements,
} from '../contract/operations/security-requirement.js'
import type { Authentication, Unauthenticated } from './authenticator.js'

/** What each scheme made of the request. A scheme that is not in it has not vouched for anybody. */
export type Authentications<P extends Principal = Principal> = ReadonlyMap<string, Authentication<P>>

export type Decision<P extends Principal = Principal> =
  | { readonly outcome: 'allow'; readonly requirement?: SecurityRequirement; readonly principal?: P }
  | {
      readonly outcome: 'insufficient_scope'
      /** The alternative nearest to what was granted. */
      readonly requirement: SecurityRequirement
      /** Scopes that this alternative still lacks, by scheme. */
      readonly missing: Readonly<Record<string, readonly string[]>>
      /** Who lacks them. */
      readonly principal?: P
    }
  | {
      readonly outcome: 'unavailable' | 'invalid_request' | 'invalid_token'
      /** The scheme that decided. */
      readonly schemeName: string
      readonly refusal: Unauthenticated
    }
  | { readonly outcome: 'unauthenticated' }

/**
 * OpenAPI "Security Requirement Object": the list is OR in order, the object AND. The first alternative that holds wins,
 * and the first of its schemes with a principal says who calls. `{}` holds for anyone, whatever else was sent; so does
 * an empty list. Every alternative keeps its own scopes, compared exactly with what that very scheme granted.
 *
 * Where none holds, in this order: a scheme that cannot be asked at the moment makes the whole answer `unavailable`,
 * because a final no would be a guess; then the caller who is known in every scheme of an alternative lacks a scope;
 * then a scheme that was tried could not be read, or was refused; else nobody has authenticated.
 */
export function decide<P extends Principal>(
  requirements: SecurityRequirements,
  authentications: Authentications<P>,
): Decision<P> {
  if (requirements.length === 0) return { outcome: 'allow' }
  const winner = requirements.find((requirement) => holds(requirement, authentications))
  if (winner !== undefined) {
    const principal = principalOf(winner, authentications)
    return { outcome: 'allow', requirement: winner, ...(principal !== undefined && { principal }) }
  }
  return (
    findRefusal('unavailable', 'unavailable', requirements, authentications) ??
    findMissingScopes(requirements, authentications) ??
    findRefusal('syntax', 'invalid_request', requirements, authentications) ??
    findRefusal('invalid', 'invalid_token', requirements, authentications) ?? { outcome: 'unauthenticated' }
  )
}

/** Whether one alternative holds: every scheme in it accepted the caller and granted every scope it asks for. */
export function holds(requirement: SecurityRequirement, authentications: Authentications): boolean {
  return Object.entries(requirement).every(([schemeName, scopes]) => {
    const authentication = authentications.get(schemeName)
    return authentication?.ok === true && missingScopes(scopes, authentication.principal).length === 0
  })
}

function missingScopes(required: readonly string[], principal: Principal | undefined): readonly string[] {
  const granted = principal?.scopes ?? []
  return required.filter((scope) => !granted.includes(scope))
}

function principalOf<P extends Principal>(
  requirement: SecurityRequirement,
  authentications: Authentications<P>,
): P | undefined {
  for (const schemeName of Object.keys(requirement)) {
    const authentication = authentications.get(schemeName)
    if (authentication?.ok === true && authentication.principal !== undefined) return authentication.principal
  }
  return undefined
}

function findRefusal(
  reason: Unauthenticated['reason'],
  outcome: 'unavailable' | 'invalid_request' | 'invalid_token',
  requirements: SecurityRequirements,
  authentications: Authentications,
): Decision<never> | undefined {
  for (const schemeName of requirements.flatMap((requirement) => Object.keys(requirement))) {
    const refusal = authentications.get(schemeName)
    if (refusal?.ok === false && refusal.reason === reason) return { outcome, schemeName, refusal }
  }
  return undefined
}

/** Nearest is the alternative with the fewest scopes missing, the first of them where several have as few. */
function findMissingScopes<P extends Principal>(
  requirements: SecurityRequirements,
  authentications: Authentications<P>,
): Decision<P> | undefined {
  let nearest: { requirement: SecurityRequirement; missing: Record<string, readonly string[]> } | undefined
  let fewest = Infinity
  for (const requirement of requirements) {
    const missing: Record<string, readonly string[]> = {}
    let count = 0
    let known = true
    for (const [schemeName, scopes] of Object.entries(requirement)) {
      const authentication = authentications.get(schemeName)
      if (authentication?.ok !== true) {
        known = false
        break
      }
      const lacking = missingScopes(scopes, authentication.principal)
      if (lacking.length > 0) missing[schemeName] = lacking
      count += lacking.length
    }
    if (known && count < fewest) {
      nearest = { requirement, missing }
      fewest = count
    }
  }
  if (nearest === undefined) return undefined
  const principal = principalOf(nearest.requirement, authentications)
  return { outcome: 'insufficient_scope', ...nearest, ...(principal !== undefined && { principal }) }
}
