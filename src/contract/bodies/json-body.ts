import { bodyViolation, type BodyFormat } from './body-format.js'
import type { Violation } from '../../problem/problem.js'
import { JsonSyntaxError, parseJson } from './parse-json.js'
import type { Validate } from '../schemas/validator.js'

/** A body of one JSON text. Nothing in it is coerced. */
export function jsonFormat(validate: Validate): BodyFormat {
  return {
    kind: 'whole',
    emptyIsValue: false,
    decode(bytes, limits) {
      const parsed = toJson(bytes, '', limits.depth)
      return 'violation' in parsed
        ? { violations: [parsed.violation] }
        : { value: parsed.value, violations: validate(parsed.value, 'body', '', limits.violations) }
    },
  }
}

/** UTF-8 bytes -> JSON value, or the violation at `pointer`. */
export function toJson(
  bytes: Uint8Array,
  pointer: string,
  depthLimit: number,
): { readonly value: unknown } | { readonly violation: Violation } {
  try {
    return { value: parseJson(bytes, depthLimit) }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return { violation: bodyViolation(pointer, 'json', error.message) }
  }
}
