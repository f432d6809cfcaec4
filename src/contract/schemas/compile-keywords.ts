import { compileArray, type ArrayRules } from './array-keywords.js'
import { anything, type Check } from './evaluation.js'
import { formatNamed } from './formats.js'
import { isJsonObject, type JsonObject } from '../json-pointer.js'
import { compileNumber } from './number-keywords.js'
import { compileObject, type ObjectRules } from './object-keywords.js'
import type { Patterns } from './pattern.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'
import { compileString } from './string-keywords.js'
import { compileType, type TypeName } from './value-keywords.js'

/* From the keywords of a schema to the rules for each kind of value. */

export interface KeywordContext {
  readonly index: SchemaIndex
  readonly patterns: Patterns
  /** The check of a schema for a member of an object, or for anything else inside the value. */
  readonly inside: (node: SchemaNode, as: 'member' | 'item') => Check
  /** What is said of members that are too much. */
  readonly undeclared: string
}

/** What a schema says of values of one type, and nothing of others. */
export interface TypedRules {
  readonly of: readonly TypeName[]
  /** Without `types`, values of other types pass; with them, what is of none of these is told so. */
  readonly compile: (types?: readonly TypeName[]) => Check
}

/** What is said of numbers, strings, objects and arrays. `excused` members cannot be required. */
export function readTypedRules(
  node: SchemaNode,
  excused: ReadonlySet<string>,
  context: KeywordContext,
): readonly TypedRules[] {
  const { keywords } = node
  const formatName = typeof keywords['format'] === 'string' ? keywords['format'] : ''
  const format = formatNamed(formatName)
  const { pattern: source } = keywords
  const pattern = typeof source === 'string' ? context.patterns.compile(source).regexp : undefined
  const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
  const numbers = numbersIn(keywords, bounds)
  const lengths = numbersIn(keywords, ['minLength', 'maxLength'])
  const objects = readObjectRules(node, excused, context)
  const arrays = readArrayRules(node, context)
  const found: TypedRules[] = []
  if (numbers || format?.type === 'number') {
    const rules = { ...numbers, formatName, ...(format?.type === 'number' && { format }) }
    found.push({ of: ['number', 'integer'], compile: (types) => compileNumber(rules, types) })
  }
  if (lengths || pattern || format?.type === 'string') {
    const rules = {
      ...lengths,
      formatName,
      ...(pattern && { pattern }),
      ...(format?.type === 'string' && { format }),
    }
    found.push({ of: ['string'], compile: (types) => compileString(rules, refuseOthers(types)) })
  }
  if (objects) found.push({ of: ['object'], compile: (types) => compileObject(objects, refuseOthers(types)) })
  if (arrays) found.push({ of: ['array'], compile: (types) => compileArray(arrays, refuseOthers(types)) })
  return found
}

function refuseOthers(types: readonly TypeName[] | undefined): Check {
  return types ? compileType(types) : anything
}

function readObjectRules(
  node: SchemaNode,
  excused: ReadonlySet<string>,
  { index, patterns, inside, undeclared }: KeywordContext,
): ObjectRules | undefined {
  const { keywords } = node
  const required = namesIn(keywords['required']).filter((name) => !excused.has(name))
  const dependentRequired = dependentNames(keywords, excused)
  const counts = numbersIn(keywords, ['minProperties', 'maxProperties'])
  const { additionalProperties, propertyNames } = keywords
  const isSaid =
    counts !== undefined ||
    required.length > 0 ||
    dependentRequired.size > 0 ||
    ['properties', 'patternProperties', 'additionalProperties', 'propertyNames'].some(
      (name) => name in keywords,
    )
  if (!isSaid) return undefined
  return {
    ...counts,
    properties: new Map(
      index.map(node, 'properties').map(([name, member]) => [name, inside(member, 'member')]),
    ),
    patterns: index.map(node, 'patternProperties').flatMap(([source, member]) => {
      const { regexp } = patterns.compile(source)
      return regexp ? [{ pattern: regexp, check: inside(member, 'member') }] : []
    }),
    ...(additionalProperties === false && { additional: false }),
    ...(additionalProperties !== undefined &&
      additionalProperties !== false && {
        additional: inside(index.child(node, 'additionalProperties'), 'member'),
      }),
    ...(propertyNames !== undefined && { names: inside(index.child(node, 'propertyNames'), 'item') }),
    required,
    dependentRequired,
    undeclared,
  }
}

/** `dependencies` is what both dependent keywords were before 2019-09, and still works. */
function dependentNames(
  keywords: JsonObject,
  excused: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const keyword of ['dependencies', 'dependentRequired']) {
    const dependent = keywords[keyword]
    for (const [name, names] of Object.entries(isJsonObject(dependent) ? dependent : {})) {
      if (!Array.isArray(names)) continue
      const kept = namesIn(names).filter((other) => !excused.has(other))
      found.set(name, [...(found.get(name) ?? []), ...kept])
    }
  }
  return found
}

function readArrayRules(node: SchemaNode, { index, inside }: KeywordContext): ArrayRules | undefined {
  const { keywords } = node
  const counts = numbersIn(keywords, ['minItems', 'maxItems', 'minContains', 'maxContains'])
  const rules: ArrayRules = {
    ...counts,
    prefixItems: index.list(node, 'prefixItems').map((schema) => inside(schema, 'item')),
    ...(keywords['items'] !== undefined && { items: inside(index.child(node, 'items'), 'item') }),
    ...(keywords['contains'] !== undefined && { contains: inside(index.child(node, 'contains'), 'item') }),
    uniqueItems: keywords['uniqueItems'] === true,
  }
  const isSaid =
    counts !== undefined ||
    rules.items !== undefined ||
    rules.contains !== undefined ||
    rules.prefixItems.length > 0 ||
    rules.uniqueItems
  return isSaid ? rules : undefined
}

function numbersIn(
  keywords: JsonObject,
  names: readonly string[],
): Readonly<Record<string, number>> | undefined {
  const found = names.filter((name) => typeof keywords[name] === 'number')
  return found.length > 0
    ? Object.fromEntries(found.map((name) => [name, keywords[name] as number]))
    : undefined
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : []
}
