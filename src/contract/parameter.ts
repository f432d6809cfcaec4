import type { Violation } from '../problem/problem.js'
import { escapeToken, isJsonObject, childPointer, type JsonObject } from './json-pointer.js'
import type { DefectLog } from './defect.js'
import { isJson, parseMediaType } from './media-type.js'
import {
  deepPath,
  emptyObject,
  setOnce,
  StyleError,
  stylesIn,
  undeepen,
  unstyle,
  type ParameterIn,
  type ParameterStyle,
  type StyleOptions,
  type Unstyled,
} from './parameter-style.js'
import { decodePercent, decodeQuery, MalformedEncodingError, type QueryPair } from './query-string.js'
import type { OpenApiVersion } from './openapi-version.js'
import type { Located, Resolver } from './reference.js'
import { readTypes, type TypedSchema } from './schema-types.js'
import type { Validate, Validators } from './validator.js'

/* OpenAPI "Parameter Object": from the raw parts of a request to a value that fits, or to violations. */

/** The parts of a request that hold parameters, split but not decoded. */
export interface RawParts {
  readonly path: Readonly<Record<string, string>>
  /** The query as it was sent, without its `?`. */
  readonly queryString: string
  readonly query: readonly QueryPair[]
  /** Query pairs whose names no parameter declares. */
  readonly undeclaredQuery: readonly QueryPair[]
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
  readonly cookies: readonly QueryPair[]
}

export interface Parameter {
  readonly name: string
  readonly in: ParameterIn
  /** Whether a query parameter of this name belongs to this parameter. */
  readonly claims: (queryName: string) => boolean
  /** Whether it takes undeclared query parameters as members: an exploded object that is open. */
  readonly takesUndeclared: boolean
  /** The value, or violations. `undefined` where an optional parameter is left out and has no default. */
  readonly read: (parts: RawParts) => { readonly value?: unknown; readonly violations: readonly Violation[] }
}

export interface ParameterContext {
  readonly version: OpenApiVersion
  readonly resolver: Resolver
  readonly validators: Validators
  readonly defects: DefectLog
}

/** `undefined` where the declaration has a defect. Header parameters that OpenAPI tells to ignore give `undefined` too. */
export function compileParameter(
  { value, pointer }: Located,
  context: ParameterContext,
): Parameter | undefined {
  const { defects } = context
  const name = value['name']
  const place = value['in']
  if (typeof name !== 'string' || typeof place !== 'string' || !Object.hasOwn(stylesIn, place)) {
    const message = 'a parameter has a `name`, and an `in` of path, query, header or cookie'
    defects.report({ code: 'invalid-structure', pointer, message })
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
    takesUndeclared: extract.takesUndeclared ?? false,
    read(parts) {
      let found: unknown
      try {
        found = extract.from(parts)
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
      return { value: found, violations: extract.validate(found, at, `/${escapeToken(name)}`) }
    },
  }
}

export interface Extract {
  readonly claims: (queryName: string) => boolean
  readonly from: (parts: RawParts) => unknown
  readonly validate: Validate
  readonly default?: unknown
  readonly takesUndeclared?: boolean
}

function compileContent(
  name: string,
  at: ParameterIn,
  content: JsonObject,
  pointer: string,
  { validators, defects }: ParameterContext,
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
    from(parts) {
      const raw = one(valuesOf(parts, at, name))
      if (raw === undefined) return undefined
      try {
        return JSON.parse(decoderOf(at)(raw)) as unknown
      } catch (error) {
        if (error instanceof MalformedEncodingError) throw error
        throw new StyleError('must be JSON')
      }
    },
  }
}

