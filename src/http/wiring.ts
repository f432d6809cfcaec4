import type { Authenticator } from '../auth/authenticator.js'
import { meetsConstraint } from '../auth/sender-constraint.js'
import type { SenderConstraint } from '../contract/operations/security-requirement.js'
import { childPointer } from '../contract/json-pointer.js'
import { ContractError, type Defect } from '../contract/defect.js'
import type { AnyHandler } from '../contract/handler.js'
import type { Contract } from '../contract/load-contract.js'

export type HandlerMap = Readonly<Record<string, AnyHandler>>

export type AuthenticatorMap = Readonly<Record<string, Authenticator>>

/** Handlers fit the operations one to one, and every scheme in use has an authenticator that reads its credentials; else throws `ContractError`. */
export function assertWired(
  contract: Contract,
  handlers: HandlerMap,
  authenticators: AuthenticatorMap,
): void {
  const defects: Defect[] = []
  for (const { key, pointer } of contract.operations.values()) {
    if (typeof ownOf(handlers, key) === 'function') continue
    defects.push({
      code: 'missing-handler',
      pointer,
      message: `operation \`${key}\` has no handler: add one of that name`,
    })
  }
  for (const key of Object.keys(handlers)) {
    if (contract.operations.has(key)) continue
    const message = `handler \`${key}\` has no operation: declare one of that operationId, or remove the handler`
    defects.push({ code: 'surplus-handler', pointer: '#/paths', message })
  }
  for (const name of schemesInUse(contract)) {
    if (typeof ownOf(authenticators, name) === 'function') continue
    const message = `security scheme \`${name}\` has no authenticator: add one of that name`
    defects.push({
      code: 'missing-authenticator',
      pointer: childPointer('#/components/securitySchemes', name),
      message,
    })
  }
  defects.push(...constraintDefects(contract, authenticators))
  for (const [name, scheme] of contract.securitySchemes) {
    if (ownOf(authenticators, name)?.fits?.(scheme) ?? true) continue
    const kind = scheme.type === 'http' ? `http ${scheme.scheme ?? ''}` : scheme.type
    const message = `the authenticator of \`${name}\` reads no credentials of type ${kind}: give it one that does`
    const pointer = childPointer('#/components/securitySchemes', name)
    defects.push({ code: 'unfit-authenticator', pointer, message })
  }
  for (const name of Object.keys(authenticators)) {
    if (contract.securitySchemes.has(name)) continue
    const message = `authenticator \`${name}\` has no security scheme: declare one of that name, or remove it`
    defects.push({ code: 'surplus-authenticator', pointer: '#/components/securitySchemes', message })
  }
  if (defects.length > 0) throw new ContractError(defects)
}

const remedies: Readonly<Record<SenderConstraint, string>> = {
  dpop: 'tokens bound by DPoP: give it the public address of the service (PUBLIC_URL)',
  mtls: 'tokens bound to client certificates: have it see them (TLS_CA_FILE, TLS_CLIENT_CERTIFICATES or CLIENT_CERTIFICATE_HEADER)',
  any: 'bound tokens: give it the public address of the service (PUBLIC_URL), or client certificates',
}

/** A binding that no authenticator can check would let nobody in, or anybody. */
function constraintDefects(contract: Contract, authenticators: AuthenticatorMap): readonly Defect[] {
  return [...contract.operations.values()].flatMap(({ pointer, senderConstraints }) =>
    Object.entries(senderConstraints).flatMap(([name, constraints]) => {
      const { bindings = [] } = ownOf(authenticators, name) ?? {}
      return constraints
        .filter((constraint) => !meetsConstraint(bindings, constraint))
        .map((constraint): Defect => {
          const message = `the authenticator of \`${name}\` cannot check ${remedies[constraint]}`
          return { code: 'unenforceable-sender-constraint', pointer, message }
        })
    }),
  )
}

function schemesInUse(contract: Contract): ReadonlySet<string> {
  const requirements = [...contract.operations.values()].flatMap(({ security }) => security)
  return new Set(requirements.flatMap((requirement) => Object.keys(requirement)))
}

function ownOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
