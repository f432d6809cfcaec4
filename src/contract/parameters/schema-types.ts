import { childPointer, isJsonObject, valueAt, type JsonObject } from '../json-pointer.js'
import { toRegExp } from '../schemas/pattern.js'
import type { TypeName } from '../schemas/value-keywords.js'
import type { Located, Resolver } from '../document/reference.js'
import type { Shape, Unstyled } from './parameter-style.js'

/*
 * What a parameter's schema says of types, seen through `$ref` and the applicators. Text becomes a number or a boolean
 * only where the declared type asks for one.
 */

/** A schema as text is turned into a value by it. */
export interface TypedSchema {
  /** In the order in which they are declared. */
  readonly types: ReadonlySet<TypeName>
  readonly shape: Shape
  readonly default: unknown
  /** Declared member names, where the shape is an object. */
  readonly members: ReadonlyMap<string, TypedSchema>
  /** What is declared of a member, by name or else by pattern. */
  readonly memberOf: (name: string) => TypedSchema | undefined
  /** Whether members beside the declared ones are let through. */
  readonly open: boolean
  /** Turns text, or what a style made of it, into a value by declared type. What does not fit stays as it is. */
  readonly coerce: (value: Unstyled) => unknown
}

/** What the schema says is read when it is asked for: schemas refer to each other, and most are asked for their type alone. */
export function readTypes(resolver: Resolver, schema: unknown, pointer: string): TypedSchema {
  let known: TypedSchema | undefined
  const typed = (): TypedSchema => (known ??= read(resolver, schema, pointer))
  return {
    get types() {
      return typed().types
    },
    get shape() {
      return typed().shape
    },
    get default() {
      return typed().default
    },
    get members() {
      return typed().members
    },
    memberOf: (name) => typed().memberOf(name),
    get open() {
      return typed().open
    },
    coerce: (value) => typed().coerce(value),
  }
}

function read(resolver: Resolver, schema: unknown, pointer: string): TypedSchema {
  const types = new Set<TypeName>()
  const members = new Map<string, TypedSchema>()
  const patterns: { readonly regexp: RegExp; readonly typed: TypedSchema }[] = []
  let items: TypedSchema | undefined
  let additional: TypedSchema | undefined
  let open = true
  let fallback: unknown
  for (const { value, pointer: at } of flatten(resolver, schema, pointer)) {
    const inside = (...path: readonly [string, string?]): TypedSchema => {
      const tokens = path.filter((token) => token !== undefined)
      return readTypes(resolver, valueAt(value, tokens), childPointer(at, ...tokens))
    }
    for (const type of typesOf(value)) types.add(type)
    if (value['default'] !== undefined) fallback ??= value['default']
    if (isJsonObject(value['properties']))
      for (const name of Object.keys(value['properties'])) members.set(name, inside('properties', name))
    if (isJsonObject(value['patternProperties'])) {
      for (const source of Object.keys(value['patternProperties'])) {
        const regexp = toRegExp(source)
        // One that is no expression is reported with the schemas.
        if (regexp) patterns.push({ regexp, typed: inside('patternProperties', source) })
      }
    }
    if (value['items'] !== undefined) items ??= inside('items')
    if (value['additionalProperties'] === false || value['unevaluatedProperties'] === false) open = false
    else if (isJsonObject(value['additionalProperties'])) additional ??= inside('additionalProperties')
  }
  const memberOf = (name: string): TypedSchema | undefined =>
    members.get(name) ?? patterns.find(({ regexp }) => regexp.test(name))?.typed
  const shape = shapeOf(types, members)
  const coerce = (value: Unstyled): unknown => {
    const list = shape === 'array' ? toList(value) : undefined
    // No style writes lists of lists: a text in a list is no list of one, else a list of itself would have no end.
    if (list && items) {
      const { types: itemTypes, coerce: coerceItem } = items
      return list.map((item) => (typeof item === 'string' ? coerceText(item, itemTypes) : coerceItem(item)))
    }
    if (list) return list
    if (typeof value === 'string') return coerceText(value, types)
    if (Array.isArray(value)) return value as readonly Unstyled[]
    const object = Object.create(null) as Record<string, unknown>
    for (const [name, member] of Object.entries(value as Record<string, Unstyled>)) {
      const typed = memberOf(name) ?? additional
      object[name] = typed ? typed.coerce(member) : member
    }
    return object
  }
  return { types, shape, default: fallback, members, memberOf, open, coerce }
}

/** The schema and everything it is composed of, each once. */
export function flatten(resolver: Resolver, schema: unknown, pointer: string): readonly Located[] {
  const parts: Located[] = []
  const seen = new Set<string>()
  const add = (value: unknown, at: string): void => {
    const found = resolver.resolveSchema(value, at)
    if (!found || seen.has(found.pointer)) return
    seen.add(found.pointer)
    // `$ref` with siblings (3.1): what stands beside the reference counts as well.
    if (isJsonObject(value) && value !== found.value)
      parts.push({ value: withoutReference(value), pointer: at })
    parts.push(found)
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const branches = found.value[keyword]
      if (!Array.isArray(branches)) continue
      for (const [index, branch] of (branches as readonly unknown[]).entries())
        add(branch, childPointer(found.pointer, keyword, index))
    }
  }
  add(schema, pointer)
  return parts
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
