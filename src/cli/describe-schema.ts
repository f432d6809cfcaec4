import { childPointer, isJsonObject, type JsonObject } from '../contract/json-pointer.js'
import type { Resolver } from '../contract/document/reference.js'
import { toCount, toSeries } from './terminal.js'

/* A schema in a few words: enough to know what to send, never all that it asks for. */

const listed = 6

/** E.g. `integer from 1 to 100`, `list of string (uuid)`, or the name of a component that is an object. */
export function describeSchema(resolver: Resolver, schema: unknown, pointer: string): string {
  return describe(resolver, schema, pointer, new Set())
}

function describe(resolver: Resolver, schema: unknown, pointer: string, seen: ReadonlySet<string>): string {
  if (schema === false) return 'nothing'
  if (!isJsonObject(schema)) return 'anything'
  const reference = schema['$ref']
  if (typeof reference !== 'string') return describeObject(resolver, schema, pointer, seen)
  const name = nameOf(reference)
  const target = resolver.resolve(schema, pointer)
  if (!target || seen.has(reference) || isComposite(target.value)) return name
  return describeObject(resolver, target.value, target.pointer, new Set([...seen, reference]))
}

function describeObject(
  resolver: Resolver,
  schema: JsonObject,
  pointer: string,
  seen: ReadonlySet<string>,
): string {
  const branches = (keyword: string): readonly string[] => {
    const list = schema[keyword]
    return Array.isArray(list)
      ? unique(
          (list as readonly unknown[]).map((branch, index) =>
            describe(resolver, branch, childPointer(pointer, keyword, index), seen),
          ),
        )
      : []
  }
  const either = branches('oneOf').concat(branches('anyOf'))
  const parts = branches('allOf')
  const own = describeOwn(resolver, schema, pointer, seen)
  if (own !== undefined) return own
  if (either.length > 0) return toSeries(shorten(either), 'or')
  if (parts.length > 0) return toSeries(shorten(parts), 'and')
  return 'anything'
}

/** What the schema says by itself, `undefined` where it leaves that to those it is composed of. */
function describeOwn(
  resolver: Resolver,
  schema: JsonObject,
  pointer: string,
  seen: ReadonlySet<string>,
): string | undefined {
  if (schema['const'] !== undefined) return JSON.stringify(schema['const'])
  if (Array.isArray(schema['enum'])) {
    const values = (schema['enum'] as readonly unknown[]).map((value) =>
      typeof value === 'string' ? value : JSON.stringify(value),
    )
    return `one of ${toSeries(shorten(values), 'or')}`
  }
  const types = typesOf(schema)
  if (types.length === 0) return undefined
  const described = types.map((type) => {
    switch (type) {
      case 'string':
        return `string${formatOf(schema)}${lengthOf(schema)}${patternOf(schema)}`
      case 'integer':
      case 'number':
        return `${type}${formatOf(schema)}${rangeOf(schema)}`
      case 'array':
        return `list of ${sizeOf(schema)}${describe(resolver, schema['items'], childPointer(pointer, 'items'), seen)}`
      case 'object':
        return describeMembers(schema)
      default:
        return type
    }
  })
  return toSeries(described, 'or')
}

function typesOf(schema: JsonObject): readonly string[] {
  const { type, nullable } = schema as { readonly type?: unknown; readonly nullable?: unknown }
  const declared = (Array.isArray(type) ? (type as readonly unknown[]) : [type]).filter(
    (name) => typeof name === 'string',
  )
  if (declared.length === 0) {
    if (isJsonObject(schema['properties'])) return ['object']
    return schema['items'] === undefined ? [] : ['array']
  }
  return nullable === true ? [...declared, 'null'] : declared
}

function describeMembers(schema: JsonObject): string {
  const names = Object.keys(isJsonObject(schema['properties']) ? schema['properties'] : {})
  return names.length === 0 ? 'object' : `object of ${toSeries(shorten(names), 'and')}`
}

function formatOf({ format }: JsonObject): string {
  return typeof format === 'string' ? ` (${format})` : ''
}

function patternOf({ pattern }: JsonObject): string {
  return typeof pattern === 'string' ? ` that matches \`${pattern}\`` : ''
}

function lengthOf({ minLength, maxLength }: JsonObject): string {
  return bounds(minLength, maxLength, 'character')
}

function sizeOf({ minItems, maxItems }: JsonObject): string {
  const size = bounds(minItems, maxItems, 'item')
  return size === '' ? '' : `${size.replace(' of ', '')}: `
}

function bounds(least: unknown, most: unknown, unit: string): string {
  const [from, to] = [Number(least ?? 0), typeof most === 'number' ? most : undefined]
  if (from === to) return ` of ${toCount(from, unit)}`
  if (to !== undefined)
    return from > 0 ? ` of ${from} to ${toCount(to, unit)}` : ` of at most ${toCount(to, unit)}`
  return from > 0 ? ` of at least ${toCount(from, unit)}` : ''
}

/** `exclusiveMinimum` is a number, and in OpenAPI 3.0 says of `minimum` that it is one. */
function rangeOf(schema: JsonObject): string {
  const above = schema['exclusiveMinimum'] === true ? schema['minimum'] : schema['exclusiveMinimum']
  const below = schema['exclusiveMaximum'] === true ? schema['maximum'] : schema['exclusiveMaximum']
  const from = typeof above === 'number' ? ` above ${above}` : words(' from', schema['minimum'])
  const to =
    typeof below === 'number' ? ` below ${below}` : words(from === '' ? ' up to' : ' to', schema['maximum'])
  return `${from}${to}`
}

function words(before: string, value: unknown): string {
  return typeof value === 'number' ? `${before} ${value}` : ''
}

/** Whether a component says more by its name than by a few words about it. */
function isComposite(schema: JsonObject): boolean {
  return (
    typesOf(schema).includes('object') ||
    ['oneOf', 'anyOf', 'allOf'].some((keyword) => schema[keyword] !== undefined)
  )
}

function nameOf(reference: string): string {
  const last = reference.split('/').at(-1) ?? reference
  try {
    return decodeURIComponent(last).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return last
  }
}

function shorten(words: readonly string[]): readonly string[] {
  if (words.length <= listed + 1) return words
  return [...words.slice(0, listed), `${words.length - listed} more`]
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}
