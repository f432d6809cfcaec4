import { anything, goesOn, refuse, type Check } from './evaluation.js'
import type { StringFormat } from './formats.js'

/* JSON Schema 2020-12 validation, sections 6.3 and 7: what is said of strings. */

export interface StringRules {
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: RegExp
  readonly format?: StringFormat | undefined
  readonly formatName?: string
}

/** Length comes first: a string that is too long is never held against an expression. */
export function compileString(rules: StringRules, otherwise: Check = anything): Check {
  const { minLength = 0, maxLength = Infinity, pattern } = rules
  const format = rules.format?.fits
  const tooShort = minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`
  const tooLong = `must have at most ${maxLength} characters`
  const mismatch = `must match ${pattern?.source ?? ''}`
  const malformed = `must be of format ${rules.formatName ?? ''}`
  return (value, run) => {
    if (typeof value !== 'string') return otherwise(value, run)
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
