import { childPointer, isJsonObject } from './json-pointer.js'
import { isJson, parseMediaType } from './media-type.js'
import { toParameter, type Parameter, type ParameterContext } from './parameter.js'
import { append, emptyObject, StyleError, type Unstyled } from './parameter-style.js'
import { decodePercent, decodeQuery, type QueryPair } from './query-string.js'
import type { Located } from './reference.js'
import { readTypes } from './schema-types.js'

/* OpenAPI 3.2 "Parameter Object" with `in: querystring`: the whole query is one value of a media type. */

/** `undefined` where the declaration has a defect. */
export function compileQueryString(
  name: string,
  { value, pointer }: Located,
  { resolver, validators, defects }: ParameterContext,
): Parameter | undefined {
  const content = isJsonObject(value['content']) ? value['content'] : {}
  const [entry, ...more] = Object.entries(content)
  const mediaType = entry && parseMediaType(entry[0])
  const isForm = mediaType?.subtype === 'x-www-form-urlencoded'
  if (!entry || !mediaType || more.length > 0 || !(isForm || isJson(mediaType))) {
    const message = 'the query can be read as one of JSON or application/x-www-form-urlencoded here'
    defects.report({ code: 'unsupported-media-type', pointer: childPointer(pointer, 'content'), message })
    return undefined
  }
  const at = childPointer(pointer, 'content', entry[0], 'schema')
  const schema = isJsonObject(entry[1]) ? entry[1]['schema'] : undefined
  const typed = schema === undefined ? undefined : readTypes(resolver, schema, at)
  return toParameter(name, 'query', value['required'] === true, {
    claims: () => true,
    validate: schema === undefined ? () => [] : validators.validatorFor(at, 'request'),
    from({ queryString, query }) {
      if (queryString === '') return undefined
      if (isForm) {
        const object = toObject(query)
        return typed ? typed.coerce(object) : object
      }
      try {
        return JSON.parse(decodePercent(queryString)) as unknown
      } catch (error) {
        if (error instanceof SyntaxError) throw new StyleError('must be JSON')
        throw error
      }
    },
  })
}

function toObject(query: readonly QueryPair[]): Unstyled {
  const object = emptyObject()
  for (const { name, rawValue } of query) append(object, name, decodeQuery(rawValue ?? ''))
  return object
}