function compileSchema(
  name: string,
  at: ParameterIn,
  parameter: JsonObject,
  pointer: string,
  { resolver, validators, defects }: ParameterContext,
): Extract | undefined {
  if (parameter['schema'] === undefined) {
    defects.report({
      code: 'invalid-structure',
      pointer,
      message: 'a parameter has a `schema` or a `content`',
    })
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
  const read = readerFor(at, options, typed)
  return {
    claims: read.claims,
    takesUndeclared: read.takesUndeclared ?? false,
    validate: validators.validatorFor(schemaPointer, 'request'),
    default: typed.default,
    from(parts) {
      const unstyled = read.from(parts)
      return unstyled === undefined ? undefined : typed.coerce(unstyled)
    },
  }
}

interface Reader {
  readonly claims: (queryName: string) => boolean
  readonly takesUndeclared?: boolean
  readonly from: (parts: RawParts) => Unstyled | undefined
}

function readerFor(at: ParameterIn, options: StyleOptions, typed: TypedSchema): Reader {
  const { name, style, explode, shape, decode } = options
  const isOwn = (queryName: string): boolean => queryName === name
  const pairsIn = (parts: RawParts): readonly QueryPair[] => (at === 'cookie' ? parts.cookies : parts.query)
  if (style === 'deepObject') {
    return {
      claims: (queryName) => isOwn(queryName) || deepPath(queryName, name) !== undefined,
      from(parts) {
        const pairs = parts.query.flatMap((pair) => {
          const path = deepPath(pair.name, name)
          return path ? [{ path, value: decode(pair.rawValue ?? '') }] : []
        })
        const bare = parts.query.filter((pair) => isOwn(pair.name))
        if (bare.some(({ rawValue = '' }) => rawValue !== ''))
          throw new StyleError(`must be of the form \`${name}[member]=value\``)
        return pairs.length === 0 && bare.length === 0 ? undefined : undeepen(pairs)
      },
    }
  }
  const exploded = explode && (at === 'query' || at === 'cookie')
  if (exploded && shape === 'object') {
    const claims = (queryName: string): boolean => typed.members.has(queryName)
    const takesUndeclared = typed.open && at === 'query'
    const isScalarToo = [...typed.types].some((type) => type !== 'object' && type !== 'array')
    return {
      claims: (queryName) => claims(queryName) || (isScalarToo && isOwn(queryName)),
      takesUndeclared,
      from(parts) {
        const scalar = isScalarToo ? one(valuesOf(parts, at, name)) : undefined
        if (scalar !== undefined) return decode(scalar)
        const own = pairsIn(parts).filter((pair) => claims(pair.name))
        const pairs = takesUndeclared ? [...own, ...parts.undeclaredQuery] : own
        return pairs.length === 0 ? undefined : fromPairs(pairs, typed, decode)
      },
    }
  }
  if (exploded && shape === 'array') {
    return {
      claims: isOwn,
      from(parts) {
        const values = valuesOf(parts, at, name)
        return values.length === 0 ? undefined : values.map(decode)
      },
    }
  }
  return {
    claims: isOwn,
    from(parts) {
      const values = valuesOf(parts, at, name)
      // A list header may come in several lines, which mean the same as one (RFC 9110 section 5.3).
      const raw =
        at === 'header' && shape !== 'primitive' && values.length > 1 ? values.join(',') : one(values)
      return raw === undefined ? undefined : unstyle(raw, options)
    },
  }
}

/** Members of an exploded object. One that is a list may be repeated, any other may not. */
function fromPairs(
  pairs: readonly QueryPair[],
  typed: TypedSchema,
  decode: StyleOptions['decode'],
): Unstyled {
  const object = emptyObject()
  for (const { name, rawValue } of pairs) {
    const value = decode(rawValue ?? '')
    const known = object[name]
    if (known === undefined || typed.members.get(name)?.shape !== 'array') setOnce(object, name, value)
    else object[name] = typeof known === 'string' ? [known, value] : [...(known as readonly string[]), value]
  }
  return object
}

function valuesOf(parts: RawParts, at: ParameterIn, name: string): readonly string[] {
  switch (at) {
    case 'path':
      return Object.hasOwn(parts.path, name) ? [parts.path[name] ?? ''] : []
    case 'header':
      return parts.headers[name.toLowerCase()] ?? []
    default:
      return (at === 'query' ? parts.query : parts.cookies)
        .filter((pair) => pair.name === name)
        .map((pair) => pair.rawValue ?? '')
  }
}

function one(values: readonly string[]): string | undefined {
  if (values.length > 1) throw new StyleError('must be given once')
  return values[0]
}

function decoderOf(at: ParameterIn, style?: ParameterStyle): (raw: string) => string {
  // OpenAPI 3.2: with this style nothing is percent-encoded.
  if (style === 'cookie') return (raw) => raw
  if (at === 'query') return decodeQuery
  // Header values are sent as they are; spaces around the items of a list are not part of them.
  return at === 'header' ? (raw) => raw.trim() : decodePercent
}
