import { fullFormats } from 'ajv-formats/dist/formats.js'

/*
 * The values of `format` that are enforced: those of JSON Schema (validation, section 7.3) and of the OpenAPI format registry.
 * A format says something of one type only; values of another type pass (section 7.2.1).
 */

export type Format = StringFormat | NumberFormat

export interface StringFormat {
  readonly type: 'string'
  readonly fits: (value: string) => boolean
}

export interface NumberFormat {
  readonly type: 'number'
  readonly isWhole: boolean
  readonly least: number
  readonly most: number
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const base64url = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/
const fixdate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} (?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60) GMT$/

/** Of the registry: they tell how a string is to be shown or read, and let any through. */
const annotations = ['password', 'binary', 'commonmark', 'html']

const integers: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  // What JSON numbers say of 64 bits is only as exact as a double.
  int64: [-(2 ** 63), 2 ** 63],
  uint8: [0, 2 ** 8 - 1],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint64: [0, 2 ** 64],
  'double-int': [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
}

const formats = new Map<string, Format>()

for (const [name, format] of Object.entries(fullFormats)) {
  const test = testOf(format)
  if (test) formats.set(name, { type: 'string', fits: test })
}
for (const name of annotations) formats.set(name, { type: 'string', fits: () => true })
for (const [name, [least, most]] of Object.entries(integers))
  formats.set(name, { type: 'number', isWhole: true, least, most })
for (const name of ['float', 'double', 'decimal', 'decimal128'])
  formats.set(name, { type: 'number', isWhole: false, least: -Infinity, most: Infinity })
formats.set('byte', { type: 'string', fits: (value: string) => base64.test(value) })
formats.set('base64url', { type: 'string', fits: (value: string) => base64url.test(value) })
formats.set('http-date', { type: 'string', fits: (value: string) => fixdate.test(value) })
// The library's own expression for URLs backtracks, so that a long one could hold the process for minutes.
formats.set('url', {
  type: 'string',
  fits: (value: string) => /^(?:https?|ftp):\/\/[^\s/]/i.test(value) && URL.canParse(value),
})
formats.set('char', { type: 'string', fits: (value: string) => Array.from(value).length === 1 })

/** The library tells a format as an expression, a function or an object around one; of numbers it is told below. */
function testOf(format: unknown): ((value: string) => boolean) | undefined {
  if (format instanceof RegExp) return (value) => format.test(value)
  if (typeof format === 'function') return format as (value: string) => boolean
  const { type, validate } = Object(format) as { readonly type?: string; readonly validate?: unknown }
  return validate === undefined || type === 'number' ? undefined : testOf(validate)
}

/** `undefined` where the format is not known, and so could not be enforced. */
export function formatNamed(name: string): Format | undefined {
  return formats.get(name)
}
