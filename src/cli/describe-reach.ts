import { decide } from '../auth/decision.js'
import { meetsConstraint } from '../auth/sender-constraint.js'
import type { Contract } from '../contract/load-contract.js'
import type { Principal } from '../contract/principal.js'
import { takesAccessTokens } from '../contract/operations/sender-constraint.js'
import { titleOf } from './find-operation.js'

/** What a token is worth at one operation. */
export interface Reach {
  /** `METHOD /path (operationId)`. */
  readonly operation: string
  /**
   * `anyone`: no token is needed; `open`: the token suffices; `scopes`: it lacks `missing`; `binding`: it is not bound to
   * its caller as is asked for; `credentials`: others than an access token are asked for.
   */
  readonly outcome: 'anyone' | 'open' | 'scopes' | 'binding' | 'credentials'
  /** Scopes of the alternative nearest to what is granted. */
  readonly missing: readonly string[]
}

/** Every operation of the document, in its order, as it answers a caller with this principal. */
export function describeReach(contract: Contract, principal: Principal | undefined): readonly Reach[] {
  const accepted = { ok: true, ...(principal && { principal }) } as const
  const refused = { ok: false, reason: 'invalid' } as const
  const schemes = [...contract.securitySchemes].filter(([, scheme]) => takesAccessTokens(scheme))
  const { jkt, 'x5t#S256': thumbprint } = principal?.confirmation ?? {}
  const bindings = [
    ...(jkt === undefined ? [] : ['dpop' as const]),
    ...(thumbprint === undefined ? [] : ['mtls' as const]),
  ]
  return [...contract.operations.values()].map((operation) => {
    const reach = (outcome: Reach['outcome'], missing: readonly string[] = []): Reach => ({
      operation: titleOf(operation),
      outcome,
      missing,
    })
    const { security, senderConstraints } = operation
    const authentications = new Map(
      schemes.map(([name]) => [
        name,
        (senderConstraints[name] ?? []).every((constraint) => meetsConstraint(bindings, constraint))
          ? accepted
          : refused,
      ]),
    )
    if (decide(security, new Map()).outcome === 'allow') return reach('anyone')
    const decision = decide(security, authentications)
    if (decision.outcome === 'allow') return reach('open')
    if (decision.outcome === 'invalid_token') return reach('binding')
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
        return scheme && takesAccessTokens(scheme) ? scopes : []
      }),
    ),
  )
  return [...new Set(required)]
}
