import type { Contract } from '../contract/load-contract.js'

/** Every scope that the document declares or asks for where a scheme has scopes, in its order, each once. */
export function collectScopes(contract: Pick<Contract, 'operations' | 'securitySchemes'>): string[] {
  const declared = [...contract.securitySchemes.values()].flatMap(({ flows = {} }) =>
    Object.values(flows).flatMap(({ scopes }) => Object.keys(scopes)),
  )
  const required = [...contract.operations.values()].flatMap(({ security }) =>
    security.flatMap((requirement) => Object.values(requirement).flat()),
  )
  return [...new Set([...declared, ...required])]
}
