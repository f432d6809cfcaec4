import type { Discriminator } from './discriminator.js'
import { every, isPlainObject, refuse, type Check } from './evaluation.js'
import { hasMember } from './object-keywords.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'
import { listOf } from './value-keywords.js'

/* A value is held against the schema that its discriminating member names, and only what is wrong by that one is told. */

/** Beside `oneOf` or `anyOf`. A mapping may name a schema that is none of these; then both must hold. */
export function compilePick(
  discriminator: Discriminator,
  alternatives: Check,
  index: SchemaIndex,
  checkOf: (node: SchemaNode) => Check,
): Check {
  const { node, keyword = 'oneOf' } = discriminator
  const branches = index.list(node, keyword)
  return discriminate(discriminator, alternatives, (schema) =>
    branches.includes(schema) ? checkOf(schema) : every([checkOf(schema), alternatives]),
  )
}

/** On a schema that others build on, and so take in. A mapping may name one that does not; then both must hold. */
export function compileFamily(
  discriminator: Discriminator,
  index: SchemaIndex,
  checkOf: (node: SchemaNode) => Check,
): Check {
  const { node } = discriminator
  const self = checkOf(node)
  return discriminate(discriminator, self, (schema) => {
    if (schema === node) return self
    return buildsOn(schema, node, index) ? checkOf(schema) : every([self, checkOf(schema)])
  })
}

/** What is no object has no member that could tell. */
function discriminate(
  { propertyName, schemas, otherwise }: Discriminator,
  noObject: Check,
  checkOf: (node: SchemaNode) => Check,
): Check {
  const checks = new Map([...schemas].map(([value, schema]) => [value, checkOf(schema)]))
  const fallback = otherwise && checkOf(otherwise)
  const detail = `must be one of ${listOf([...schemas.keys()])}`
  return (value, run, seen) => {
    if (!isPlainObject(value)) return noObject(value, run, seen)
    const isThere = hasMember(value, propertyName)
    const tag = isThere ? value[propertyName] : undefined
    const check = (typeof tag === 'string' ? checks.get(tag) : undefined) ?? fallback
    if (check) return check(value, run, seen)
    if (seen) seen.unsure = true
    return isThere
      ? refuse(run, 'discriminator', detail, propertyName)
      : refuse(run, 'required', 'is required', propertyName)
  }
}

function buildsOn(
  schema: SchemaNode,
  base: SchemaNode,
  index: SchemaIndex,
  seen = new Set<SchemaNode>(),
): boolean {
  if (schema === base) return true
  if (seen.has(schema)) return false
  seen.add(schema)
  const reference = index.reference(schema)
  return [...(reference ? [reference] : []), ...index.list(schema, 'allOf')].some((part) =>
    buildsOn(part, base, index, seen),
  )
}
