import type { CompileContext } from '../compile-context.js'
import { binaryFormat } from './binary-body.js'
import type { BodyFormat, FormatFor } from './body-format.js'
import { readFileSchema } from './file-schema.js'
import { compileForm } from './form-body.js'
import { jsonFormat } from './json-body.js'
import { childPointer, isJsonObject } from '../json-pointer.js'
import { lineArrayFormat, linesFormat } from './line-body.js'
import {
  createMediaTypeMap,
  findAhead,
  isJson,
  isJsonSequence,
  isLineDelimitedJson,
  isRange,
  isText,
  isUrlencodedForm,
  isUtf8,
  isXml,
  parseMediaType,
  type MediaType,
} from './media-type.js'
import { compileMultipart } from './multipart-body.js'
import type { Located } from '../document/reference.js'
import { flatten, readTypes, type TypedSchema } from '../parameters/schema-types.js'
import { textFormat } from './text-body.js'
import type { Validate } from '../schemas/validator.js'

/*
 * OpenAPI "Request Body Object": picks the media type, turns bytes into a value, and checks it. JSON is not coerced; what
 * has no types of its own, text and forms, is read by declared type.
 */

export interface RequestBody {
  readonly required: boolean
  /** The declared media types, for an `Accept` header in the answer. */
  readonly mediaTypes: readonly string[]
  /** How a body of this `Content-Type` is read; `undefined` where it is not declared, or its text is not UTF-8. */
  readonly find: (contentType: string) => BodyFormat | undefined
}

export function compileRequestBody(
  { value, pointer }: Located,
  context: CompileContext,
): RequestBody | undefined {
  const content = value['content']
  if (!isJsonObject(content) || Object.keys(content).length === 0) {
    const at = content === undefined ? pointer : childPointer(pointer, 'content')
    context.defects.reportStructure(at, '`content` must declare at least one media type')
    return undefined
  }
  const entries = Object.entries(content).flatMap(([text, mediaTypeObject]) => {
    const at = childPointer(pointer, 'content', text)
    const range = parseMediaType(text)
    const found = context.resolver.resolve(mediaTypeObject, at)
    if (range && found) return [{ range, value: compileMediaType(range, text, found, context) }]
    const message = `\`${text}\` is not a media type`
    if (!range) context.defects.report({ code: 'unsupported-media-type', pointer: at, message })
    return []
  })
  const formats = createMediaTypeMap(entries)
  return {
    required: value['required'] === true,
    mediaTypes: Object.keys(content),
    find: findAhead(Object.keys(content), (contentType) => {
      const actual = parseMediaType(contentType)
      return actual && formats.find(actual)?.(actual)
    }),
  }
}

/** Reads bodies of one declared media type or range. */
function compileMediaType(
  range: MediaType,
  text: string,
  found: Located,
  context: CompileContext,
): FormatFor {
  const flaw = findFlaw(range, found, context)
  if (flaw !== undefined) {
    const message = `bodies of \`${text}\` cannot be held against the document: ${flaw}`
    context.defects.report({ code: 'unsupported-media-type', pointer: found.pointer, message })
    // Where that is let pass, the body is handed on unchecked.
    return isText(range) || isXml(range)
      ? inUtf8(textFormat(unchecked, undefined))
      : binaryFormat(readFileSchema([]), unchecked)
  }
  const validate = validatorOf('schema', found, context)
  if (isRange(range)) return compileRange(found, validate, context)
  if (isJson(range)) return inUtf8(jsonFormat(validate))
  if (isSequence(range)) return inUtf8(compileSequence(range, found, validate, context))
  if (isUrlencodedForm(range)) return inUtf8(compileForm(found, validate, context))
  if (range.type === 'multipart') return compileMultipart(found, validate, context)
  if (isText(range) || isXml(range)) return inUtf8(textFormat(validate, typesOf(found, context)))
  return binaryFormat(readFileSchema(partsOf(found, context)), validate)
}

