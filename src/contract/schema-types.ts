import { childPointer, isJsonObject, type JsonObject } from './json-pointer.js'
import type { Located, Resolver } from './reference.js'
import type { Shape, Unstyled } from './parameter-style.js'

/*
 * What a parameter's schema says of types, seen through `$ref` and the applicators. Text becomes a number or a boolean
 * only where the declared type asks for one.
 */

type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object'

/** A schema as text is turned into a value by it. */
export interface TypedSchema {
  /** In the order in which they are declared. */
  readonly types: ReadonlySet<TypeName>
  readonly shape: Shape
  readonly default: unknown
  /** Declared member names, where the shape is an object. */
  readonly members: ReadonlyMap<string, TypedSchema>
  /** Whether members beside the declared ones are let through. */
  readonly open: boolean
  /** Turns text, or what a style made of it, into a value by declared type. What does not fit stays as it is. */
  readonly coerce: (value: Unstyled) => unknown
}

export function readTypes(resolver: Resolver, schema: unknown, pointer: string): TypedSchema {
  return read(resolver, schema, pointer, 0)
}

const maxDepth = 12

function read(resolver: Resolver, schema: unknown, pointer: string, depth: number): TypedSchema {
  const parts = depth > maxDepth || typeof schema === 'boolean' ? [] : flatten(resolver, schema, pointer, 0)
  const types = new Set<TypeName>()
  const members = new Map<string, TypedSchema>()
  let items: TypedSchema | undefined
  let additional: TypedSchema | undefined
  let open = true
  let fallback: unknown
  for (const { value, pointer: at } of parts) {
    for (const type of typesOf(value)) types.add(type)
    if (value['default'] !== undefined) fallback ??= value['default']
    if (isJsonObject(value['properties'])) {
      for (const [name, member] of Object.entries(value['properties'])) {
        members.set(name, read(resolver, member, childPointer(at, 'properties', name), depth + 1))
      }
    }
    if (value['items'] !== undefined)
      items ??= read(resolver, value['items'], childPointer(at, 'items'), depth + 1)
    if (value['additionalProperties'] === false || value['unevaluatedProperties'] === false) open = false
    else if (isJsonObject(value['additionalProperties'])) {
      additional ??= read(
        resolver,
        value['additionalProperties'],
        childPointer(at, 'additionalProperties'),
        depth + 1,
      )
    }
  }
  const shape = shapeOf(types, members)
  const coerce = (value: Unstyled): unknown => {
    const list = shape === 'array' ? toList(value) : undefined
    if (list) return items ? list.map(items.coerce) : list
    if (typeof value === 'string') return coerceText(value, types)
    if (Array.isArray(value)) return value as readonly Unstyled[]
    const object = Object.create(null) as Record<string, unknown>
    for (const [name, member] of Object.entries(value as Record<string, Unstyled>)) {
      const typed = members.get(name) ?? additional
      object[name] = typed ? typed.coerce(member) : member
    }
    return object
  }
  return { types, shape, default: fallback, members, open, coerce }
}

/** The schema and everything it is composed of. */
export function flatten(
  resolver: Resolver,
  schema: unknown,
  pointer: string,
  depth: number,
): readonly Located[] {
  const found = resolver.resolve(schema, pointer)
  if (!found || depth > maxDepth) return []
  const composed = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const branches = found.value[keyword]
    return Array.isArray(branches)
      ? (branches as readonly unknown[]).flatMap((branch, index) =>
          typeof branch === 'boolean'
            ? []
            : flatten(resolver, branch, childPointer(found.pointer, keyword, index), depth + 1),
        )
      : []
  })
  // `$ref` with siblings (3.1): what stands beside the reference counts as well.
  const beside =
    isJsonObject(schema) && schema !== found.value ? [{ value: withoutReference(schema), pointer }] : []
  return [...beside, found, ...composed]
}

function withoutReference({ $ref: _, ...beside }: JsonObject): JsonObject {
  return beside
}

function typesOf(schema: JsonObject): readonly TypeName[] {
  const type = schema['type']
  const declared = (Array.isArray(type) ? type : type === undefined ? [] : [type]) as TypeName[]
  if (declared.length > 0) return schema['nullable'] === true ? [...declared, 'null'] : declared
  const values = schema['const'] === undefined ? schema['enum'] : [schema['const']]
  return Array.isArray(values) ? (values as readonly unknown[]).map(typeOfValue) : []
}

function typeOfValue(value: unknown): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as TypeName
}

function shapeOf(types: ReadonlySet<TypeName>, members: ReadonlyMap<string, unknown>): Shape {
  if (types.has('array')) return 'array'
  if (types.has('object') || (types.size === 0 && members.size > 0)) return 'object'
  return 'primitive'
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** The first declared type that the text is a value of; where it is of none it stays text, which then does not fit. */
function coerceText(text: string, types: ReadonlySet<TypeName>): unknown {
  for (const type of types) {
    if (type === 'string') return text
    if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
    if (type === 'null' && text === 'null') return null
    if ((type === 'number' || type === 'integer') && jsonNumber.test(text)) {
      const number = Number(text)
      if (Number.isFinite(number) && (type === 'number' || Number.isInteger(number))) return number
    }
  }
  return text
}

/** A list inside an object comes as one value, as several, or as `list[0]=a&list[1]=b` and `list[]=a`. */
function toList(value: Unstyled): readonly Unstyled[] | undefined {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value as readonly Unstyled[]
  const entries = Object.entries(value as Readonly<Record<string, Unstyled>>)
  const isIndexed = entries.every(
    ([key], index) => key === String(index) || (key === '' && entries.length === 1),
  )
  return isIndexed
    ? entries.flatMap(([key, item]) =>
        key === '' && Array.isArray(item) ? (item as readonly Unstyled[]) : [item],
      )
    : undefined
}
