import type { CompileContext } from '../compile-context.js'
import type { Violation } from '../../problem/problem.js'
import { childPointer, escapeToken, isJsonObject, type JsonObject } from '../json-pointer.js'
import type { ReadLimits } from '../limits.js'
import { isJson, parseMediaType } from '../bodies/media-type.js'
import { createReader, decoderOf, one, valuesOf, type RawParts } from './parameter-reader.js'
import { StyleError, stylesIn, type ParameterIn, type ParameterStyle } from './parameter-style.js'
import { JsonSyntaxError, parseJson } from '../bodies/parse-json.js'
import { MalformedEncodingError } from './query-string.js'
import type { Located } from '../document/reference.js'
import { readTypes } from './schema-types.js'
import type { Validate } from '../schemas/validator.js'

/* OpenAPI "Parameter Object": from the raw parts of a request to a value that fits, or to violations. */

export interface Parameter {
  readonly name: string
  readonly in: ParameterIn
  /** Whether a query parameter of this name belongs to this parameter. */
  readonly claims: (queryName: string) => boolean
  /** Whether it takes an undeclared query parameter as a member: an exploded object that is open, or has it by pattern. */
  readonly takesUndeclared: (queryName: string) => boolean
  /** The value, or violations. `undefined` where an optional parameter is left out and has no default. */
  readonly read: (
    parts: RawParts,
    limits: ReadLimits,
  ) => { readonly value?: unknown; readonly violations: readonly Violation[] }
}

/** `undefined` where the declaration has a defect. Header parameters that OpenAPI tells to ignore give `undefined` too. */
export function compileParameter(
  { value, pointer }: Located,
  context: CompileContext,
): Parameter | undefined {
  const { defects } = context
  const name = value['name']
  const place = value['in']
  if (typeof name !== 'string' || typeof place !== 'string' || !Object.hasOwn(stylesIn, place)) {
    defects.reportStructure(pointer, 'a parameter has a `name`, and an `in` of path, query, header or cookie')
    return undefined
  }
  if (place === 'header' && ['accept', 'content-type', 'authorization'].includes(name.toLowerCase()))
    return undefined
  const at = place as ParameterIn
  const extract = isJsonObject(value['content'])
    ? compileContent(name, at, value['content'], pointer, context)
    : compileSchema(name, at, value, pointer, context)
  return extract && toParameter(name, at, value['required'] === true, extract)
}

/** What reads and checks one parameter, around how its value is taken from the request. */
export function toParameter(name: string, at: ParameterIn, required: boolean, extract: Extract): Parameter {
  const violation = (keyword: string, detail: string): Violation => ({
    in: at,
    pointer: `/${escapeToken(name)}`,
    keyword,
    detail,
  })
  return {
    name,
    in: at,
    claims: extract.claims,
    takesUndeclared: extract.takesUndeclared ?? (() => false),
    read(parts, limits) {
      let found: unknown
      try {
        found = extract.from(parts, limits)
      } catch (error) {
        if (error instanceof StyleError) return { violations: [violation('style', error.message)] }
        if (error instanceof MalformedEncodingError)
          return { violations: [violation('encoding', error.message)] }
        throw error
      }
      if (found === undefined) {
        if (extract.default !== undefined) return { value: extract.default, violations: [] }
        return { violations: required ? [violation('required', 'is required')] : [] }
      }
      return {
        value: found,
        violations: extract.validate(found, at, `/${escapeToken(name)}`, limits.violations),
      }
    },
  }
}

/** How the value of one parameter is taken from a request and checked. */
export interface Extract {
  readonly claims: (queryName: string) => boolean
  readonly from: (parts: RawParts, limits: ReadLimits) => unknown
  readonly validate: Validate
  readonly default?: unknown
  readonly takesUndeclared?: Parameter['takesUndeclared']
}

function compileContent(
  name: string,
  at: ParameterIn,
  content: JsonObject,
  pointer: string,
  { validators, defects }: CompileContext,
): Extract | undefined {
  const [entry, ...more] = Object.entries(content)
  const mediaType = entry && parseMediaType(entry[0])
  if (!entry || more.length > 0 || !mediaType || !isJson(mediaType)) {
    const message = '`content` of a parameter holds one media type, and only JSON can be read here'
    defects.report({ code: 'unsupported-media-type', pointer: childPointer(pointer, 'content'), message })
    return undefined
  }
  const schemaPointer = childPointer(pointer, 'content', entry[0], 'schema')
  const hasSchema = isJsonObject(entry[1]) && entry[1]['schema'] !== undefined
  const validate = hasSchema ? validators.validatorFor(schemaPointer, 'request') : () => []
  return {
    claims: (queryName) => queryName === name,
    validate,
    from(parts, limits) {
      const raw = one(valuesOf(parts, at, name))
      return raw === undefined ? undefined : readJson(decoderOf(at)(raw), limits)
    },
  }
}

/** Throws `StyleError`. */
export function readJson(text: string, { depth }: ReadLimits): unknown {
  try {
    return parseJson(Buffer.from(text), depth)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw new StyleError(error.message)
  }
}

function compileSchema(
  name: string,
  at: ParameterIn,
  parameter: JsonObject,
  pointer: string,
  { resolver, validators, defects }: CompileContext,
): Extract | undefined {
  if (parameter['schema'] === undefined) {
    defects.reportStructure(pointer, 'a parameter has a `schema` or a `content`')
    return undefined
  }
  const style = (parameter['style'] ?? stylesIn[at][0]) as ParameterStyle
  if (!stylesIn[at].includes(style)) {
    const message = `style \`${style}\` has no meaning in ${at}: use one of ${stylesIn[at].join(', ')}`
    defects.report({ code: 'unsupported-style', pointer: childPointer(pointer, 'style'), message })
    return undefined
  }
  const schemaPointer = childPointer(pointer, 'schema')
  const typed = readTypes(resolver, parameter['schema'], schemaPointer)
  const explode =
    typeof parameter['explode'] === 'boolean' ? parameter['explode'] : style === 'form' || style === 'cookie'
  const options = { name, style, explode, shape: typed.shape, decode: decoderOf(at, style) }
  const read = createReader(at, options, typed)
  const validate = validators.validatorFor(schemaPointer, 'request')
  const isUsable = typed.default !== undefined && validate(structuredClone(typed.default), at).length === 0
  return {
    claims: read.claims,
    ...(read.takesUndeclared && { takesUndeclared: read.takesUndeclared }),
    validate,
    // One that does not fit is a defect; where that is let be, nothing is filled in.
    default: isUsable ? typed.default : undefined,
    from(parts, limits) {
      const unstyled = read.from(parts, limits)
      return unstyled === undefined ? undefined : typed.coerce(unstyled)
    },
  }
}