/** What of a media type cannot be enforced, and what to do about it. */
function findFlaw(range: MediaType, found: Located, context: CompileContext): string | undefined {
  const { value } = found
  const { types } = typesOf(found, context)
  const isForm = isUrlencodedForm(range) || range.type === 'multipart'
  if (value['itemSchema'] !== undefined && !isSequence(range))
    return '`itemSchema` is enforced for line-delimited JSON and JSON text sequences only'
  if (!isUtf8(range) && (isJson(range) || isText(range) || isXml(range))) return 'only UTF-8 is read'
  if (range.type === 'multipart' && range.subtype !== 'form-data')
    return 'of multipart types only `multipart/form-data` is read'
  if (
    isForm &&
    ((types.size > 0 && !types.has('object')) ||
      value['prefixEncoding'] !== undefined ||
      value['itemEncoding'] !== undefined)
  )
    return 'a form is read as an object: declare its members by name'
  if (isXml(range) && value['schema'] !== undefined)
    return 'XML is not read: remove the schema to get its text, or declare JSON'
  if (context.version === '3.2' && isText(range) && range.subtype === 'event-stream')
    return 'event streams are not read: declare line-delimited JSON'
  if (isRange(range) || isJson(range) || isSequence(range) || isForm || isXml(range)) return undefined
  if (!isText(range)) return readFileSchema(partsOf(found, context)).flaw?.message
  const isComplex = types.size > 0 && ![...types].some((type) => type !== 'object' && type !== 'array')
  return isComplex ? 'a text is no object and no list: declare a string, or JSON' : undefined
}

/** Under a range the media type of the request says how bytes are read: as JSON, text, a form, or else as they are. */
function compileRange(found: Located, validate: Validate, context: CompileContext): FormatFor {
  const json = inUtf8(jsonFormat(validate))
  const text = inUtf8(textFormat(validate, typesOf(found, context)))
  const form = inUtf8(compileForm(found, validate, context))
  const binary = binaryFormat(readFileSchema(partsOf(found, context)), validate)
  return (actual) =>
    (isJson(actual) ? json : isText(actual) ? text : isUrlencodedForm(actual) ? form : binary)(actual)
}

/** In 3.0 and 3.1 `schema` describes one line; in 3.2 that is `itemSchema`, and `schema` describes all of them as a list. */
function compileSequence(
  range: MediaType,
  found: Located,
  validate: Validate,
  context: CompileContext,
): BodyFormat {
  const delimiter = isJsonSequence(range) ? 'record-separator' : 'newline'
  if (context.version !== '3.2') return linesFormat(delimiter, validate)
  const validateItem = validatorOf('itemSchema', found, context)
  return found.value['schema'] === undefined
    ? linesFormat(delimiter, validateItem)
    : lineArrayFormat(delimiter, validate, validateItem)
}

function isSequence(range: MediaType): boolean {
  return isLineDelimitedJson(range) || isJsonSequence(range)
}

/** RFC 8259 section 11 has no `charset` for JSON, but many clients send one; anything but UTF-8 would be misread. */
function inUtf8(format: BodyFormat): FormatFor {
  return (actual) => (isUtf8(actual) ? format : undefined)
}

const unchecked: Validate = () => []

function validatorOf(
  field: 'schema' | 'itemSchema',
  { value, pointer }: Located,
  context: CompileContext,
): Validate {
  return value[field] === undefined
    ? unchecked
    : context.validators.validatorFor(childPointer(pointer, field), 'request')
}

function typesOf({ value, pointer }: Located, { resolver }: CompileContext): TypedSchema {
  return readTypes(resolver, value['schema'], childPointer(pointer, 'schema'))
}

function partsOf({ value, pointer }: Located, { resolver }: CompileContext): readonly Located[] {
  return flatten(resolver, value['schema'], childPointer(pointer, 'schema'))
}
