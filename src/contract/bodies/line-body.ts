import type { Violation } from '../../problem/problem.js'
import { bodyViolation, type BodyFormat, type DecodedBody } from './body-format.js'
import { toJson } from './json-body.js'
import { createRecordSplitter, isBlank, LinesError, type Delimiter } from './lines.js'
import type { BodyLimits } from '../limits.js'
import type { Validate } from '../schemas/validator.js'

/** Hands on line after line while they arrive; `validate` checks one line. */
export function linesFormat(delimiter: Delimiter, validate: Validate): BodyFormat {
  return {
    kind: 'lines',
    async *decode(chunks, limits) {
      const splitter = createRecordSplitter(delimiter, limits.lineBytes)
      const reader = createLineReader(delimiter, validate, limits)
      for await (const chunk of chunks) yield* reader.read(splitter.push(chunk))
      yield* reader.read(splitter.end())
      reader.settle()
    },
  }
}

/** All lines as one array, as `schema` describes them in OpenAPI 3.2; `validateLine` is of `itemSchema`. */
export function lineArrayFormat(
  delimiter: Delimiter,
  validate: Validate,
  validateLine: Validate,
): BodyFormat {
  return {
    kind: 'whole',
    emptyIsValue: false,
    decode(bytes, limits): DecodedBody {
      const splitter = createRecordSplitter(delimiter, limits.lineBytes)
      const reader = createLineReader(delimiter, validateLine, limits)
      try {
        const value = [...reader.read(splitter.push(bytes)), ...reader.read(splitter.end())]
        reader.settle()
        return { value, violations: validate(value, 'body', '', limits.violations) }
      } catch (error) {
        if (error instanceof LinesError) return { violations: error.violations }
        throw error
      }
    },
  }
}

interface LineReader {
  /** Yields valid lines, and none once one did not fit; the rest is read only to name its violations as well. */
  readonly read: (records: Iterable<Uint8Array>) => Generator
  /** Throws `LinesError` where a line did not fit. */
  readonly settle: () => void
}

function createLineReader(delimiter: Delimiter, validate: Validate, limits: BodyLimits): LineReader {
  const violations: Violation[] = []
  let index = 0
  const settle = (): void => {
    if (violations.length > 0) throw new LinesError(violations.slice(0, limits.violations))
  }
  return {
    settle,
    *read(records) {
      for (const record of records) {
        const pointer = `/${index++}`
        const parsed = toJson(record, pointer, limits.depth)
        if ('violation' in parsed) violations.push(parsed.violation)
        else if (delimiter === 'record-separator' && mayBeTruncated(parsed.value, record))
          violations.push(bodyViolation(pointer, 'json-seq', 'must end with a newline'))
        else {
          violations.push(...validate(parsed.value, 'body', pointer, limits.violations))
          if (violations.length === 0) yield parsed.value
        }
        if (violations.length >= limits.violations) settle()
      }
    },
  }
}

/** Only what stands behind it tells that a number or a literal is whole (RFC 7464 section 2.4). */
function mayBeTruncated(value: unknown, record: Uint8Array): boolean {
  const endsItself = typeof value === 'string' || (typeof value === 'object' && value !== null)
  return !endsItself && !isBlank(record.at(-1) ?? 0)
}
