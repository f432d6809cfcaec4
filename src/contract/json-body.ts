import { bodyViolation, type BodyFormat } from './body-format.js'
import type { Violation } from '../problem/problem.js'
import { JsonSyntaxError, parseJson } from './parse-json.js'
import type { Validate } from './validator.js'

/** A body of one JSON text. Nothing in it is coerced. */
export function jsonFormat(validate: Validate): BodyFormat {
  return {
    kind: 'whole',
    emptyIsValue: false,
    decode(bytes) {
      const parsed = toJson(bytes, '')
      return 'violation' in parsed
        ? { violations: [parsed.violation] }
        : { value: parsed.value, violations: validate(parsed.value, 'body') }
    },
  }
}

/** UTF-8 bytes -> JSON value, or the violation at `pointer`. */
export function toJson(
  bytes: Uint8Array,
  pointer: string,
): { readonly value: unknown } | { readonly violation: Violation } {
  try {
    return { value: parseJson(bytes) }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return { violation: bodyViolation(pointer, 'json', error.message) }
  }
}
