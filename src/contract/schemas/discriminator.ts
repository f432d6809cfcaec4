import { childPointer, isJsonObject, type JsonObject } from '../json-pointer.js'
import type { DefectLog } from '../defect.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'
import type { Withheld } from './withheld.js'

/*
 * OpenAPI "Discriminator Object" (3.0 section 4.7.25, 3.1 section 4.8.25, 3.2 section 4.25): a member of the value names the
 * schema that the value has to fit. Beside `oneOf` or `anyOf` it picks one of these; alone it picks, of the schemas that build
 * on this one with `allOf`, the one that is meant.
 */

export interface Discriminator {
  readonly node: SchemaNode
  readonly propertyName: string
  /** The keyword whose schemas it picks from; `undefined` where it picks among those that build on this schema. */
  readonly keyword: 'oneOf' | 'anyOf' | undefined
  /** Value of the member → schema. */
  readonly schemas: ReadonlyMap<string, SchemaNode>
  /** OpenAPI 3.2 `defaultMapping`: where the member is missing or names nothing. */
  readonly otherwise: SchemaNode | undefined
}

export interface Discriminators {
  readonly of: (node: SchemaNode) => Discriminator | undefined
  /** The discriminators that pick this schema: what it takes over from them must not pick again. */
  readonly pickersOf: (node: SchemaNode) => ReadonlySet<SchemaNode>
}

/** Whether the member that tells is there at all: one that is withheld is not. */
export function discriminates(
  { node, propertyName, schemas }: Discriminator,
  withheld: Pick<Withheld, 'names'>,
): boolean {
  return ![node, ...schemas.values()].some((schema) => withheld.names(schema).has(propertyName))
}

const nobody: ReadonlySet<SchemaNode> = new Set()

