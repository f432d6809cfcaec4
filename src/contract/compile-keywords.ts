import { compileArray, type ArrayRules } from './array-keywords.js'
import { anything, every, type Check } from './evaluation.js'
import { formatNamed } from './formats.js'
import { isJsonObject, type JsonObject } from './json-pointer.js'
import { compileObject } from './object-keywords.js'
import type { Patterns } from './pattern.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'
import { compileNumber, compileString } from './value-keywords.js'

/* From the keywords of a schema to the rules for each kind of value. */

export interface KeywordContext {
  readonly index: SchemaIndex
  readonly patterns: Patterns
  /** The check of a schema for a member of an object, or for anything else inside the value. */
  readonly inside: (node: SchemaNode, as: 'member' | 'item') => Check
  /** What is said of members that are too much. */
  readonly undeclared: string
}

/** What is said of numbers and strings. */
export function compileScalars(keywords: JsonObject, patterns: Patterns): Check {
  const formatName = typeof keywords['format'] === 'string' ? keywords['format'] : ''
  const format = formatNamed(formatName)
  const { pattern: source } = keywords
  const pattern = typeof source === 'string' ? patterns.compile(source).regexp : undefined
  const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
  const numbers = numbersIn(keywords, bounds)
  const lengths = numbersIn(keywords, ['minLength', 'maxLength'])
  const parts: Check[] = []
  if (numbers || format?.type === 'number') parts.push(compileNumber({ ...numbers, format, formatName }))
  if (lengths || pattern || format?.type === 'string')
    parts.push(compileString({ ...lengths, ...(pattern && { pattern }), format, formatName }))
  return every(parts)
}

/** What is said of objects. `excused` members cannot be required. */
export function compileMembers(
  node: SchemaNode,
  excused: ReadonlySet<string>,
  { index, patterns, inside, undeclared }: KeywordContext,
): Check {
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
  if (!isSaid) return anything
  return compileObject({
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
  })
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

/** What is said of arrays. */
export function compileItems(node: SchemaNode, { index, inside }: KeywordContext): Check {
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
  return isSaid ? compileArray(rules) : anything
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
