import type { Violation } from '../../problem/problem.js'
import { bodyViolation, BodyLimitError } from './body-format.js'

/* Sequences of JSON texts, split: a newline ends each, or a record separator (0x1E) begins each (RFC 7464). */

export type Delimiter = 'newline' | 'record-separator'

/** Lines of a body that do not fit. */
export class LinesError extends Error {
  override readonly name = 'LinesError'
  readonly violations: readonly Violation[]

  constructor(violations: readonly Violation[]) {
    super('lines of the body do not fit the schema')
    this.violations = violations
  }
}

/** Splits bytes as they come. Blank records are passed over. */
export interface RecordSplitter {
  /** Throws `BodyLimitError` past the limit in one record, `LinesError` where the first lacks its separator. */
  readonly push: (chunk: Uint8Array) => Generator<Uint8Array>
  readonly end: () => Generator<Uint8Array>
}

const delimiters: Readonly<Record<Delimiter, number>> = { newline: 0x0a, 'record-separator': 0x1e }

export function createRecordSplitter(delimiter: Delimiter, limitBytes: number): RecordSplitter {
  const byte = delimiters[delimiter]
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let isFirst = true
  const keep = (bytes: Uint8Array): void => {
    pendingBytes += bytes.length
    if (pendingBytes > limitBytes) throw new BodyLimitError(`A line may have ${limitBytes} bytes.`)
    pending.push(bytes)
  }
  const take = (): Uint8Array => {
    const record = pending.length === 1 && pending[0] ? pending[0] : Buffer.concat(pending)
    pending = []
    pendingBytes = 0
    return record
  }
  return {
    *push(chunk) {
      if (isFirst && chunk.length > 0) {
        isFirst = false
        if (delimiter === 'record-separator' && chunk[0] !== byte) throw new LinesError([noSeparator])
      }
      let start = 0
      for (let end = chunk.indexOf(byte); end !== -1; end = chunk.indexOf(byte, start)) {
        keep(chunk.subarray(start, end))
        const record = take()
        if (!record.every(isBlank)) yield record
        start = end + 1
      }
      keep(chunk.subarray(start))
    },
    *end() {
      const last = take()
      if (!last.every(isBlank)) yield last
    },
  }
}

const noSeparator = bodyViolation('/0', 'json-seq', 'must begin with a record separator')

/** JSON's whitespace (RFC 8259 section 2). */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
