import type { Violation } from '../problem/problem.js'
import { childPointer, isJsonObject } from './json-pointer.js'
import type { DefectLog } from './defect.js'
import {
  createMediaTypeMap,
  isJson,
  isLineDelimitedJson,
  parseMediaType,
  type MediaType,
} from './media-type.js'
import { JsonSyntaxError, parseJson } from './parse-json.js'
import { readLines } from './lines.js'
import type { Located } from './reference.js'
import { defaultViolationLimit, type Validate, type Validators } from './validator.js'

/* OpenAPI "Request Body Object": picks the media type, turns bytes into a value, and checks it. Nothing is coerced. */

export interface RequestBody {
  readonly required: boolean
  /** The declared media types, for an `Accept` header in the answer. */
  readonly mediaTypes: readonly string[]
  /** How a body of this `Content-Type` is read, `undefined` where it is not declared. */
  readonly find: (contentType: string | undefined) => BodyFormat | undefined
}

/** How one media type is read. */
export type BodyFormat =
  | {
      readonly kind: 'whole'
      readonly decode: (bytes: Uint8Array) => {
        readonly value?: unknown
        readonly violations: readonly Violation[]
      }
    }
  | {
      readonly kind: 'lines'
      /** Yields valid lines; throws `LinesError` at the first that is not, with the violations of all that follow too. */
      readonly decode: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<unknown>
    }

/** Lines of a body that do not fit. */
export class LinesError extends Error {
  override readonly name = 'LinesError'
  readonly violations: readonly Violation[]

  constructor(violations: readonly Violation[]) {
    super('lines of the body do not fit the schema')
    this.violations = violations
  }
}

export interface BodyContext {
  readonly validators: Validators
  readonly defects: DefectLog
}

const lineLimitBytes = 1_048_576

export function compileRequestBody(
  { value, pointer }: Located,
  context: BodyContext,
): RequestBody | undefined {
  const content = value['content']
  if (!isJsonObject(content) || Object.keys(content).length === 0) {
    const message = '`content` must declare at least one media type'
    context.defects.report({ code: 'invalid-structure', pointer: childPointer(pointer, 'content'), message })
    return undefined
  }
  const entries = Object.entries(content).flatMap(([text, mediaTypeObject]) => {
    const at = childPointer(pointer, 'content', text)
    const range = parseMediaType(text)
    const format = range && compileFormat(range, mediaTypeObject, at, context)
    if (format) return [{ range, value: format }]
    const message = range
      ? `bodies of \`${text}\` cannot be read here: declare JSON or line-delimited JSON`
      : `\`${text}\` is not a media type`
    context.defects.report({ code: 'unsupported-media-type', pointer: at, message })
    return []
  })
  const formats = createMediaTypeMap(entries)
  return {
    required: value['required'] === true,
    mediaTypes: Object.keys(content),
    find(contentType) {
      const actual = contentType === undefined ? undefined : parseMediaType(contentType)
      return actual && isUtf8(actual) ? formats.find(actual) : undefined
    },
  }
}

function compileFormat(
  range: MediaType,
  mediaTypeObject: unknown,
  pointer: string,
  { validators }: BodyContext,
): BodyFormat | undefined {
  const hasSchema = isJsonObject(mediaTypeObject) && mediaTypeObject['schema'] !== undefined
  const validate: Validate = hasSchema
    ? validators.validatorFor(childPointer(pointer, 'schema'), 'request')
    : () => []
  if (isLineDelimitedJson(range)) return { kind: 'lines', decode: (chunks) => decodeLines(chunks, validate) }
  if (!isJson(range)) return undefined
  return {
    kind: 'whole',
    decode(bytes) {
      const parsed = parse(bytes, '')
      return 'violation' in parsed
        ? { violations: [parsed.violation] }
        : { value: parsed.value, violations: validate(parsed.value, 'body') }
    },
  }
}

/** JSON has no `charset` (RFC 8259 section 11), but many clients send one; anything but UTF-8 would be misread. */
function isUtf8({ parameters }: MediaType): boolean {
  const charset = parameters.get('charset')?.toLowerCase()
  return charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii'
}

function parse(
  bytes: Uint8Array,
  pointer: string,
): { readonly value: unknown } | { readonly violation: Violation } {
  try {
    return { value: parseJson(bytes) }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return { violation: { in: 'body', pointer, keyword: 'json', detail: error.message } }
  }
}

async function* decodeLines(chunks: AsyncIterable<Uint8Array>, validate: Validate): AsyncGenerator {
  const violations: Violation[] = []
  let index = 0
  for await (const line of readLines(chunks, lineLimitBytes)) {
    const pointer = `/${index++}`
    const parsed = parse(line, pointer)
    if ('violation' in parsed) violations.push(parsed.violation)
    else {
      violations.push(...validate(parsed.value, 'body', pointer))
      // Once a line does not fit nothing more is handed on; the rest is read only to name its violations as well.
      if (violations.length === 0) yield parsed.value
    }
    if (violations.length >= defaultViolationLimit) break
  }
  if (violations.length > 0) throw new LinesError(violations.slice(0, defaultViolationLimit))
}