/** Finds them all. Those that cannot be enforced are defects; where that is let pass, their schemas hold without them. */
export function readDiscriminators(index: SchemaIndex, defects: DefectLog): Discriminators {
  const { document } = index
  const found = new Map<SchemaNode, Discriminator>()
  const pickers = new Map<SchemaNode, Set<SchemaNode>>()
  const components = childPointer('#', 'components', 'schemas')
  const declared = document['components']
  const componentNames =
    isJsonObject(declared) && isJsonObject(declared['schemas']) ? Object.keys(declared['schemas']) : []

  /** A schema and what it is another name of. */
  const aliasesOf = (node: SchemaNode): ReadonlySet<SchemaNode> => {
    const aliases = new Set<SchemaNode>()
    for (let at: SchemaNode | undefined = node; at && !aliases.has(at); at = index.reference(at))
      aliases.add(at)
    return aliases
  }

  /** Component schema → those that its `allOf` refers to, also by way of others. */
  const basesOf = (node: SchemaNode, seen = new Set<SchemaNode>()): ReadonlySet<SchemaNode> => {
    for (const part of index.list(node, 'allOf')) {
      const [, ...bases] = aliasesOf(part)
      for (const base of bases) {
        if (seen.has(base)) continue
        seen.add(base)
        basesOf(base, seen)
      }
    }
    return seen
  }
  const families = new Map<SchemaNode, { readonly name: string; readonly node: SchemaNode }[]>()
  const findFamilies = (): void => {
    for (const name of componentNames) {
      const node = index.at(childPointer(components, name))
      if (!node) continue
      for (const base of basesOf(node)) families.set(base, [...(families.get(base) ?? []), { name, node }])
    }
  }

  /** The component that a schema is, or refers to. */
  const nameOf = (node: SchemaNode): string | undefined =>
    [...aliasesOf(node)]
      .map((alias) => componentName(alias.pointer, components))
      .find((name) => name !== undefined)

  /** The values that a schema lets the member have, where it says so. */
  const constantsOf = (
    node: SchemaNode,
    property: string,
    seen = new Set<SchemaNode>(),
  ): readonly string[] | undefined => {
    if (seen.has(node)) return undefined
    seen.add(node)
    for (const [name, member] of index.map(node, 'properties')) {
      if (name !== property) continue
      for (const { keywords } of aliasesOf(member)) {
        const { const: constant, enum: values } = keywords
        if (typeof constant === 'string') return [constant]
        if (Array.isArray(values))
          return (values as readonly unknown[]).filter((value) => typeof value === 'string')
      }
    }
    const reference = index.reference(node)
    for (const part of [...(reference ? [reference] : []), ...index.list(node, 'allOf')]) {
      const constants = constantsOf(part, property, seen)
      if (constants) return constants
    }
    return undefined
  }

  const isNamed = (target: string): boolean => /^[\w.-]+$/.test(target) && componentNames.includes(target)

  /** The alternative that a name or reference means, or else the schema that it leads to. */
  const targetOf = (
    target: unknown,
    from: SchemaNode,
    branches: readonly SchemaNode[],
  ): SchemaNode | undefined => {
    if (typeof target !== 'string') return undefined
    const schema = isNamed(target) ? index.at(childPointer(components, target)) : index.resolve(target, from)
    return schema && (branches.find((branch) => aliasesOf(branch).has(schema)) ?? schema)
  }

  const read = (node: SchemaNode, given: JsonObject): Discriminator | undefined => {
    const pointer = childPointer(node.pointer, 'discriminator')
    const faults: string[] = []
    const fail = (message: string, ...tokens: readonly (string | number)[]): void => {
      defects.report({ code: 'invalid-discriminator', pointer: childPointer(pointer, ...tokens), message })
      faults.push(message)
    }
    const { propertyName, mapping, defaultMapping } = given
    if (typeof propertyName !== 'string') {
      fail('`propertyName` must name the member that tells the schema')
      return undefined
    }
    const keyword = (['oneOf', 'anyOf'] as const).find((name) => Array.isArray(node.keywords[name]))
    const branches = keyword ? index.list(node, keyword) : []
    const schemas = new Map<string, SchemaNode>()
    if (mapping !== undefined && !isJsonObject(mapping)) fail('`mapping` must be an object', 'mapping')
    for (const [value, target] of Object.entries(isJsonObject(mapping) ? mapping : {})) {
      const schema = targetOf(target, node, branches)
      if (schema) schemas.set(value, schema)
      else fail(`${JSON.stringify(target)} leads to no schema: correct it`, 'mapping', value)
    }
    const family = keyword ? [] : (families.get(node) ?? [])
    const self = keyword ? undefined : componentName(node.pointer, components)
    const candidates = keyword
      ? branches.map((branch) => ({ name: nameOf(branch), node: branch }))
      : [...family, ...(self === undefined ? [] : [{ name: self, node }])]
    const claims = new Map<string, SchemaNode | undefined>()
    for (const { name, node: schema } of candidates) {
      const constants = constantsOf(schema, propertyName)
      if (name !== undefined && !schemas.has(name) && (constants?.includes(name) ?? true))
        schemas.set(name, schema)
      // What several schemas let the member be tells none of them from the others.
      for (const value of constants ?? []) claims.set(value, claims.has(value) ? undefined : schema)
    }
    for (const [value, schema] of claims) if (schema && !schemas.has(value)) schemas.set(value, schema)
    const picked = new Set([...schemas.values()].flatMap((schema) => [...aliasesOf(schema)]))
    for (const branch of branches) {
      if (
        faults.length === 0 &&
        takesObjects(branch) &&
        ![...aliasesOf(branch)].some((alias) => picked.has(alias))
      )
        fail(
          `no value of \`${propertyName}\` leads to ${branch.pointer}: make it a reference, or name it in \`mapping\``,
        )
    }
    if (!keyword && faults.length === 0 && schemas.size === (self === undefined ? 0 : 1))
      fail(
        'nothing can be picked: put it beside `oneOf` or `anyOf`, or on a schema that others build on with `allOf`',
      )
    const otherwise = targetOf(defaultMapping, node, branches)
    if (defaultMapping !== undefined && !otherwise) fail('leads to no schema: correct it', 'defaultMapping')
    return faults.length === 0 ? { node, propertyName, keyword, schemas, otherwise } : undefined
  }

  const takesObjects = (branch: SchemaNode): boolean =>
    [...aliasesOf(branch)].every((alias) => {
      const { type } = alias.keywords
      return type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'))
    })

  const nodes = [...index.nodes()].filter((node) => isJsonObject(node.keywords['discriminator']))
  if (nodes.length > 0) findFamilies()
  for (const node of nodes) {
    const discriminator = read(node, node.keywords['discriminator'] as JsonObject)
    if (!discriminator) continue
    found.set(node, discriminator)
    for (const schema of discriminator.schemas.values()) {
      for (const alias of aliasesOf(schema)) {
        if (alias !== node) pickers.set(alias, (pickers.get(alias) ?? new Set()).add(node))
      }
    }
  }

  return { of: (node) => found.get(node), pickersOf: (node) => pickers.get(node) ?? nobody }
}

function componentName(pointer: string, components: string): string | undefined {
  const name = pointer.startsWith(`${components}/`) ? pointer.slice(components.length + 1) : undefined
  return name === undefined || name.includes('/')
    ? undefined
    : name.replaceAll('~1', '/').replaceAll('~0', '~')
}
