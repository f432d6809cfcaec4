import type { ReadLimits } from '../limits.js'
import {
  append,
  deepPath,
  emptyObject,
  setOnce,
  StyleError,
  undeepen,
  unstyle,
  type Decode,
  type ParameterIn,
  type ParameterStyle,
  type StyleOptions,
  type Unstyled,
} from './parameter-style.js'
import { decodePercent, decodeQuery, type QueryPair } from './query-string.js'
import type { TypedSchema } from './schema-types.js'

/* OpenAPI "Style Values": where in a request the text of a parameter stands. */

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

/** Takes the text of one parameter out of a request, its style undone. */
export interface Reader {
  readonly claims: (queryName: string) => boolean
  readonly takesUndeclared?: (queryName: string) => boolean
  readonly from: (parts: RawParts, limits: ReadLimits) => Unstyled | undefined
}

/** How a parameter of this place and style is written. What the reader throws is a `StyleError` or `MalformedEncodingError`. */
export function createReader(at: ParameterIn, options: StyleOptions, typed: TypedSchema): Reader {
  const { name, style, explode, shape, decode } = options
  const isOwn = (queryName: string): boolean => queryName === name
  const pairsIn = (parts: RawParts): readonly QueryPair[] => (at === 'cookie' ? parts.cookies : parts.query)
  const isScalarToo = [...typed.types].some((type) => type !== 'object' && type !== 'array')
  if (style === 'deepObject') {
    return {
      claims: (queryName) => isOwn(queryName) || deepPath(queryName, name) !== undefined,
      from(parts, { depth }) {
        const pairs = parts.query.flatMap((pair) => {
          const path = deepPath(pair.name, name)
          if (path && path.length > depth) throw new StyleError(`nests deeper than ${depth} levels`)
          return path ? [{ path, value: decode(pair.rawValue ?? '') }] : []
        })
        const bare = parts.query.filter((pair) => isOwn(pair.name))
        // The style has a form for objects only; what is none is written as `form` has it.
        if (isScalarToo && pairs.length === 0 && bare.length > 0)
          return decode(one(bare.map(({ rawValue = '' }) => rawValue)) ?? '')
        if (bare.some(({ rawValue = '' }) => rawValue !== ''))
          throw new StyleError(`must be of the form \`${name}[member]=value\``)
        return pairs.length === 0 && bare.length === 0 ? undefined : undeepen(pairs)
      },
    }
  }
  const exploded = explode && (at === 'query' || at === 'cookie')
  if (exploded && shape === 'object') {
    const claims = (queryName: string): boolean => typed.members.has(queryName)
    const takesUndeclared = (queryName: string): boolean =>
      at === 'query' && (typed.open || typed.memberOf(queryName) !== undefined)
    return {
      claims: (queryName) => claims(queryName) || (isScalarToo && isOwn(queryName)),
      takesUndeclared,
      from(parts) {
        const scalar = isScalarToo ? one(valuesOf(parts, at, name)) : undefined
        if (scalar !== undefined) return decode(scalar)
        const own = pairsIn(parts).filter((pair) => claims(pair.name))
        const further = parts.undeclaredQuery.filter((pair) => takesUndeclared(pair.name))
        const pairs = [...own, ...further]
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
function fromPairs(pairs: readonly QueryPair[], typed: TypedSchema, decode: Decode): Unstyled {
  const object = emptyObject()
  for (const { name, rawValue } of pairs) {
    const value = decode(rawValue ?? '')
    if (typed.memberOf(name)?.shape === 'array') append(object, name, value)
    else setOnce(object, name, value)
  }
  return object
}

export function valuesOf(parts: RawParts, at: ParameterIn, name: string): readonly string[] {
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

export function one(values: readonly string[]): string | undefined {
  if (values.length > 1) throw new StyleError('must be given once')
  return values[0]
}

export function decoderOf(at: ParameterIn, style?: ParameterStyle): Decode {
  // OpenAPI 3.2: with this style nothing is percent-encoded.
  if (style === 'cookie') return (raw) => raw
  if (at === 'query') return decodeQuery
  // Header values are sent as they are; spaces around the items of a list are not part of them.
  return at === 'header' ? (raw) => raw.trim() : decodePercent
}
