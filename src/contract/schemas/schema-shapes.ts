import { isJsonObject } from '../json-pointer.js'
import type { Shape } from '../document/schema-vocabulary.js'

/* What the values of keywords must look like. */

const typeNames = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']

/** What is wrong with the value of a keyword. */
export function faultOf(shape: Shape, value: unknown): string | undefined {
  switch (shape) {
    case 'anything':
    case 'schema':
      // Subschemas are schemas of their own, and checked in their place.
      return undefined
    case 'schemas':
      return Array.isArray(value) && value.length > 0 ? undefined : 'must be a list of at least one schema'
    case 'schemas by name':
    case 'schemas by pattern':
    case 'names or schemas by name':
    case 'object':
      return isJsonObject(value) ? undefined : 'must be an object'
    case 'values':
      return Array.isArray(value) ? undefined : 'must be a list'
    case 'link':
      return isJsonObject(value) && typeof value['url'] === 'string'
        ? undefined
        : 'must be an object with a `url`'
    case 'xml':
      return faultOfXml(value)
    case 'text':
    case 'pattern':
      return typeof value === 'string' ? undefined : 'must be a string'
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    case 'number':
      return typeof value === 'number' ? undefined : 'must be a number'
    case 'positive number':
      return typeof value === 'number' && value > 0 ? undefined : 'must be a number above 0'
    case 'count':
      return Number.isInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number, 0 or more'
    case 'one type':
      return typeNames.slice(1).includes(value as string)
        ? undefined
        : `must be one of ${typeNames.slice(1).join(', ')}`
    case 'types':
      return isTypes(value) ? undefined : `must be one of ${typeNames.join(', ')}, or a list of them`
    case 'names':
      return isNames(value) ? undefined : 'must be a list of different names'
    case 'names by name':
      return isJsonObject(value) && Object.values(value).every(isNames)
        ? undefined
        : 'must be an object of lists of different names'
    case 'anchor':
      return typeof value === 'string' && /^[A-Za-z_][-A-Za-z0-9._]*$/.test(value)
        ? undefined
        : 'must be a name of letters, digits, `-`, `_` and `.`'
    case 'identifier':
      return typeof value === 'string' && /^[^#]*#?$/.test(value)
        ? undefined
        : 'must be a URI without a fragment'
  }
}

function isTypes(value: unknown): boolean {
  if (!Array.isArray(value)) return typeNames.includes(value as string)
  const names = value as readonly unknown[]
  return names.length > 0 && isDistinct(names) && names.every((name) => typeNames.includes(name as string))
}

function isNames(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    (value as readonly unknown[]).every((name) => typeof name === 'string') &&
    isDistinct(value as readonly unknown[])
  )
}

function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length
}

/** OpenAPI "XML Object" (3.2 section 4.26): `nodeType` took the place of the two flags. */
function faultOfXml(value: unknown): string | undefined {
  if (!isJsonObject(value)) return 'must be an object'
  const texts = ['name', 'namespace', 'prefix', 'nodeType'].filter((name) => name in value)
  const flags = ['attribute', 'wrapped'].filter((name) => name in value)
  if (texts.some((name) => typeof value[name] !== 'string')) return 'must have strings for names'
  if (flags.some((name) => typeof value[name] !== 'boolean')) return 'must have true or false for its flags'
  return 'nodeType' in value && flags.length > 0
    ? '`nodeType` stands in place of `attribute` and `wrapped`: keep the one or the others'
    : undefined
}
