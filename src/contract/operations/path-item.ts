import { isJsonObject, type JsonObject } from '../json-pointer.js'

/** Members of a path item that hold an operation, each named for its method. `query` is OpenAPI 3.2. */
const operationMembers = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']

/** An operation of a path item, and where it stands there. */
export interface PathItemOperation {
  /** As requests have it: in capitals, unless `additionalOperations` spells it otherwise. */
  readonly method: string
  readonly value: JsonObject
  /** Names of the members that lead to it from the path item. */
  readonly members: readonly string[]
  /** Whether only OpenAPI 3.2 or later has operations in this place. */
  readonly since32: boolean
}

/** OpenAPI "Path Item Object": its operations, those of `additionalOperations` last. References are not followed. */
export function operationsOf(pathItem: JsonObject): readonly PathItemOperation[] {
  const fixed = operationMembers.map((name) => ({
    method: name.toUpperCase(),
    value: pathItem[name],
    members: [name],
    since32: name === 'query',
  }))
  const { additionalOperations } = pathItem
  const further = Object.entries(isJsonObject(additionalOperations) ? additionalOperations : {}).map(
    ([method, value]) => ({ method, value, members: ['additionalOperations', method], since32: true }),
  )
  return [...fixed, ...further].flatMap(({ value, ...place }) =>
    isJsonObject(value) ? [{ ...place, value }] : [],
  )
}

/** A copy of a path item with each of its operations mapped, and all else as it is. */
export function mapOperations(
  pathItem: JsonObject,
  map: (operation: JsonObject) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const mapMember = (member: unknown): unknown => (isJsonObject(member) ? map(member) : member)
  return Object.fromEntries(
    Object.entries(pathItem).map(([name, member]) => {
      if (operationMembers.includes(name)) return [name, mapMember(member)]
      if (name !== 'additionalOperations' || !isJsonObject(member)) return [name, member]
      return [
        name,
        Object.fromEntries(Object.entries(member).map(([method, value]) => [method, mapMember(value)])),
      ]
    }),
  )
}
