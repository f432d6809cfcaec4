import { createMembership } from './canonical.js'
import { refuse, type Check } from './evaluation.js'

/* JSON Schema 2020-12 validation, section 6.1: what is said of a value as a whole. */

export type TypeName = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

const isOfType: Readonly<Record<TypeName, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => typeof value === 'number' && Number.isInteger(value),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

const nameOf: Readonly<Record<TypeName, string>> = {
  null: 'null',
  boolean: 'true or false',
  integer: 'an integer',
  number: 'a number',
  string: 'a string',
  array: 'an array',
  object: 'an object',
}

/** Refuses what is of none of the types. */
export function compileType(types: readonly TypeName[]): Check {
  const detail = `must be ${types.map((type) => nameOf[type]).join(' or ')}`
  const [first, second, ...more] = types.map((type) => isOfType[type])
  if (!first) return (_value, run) => refuse(run, 'type', 'has no type that would be accepted')
  if (!second) return (value, run) => first(value) || refuse(run, 'type', detail)
  return (value, run) =>
    first(value) || second(value) || more.some((fits) => fits(value)) || refuse(run, 'type', detail)
}

export function compileEnum(values: readonly unknown[]): Check {
  const isAmong = createMembership(values)
  const detail = `must be one of ${listOf(values)}`
  return (value, run) => isAmong(value) || refuse(run, 'enum', detail)
}

export function compileConst(value: unknown): Check {
  const isEqual = createMembership([value])
  const detail = `must be ${JSON.stringify(value)}`
  return (given, run) => isEqual(given) || refuse(run, 'const', detail)
}

const shownValues = 20

export function listOf(values: readonly unknown[]): string {
  const shown = values.slice(0, shownValues).map((value) => JSON.stringify(value))
  return values.length > shownValues ? `${shown.join(', ')}, …` : shown.join(', ')
}
