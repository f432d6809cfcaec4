import { createDefectLog } from '../contract/defect.js'
import { childPointer, isJsonObject } from '../contract/json-pointer.js'
import type { Contract } from '../contract/load-contract.js'
import type { Operation } from '../contract/operations/operation.js'
import { operationsOf } from '../contract/operations/path-item.js'
import { createResolver, type Located, type Resolver } from '../contract/document/reference.js'

/** What a document says of one operation, where it says it. */
export interface OperationSource {
  readonly resolver: Resolver
  readonly operation: Located
  /** The path item's parameters and the operation's own, which replace those of the same name and place. */
  readonly parameters: readonly ParameterSource[]
}

export interface ParameterSource extends Located {
  readonly name: string
  readonly in: string
}

/** `undefined` where the operation is none of the contract's. */
export function readOperationSource(contract: Contract, operation: Operation): OperationSource | undefined {
  // What leads nowhere was reported when the document was loaded.
  const resolver = createResolver(contract.document, createDefectLog('warn'))
  const { paths } = contract.document
  const template = operation.pathTemplate
  const declared = isJsonObject(paths) ? paths[template] : undefined
  const item = resolver.resolve(declared, childPointer('#/paths', template))
  const found = item && operationIn(item, operation.method)
  if (!found) return undefined
  const parameters = new Map<string, ParameterSource>()
  for (const parameter of [...parametersOf(item, resolver), ...parametersOf(found, resolver)]) {
    const { name, in: place } = parameter
    parameters.set(`${place} ${place === 'header' ? name.toLowerCase() : name}`, parameter)
  }
  return { resolver, operation: found, parameters: [...parameters.values()] }
}

function operationIn({ value: item, pointer }: Located, method: string): Located | undefined {
  const found = operationsOf(item).find((operation) => operation.method === method)
  return found && { value: found.value, pointer: childPointer(pointer, ...found.members) }
}

function parametersOf({ value, pointer }: Located, resolver: Resolver): readonly ParameterSource[] {
  const declared = value['parameters']
  if (!Array.isArray(declared)) return []
  return (declared as readonly unknown[]).flatMap((parameter, index) => {
    const found = resolver.resolve(parameter, childPointer(pointer, 'parameters', index))
    const { name, in: place } = found?.value ?? {}
    return found && typeof name === 'string' && typeof place === 'string'
      ? [{ ...found, name, in: place }]
      : []
  })
}
