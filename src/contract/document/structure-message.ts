import type { ErrorObject } from 'ajv/dist/2020.js'
import { nameOfType } from '../json-pointer.js'

/* What is wrong with a document by its published schema, in words that say what to do. */

/** `value` is what stands at the place of the fault. */
export function structureMessage(
  { keyword, params, instancePath, ...error }: ErrorObject,
  value: unknown,
): string {
  const named = params as Readonly<Record<string, unknown>>
  const isAmongResponses = instancePath.endsWith('/responses')
  switch (keyword) {
    case 'type':
      return `must be ${typesIn(named['type'])}, and is ${nameOfType(value)}`
    case 'required':
      return isAmongResponses
        ? 'declares no response: add one, such as `200`'
        : `\`${String(named['missingProperty'])}\` is missing: add it`
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return isAmongResponses
        ? 'a response is declared under a status (`200`), a range (`4XX`) or `default`'
        : 'OpenAPI has no such member here: correct its name, or begin it with `x-`'
    case 'enum':
      return `must be ${listOf(named['allowedValues'])}, and is ${quoted(value)}`
    case 'const':
      return `must be ${JSON.stringify(named['allowedValue'])}, and is ${quoted(value)}`
    case 'not':
      return 'holds members that exclude each other: remove one'
    case 'oneOf':
      return Array.isArray(named['passingSchemas'])
        ? 'holds members that exclude each other: remove one'
        : 'fits none of the forms that OpenAPI has for it: compare it with the specification'
    case 'anyOf':
    case 'allOf':
    case 'if':
      return 'fits none of the forms that OpenAPI has for it: compare it with the specification'
    case 'format':
      return `${quoted(value)} is no ${String(named['format'])}: correct it`
    case 'pattern':
      return error.propertyName === undefined
        ? `${quoted(value)} does not match \`${String(named['pattern'])}\`: correct it`
        : `a name that does not match \`${String(named['pattern'])}\`: rename it`
    case 'minProperties':
    case 'minItems':
      return 'is empty: add what it is to declare, or remove it'
    case 'maxProperties':
    case 'maxItems':
      return `has more members than the ${String(named['limit'])} that it may have: remove the others`
    case 'uniqueItems':
      return `says the same twice (items ${String(named['j'])} and ${String(named['i'])}): remove one`
    case 'false schema':
      return 'must not be given here: remove it'
    case 'minLength':
      return 'must not be empty'
    default:
      return `${error.message ?? 'does not fit the published schema of OpenAPI'}: correct it`
  }
}

const types: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
  integer: 'a whole number',
  null: 'null',
}

function typesIn(type: unknown): string {
  const names = (Array.isArray(type) ? type : [type]) as readonly unknown[]
  return names.map((name) => types[String(name)] ?? String(name)).join(' or ')
}

function listOf(values: unknown): string {
  const texts = (Array.isArray(values) ? (values as readonly unknown[]) : []).map((value) =>
    JSON.stringify(value),
  )
  return texts.length > 1 ? `one of ${texts.join(', ')}` : texts.join()
}

/** What stands there, where it is short enough to be told from its surroundings. */
function quoted(value: unknown): string {
  const text = typeof value === 'object' ? nameOfType(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
