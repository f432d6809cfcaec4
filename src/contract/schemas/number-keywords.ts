import { anything, goesOn, refuse, type Check, type Run } from './evaluation.js'
import type { NumberFormat } from './formats.js'
import { compileType, type TypeName } from './value-keywords.js'

/* JSON Schema 2020-12 validation, section 6.2: what is said of numbers. */

export interface NumberRules {
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly format?: NumberFormat | undefined
  readonly formatName?: string
}

interface Rule {
  readonly keyword: string
  readonly detail: string
  readonly fits: (value: number) => boolean
}

/**
 * All bounds are compared at once, and only a number that is out of one is held against each rule, to name those it breaks.
 * With `types`, what is of none of these is told so; without, what is no number passes.
 */
export function compileNumber(rules: NumberRules, types?: readonly TypeName[]): Check {
  const { format, multipleOf } = rules
  const isOfType = types ? compileType(types) : anything
  const isWhole = format?.isWhole === true || types?.includes('number') === false
  const { exclusiveMinimum: above = -Infinity, exclusiveMaximum: below = Infinity } = rules
  // What is not finite is no JSON number, and is looked at more closely.
  const least = Math.max(rules.minimum ?? -Infinity, format?.least ?? -Infinity, above, -Number.MAX_VALUE)
  const most = Math.min(rules.maximum ?? Infinity, format?.most ?? Infinity, below, Number.MAX_VALUE)
  const isMultiple = multipleOf === undefined ? undefined : compileMultiple(multipleOf)
  const broken = toRules(rules, isMultiple)
  return (value, run) => {
    if (typeof value !== 'number') return isOfType(value, run)
    if (
      value >= least &&
      value <= most &&
      value !== above &&
      value !== below &&
      (!isWhole || Number.isInteger(value)) &&
      (!isMultiple || isMultiple(value))
    )
      return true
    return isOfType(value, run) && nameBroken(value, broken, run)
  }
}

function nameBroken(value: number, rules: readonly Rule[], run: Run): boolean {
  let ok = true
  for (const { fits, keyword, detail } of rules) {
    if (fits(value)) continue
    ok = refuse(run, keyword, detail)
    if (!goesOn(run)) return false
  }
  return ok
}

function toRules(
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format, formatName = '' }: NumberRules,
  isMultiple: Rule['fits'] | undefined,
): readonly Rule[] {
  const rules: Rule[] = []
  const add = (keyword: string, detail: string, fits: Rule['fits']): unknown =>
    rules.push({ keyword, detail: `must be ${detail}`, fits })
  if (minimum !== undefined) add('minimum', `at least ${minimum}`, (value) => value >= minimum)
  if (maximum !== undefined) add('maximum', `at most ${maximum}`, (value) => value <= maximum)
  if (exclusiveMinimum !== undefined)
    add('exclusiveMinimum', `more than ${exclusiveMinimum}`, (value) => value > exclusiveMinimum)
  if (exclusiveMaximum !== undefined)
    add('exclusiveMaximum', `less than ${exclusiveMaximum}`, (value) => value < exclusiveMaximum)
  if (isMultiple) add('multipleOf', `a multiple of ${multipleOf ?? ''}`, isMultiple)
  if (format) {
    const { isWhole, least, most } = format
    add(
      'format',
      `of format ${formatName}`,
      (value) => value >= least && value <= most && (!isWhole || Number.isInteger(value)),
    )
  }
  return rules
}

/** Powers of ten up to this one are doubles without loss. */
const exactPower = 22

/**
 * Exact for the decimals that were written: 19.99 is a multiple of 0.01, though the quotient of the two doubles is not an
 * integer.
 */
function compileMultiple(of: number): (value: number) => boolean {
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
