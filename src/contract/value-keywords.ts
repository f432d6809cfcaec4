import { createMembership } from './canonical.js'
import { goesOn, refuse, type Check } from './evaluation.js'
import type { Format } from './formats.js'

/* JSON Schema 2020-12 validation, sections 6.1 to 6.3 and 7: what is said of a value as a whole, of numbers and of strings. */

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

export interface NumberRules {
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly format?: Format | undefined
  readonly formatName?: string
}

export function compileNumber(rules: NumberRules): Check {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = rules
  const tests: {
    readonly keyword: string
    readonly detail: string
    readonly fits: (value: number) => boolean
  }[] = []
  if (minimum !== undefined)
    tests.push({
      keyword: 'minimum',
      detail: `must be at least ${minimum}`,
      fits: (value) => value >= minimum,
    })
  if (maximum !== undefined)
    tests.push({
      keyword: 'maximum',
      detail: `must be at most ${maximum}`,
      fits: (value) => value <= maximum,
    })
  if (exclusiveMinimum !== undefined) {
    const detail = `must be more than ${exclusiveMinimum}`
    tests.push({ keyword: 'exclusiveMinimum', detail, fits: (value) => value > exclusiveMinimum })
  }
  if (exclusiveMaximum !== undefined) {
    const detail = `must be less than ${exclusiveMaximum}`
    tests.push({ keyword: 'exclusiveMaximum', detail, fits: (value) => value < exclusiveMaximum })
  }
  if (multipleOf !== undefined) {
    const detail = `must be a multiple of ${multipleOf}`
    tests.push({ keyword: 'multipleOf', detail, fits: compileMultiple(multipleOf) })
  }
  if (format?.type === 'number') {
    tests.push({
      keyword: 'format',
      detail: `must be of format ${rules.formatName ?? ''}`,
      fits: (value: number) => format.fits(value),
    })
  }
  return (value, run) => {
    if (typeof value !== 'number') return true
    let ok = true
    for (const { fits, keyword, detail } of tests) {
      if (fits(value)) continue
      ok = refuse(run, keyword, detail)
      if (!goesOn(run)) return false
    }
    return ok
  }
}

/** Powers of ten up to this one are doubles without loss. */
const exactPower = 22

/**
 * Exact for the decimals that were written: 19.99 is a multiple of 0.01, though the quotient of the two doubles is not an
 * integer.
 */
export function compileMultiple(of: number): (value: number) => boolean {
  if (Number.isSafeInteger(of)) {
    // A double beyond the safe integers is an integer too, and its remainder is exact.
    return (value) => Number.isInteger(value) && value % of === 0
  }
  const [digits, exponent] = toDecimal(of)
  const scale = 10 ** -exponent
  const step = Number(digits)
  if (exponent > 0 || -exponent > exactPower || !Number.isSafeInteger(step))
    return (value) => Number.isFinite(value) && isMultipleOfDecimal(value, digits, exponent)
  return (value) => {
    const scaled = Math.round(value * scale)
    // Division rounds correctly, so this tells whether the value has no more decimals than the divisor.
    if (Number.isSafeInteger(scaled)) return scaled / scale === value && scaled % step === 0
    return Number.isFinite(value) && isMultipleOfDecimal(value, digits, exponent)
  }
}

function isMultipleOfDecimal(value: number, ofDigits: bigint, ofExponent: number): boolean {
  const [digits, exponent] = toDecimal(value)
  const least = Math.min(exponent, ofExponent)
  const scaled = digits * 10n ** BigInt(exponent - least)
  return scaled % (ofDigits * 10n ** BigInt(ofExponent - least)) === 0n
}

/** The shortest decimal that stands for a double, as digits × 10 ^ exponent. */
function toDecimal(value: number): readonly [bigint, number] {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return [BigInt(whole + fraction), Number(exponent) - fraction.length]
}

export interface StringRules {
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: RegExp
  readonly format?: Format | undefined
  readonly formatName?: string
}

/** Length comes first: a string that is too long is never held against an expression. */
export function compileString({
  minLength = 0,
  maxLength = Infinity,
  pattern,
  ...rules
}: StringRules): Check {
  const format = rules.format?.type === 'string' ? rules.format.fits : undefined
  const tooShort = minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`
  const tooLong = `must have at most ${maxLength} characters`
  const mismatch = `must match ${pattern?.source ?? ''}`
  const malformed = `must be of format ${rules.formatName ?? ''}`
  return (value, run) => {
    if (typeof value !== 'string') return true
    if (value.length < minLength * 2 && isShorter(value, minLength)) return refuse(run, 'minLength', tooShort)
    if (value.length > maxLength && !isShorter(value, maxLength + 1)) return refuse(run, 'maxLength', tooLong)
    let ok = true
    if (pattern && !pattern.test(value)) {
      ok = refuse(run, 'pattern', mismatch)
      if (!goesOn(run)) return false
    }
    if (format && !format(value)) ok = refuse(run, 'format', malformed)
    return ok
  }
}

/** Whether a string has fewer characters (code points, RFC 8259 section 7) than that. */
function isShorter(text: string, count: number): boolean {
  if (text.length < count) return true
  let characters = 0
  for (let index = 0; index < text.length && characters < count; index++) {
    const unit = text.charCodeAt(index)
    const isPair = unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00
    if (isPair) index++
    characters++
  }
  return characters < count
}
