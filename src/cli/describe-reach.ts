import { decide } from '../auth/decision.js'
import type { Contract } from '../contract/load-contract.js'
import type { Principal } from '../contract/principal.js'
import type { SecurityScheme } from '../contract/security-requirement.js'
import { titleOf } from './find-operation.js'

/** What a token is worth at one operation. */
export interface Reach {
  /** `METHOD /path (operationId)`. */
  readonly operation: string
  /**
   * `anyone`: no token is needed; `open`: the token suffices; `scopes`: it lacks `missing`; `credentials`: others than an
   * access token are asked for.
   */
  readonly outcome: 'anyone' | 'open' | 'scopes' | 'credentials'
  /** Scopes of the alternative nearest to what is granted. */
  readonly missing: readonly string[]
}

/** Every operation of the document, in its order, as it answers a caller with this principal. */
export function describeReach(contract: Contract, principal: Principal | undefined): readonly Reach[] {
  const authentication = { ok: true, ...(principal && { principal }) } as const
  const bearer = [...contract.securitySchemes].filter(([, scheme]) => takesAccessToken(scheme))
  const authentications = new Map(bearer.map(([name]) => [name, authentication]))
  return [...contract.operations.values()].map((operation) => {
    const reach = (outcome: Reach['outcome'], missing: readonly string[] = []): Reach => ({
      operation: titleOf(operation),
      outcome,
      missing,
    })
    const { security } = operation
    if (decide(security, new Map()).outcome === 'allow') return reach('anyone')
    const decision = decide(security, authentications)
    if (decision.outcome === 'allow') return reach('open')
    if (decision.outcome !== 'insufficient_scope') return reach('credentials')
    return reach('scopes', [...new Set(Object.values(decision.missing).flat())])
  })
}

/** Every scope that the document's operations ask for of an access token. */
export function scopesOf({ operations, securitySchemes }: Contract): readonly string[] {
  const required = [...operations.values()].flatMap(({ security }) =>
    security.flatMap((requirement) =>
      Object.entries(requirement).flatMap(([name, scopes]) => {
        const scheme = securitySchemes.get(name)
        return scheme && takesAccessToken(scheme) ? scopes : []
      }),
    ),
  )
  return [...new Set(required)]
}

/** The schemes that the service decides by access tokens, whatever the document calls them. */
function takesAccessToken({ type, scheme }: SecurityScheme): boolean {
  return (
    type === 'oauth2' || type === 'openIdConnect' || (type === 'http' && scheme?.toLowerCase() === 'bearer')
  )
}
