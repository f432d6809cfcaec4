import { childPointer, isJsonObject, type JsonObject } from '../contract/json-pointer.js'
import { isLineDelimitedJson, parseMediaType } from '../contract/bodies/media-type.js'
import type { Operation } from '../contract/operations/operation.js'
import type { Located, Resolver } from '../contract/document/reference.js'
import { describeSchema } from './describe-schema.js'
import type { OperationSource } from './operation-source.js'

export interface BodyDescription {
  readonly required: boolean
  readonly mediaTypes: readonly BodyMediaTypeDescription[]
}

export interface MediaTypeDescription {
  readonly mediaType: string
  readonly type: string
  /** Whether the schema is that of each of a sequence of items, such as the lines of line-delimited JSON. */
  readonly sequence: boolean
}

export interface BodyMediaTypeDescription extends MediaTypeDescription {
  /** Whether the gate takes bodies of it; others are answered with 415. */
  readonly accepted: boolean
}

export interface ReplyDescription {
  /** A status, a range such as `4XX`, or `default`. */
  readonly status: string
  /** `default` documents what the gate answers by itself. */
  readonly by: 'handler' | 'gate'
  /** Empty: a reply without a body. */
  readonly mediaTypes: readonly MediaTypeDescription[]
  readonly headers: readonly { readonly name: string; readonly required: boolean; readonly type: string }[]
}

/** `undefined` where the operation reads no body. */
export function describeBody(operation: Operation, source: OperationSource): BodyDescription | undefined {
  const { resolver } = source
  const declared = source.operation.value['requestBody']
  const body =
    declared === undefined
      ? undefined
      : resolver.resolve(declared, childPointer(source.operation.pointer, 'requestBody'))
  if (!body) return undefined
  return {
    required: body.value['required'] === true,
    mediaTypes: describeMediaTypes(body, resolver).map((described) => ({
      ...described,
      accepted: operation.requestBody?.find(described.mediaType) !== undefined,
    })),
  }
}

export function describeReplies({ operation, resolver }: OperationSource): readonly ReplyDescription[] {
  const responses = operation.value['responses']
  const at = childPointer(operation.pointer, 'responses')
  return Object.entries(isJsonObject(responses) ? responses : {}).flatMap(([status, response]) => {
    if (status.startsWith('x-')) return []
    const found = resolver.resolve(response, childPointer(at, status))
    if (!found) return []
    return {
      status,
      by: status === 'default' ? 'gate' : 'handler',
      mediaTypes: describeMediaTypes(found, resolver),
      headers: describeHeaders(found, resolver),
    } satisfies ReplyDescription
  })
}

function describeMediaTypes(
  { value, pointer }: Located,
  resolver: Resolver,
): readonly MediaTypeDescription[] {
  const { content } = value
  return Object.entries(isJsonObject(content) ? content : {}).map(([mediaType, declared]) => {
    const at = childPointer(pointer, 'content', mediaType)
    const object: JsonObject = resolver.resolve(declared, at)?.value ?? {}
    const range = parseMediaType(mediaType)
    const hasItems = object['itemSchema'] !== undefined
    const keyword = hasItems ? 'itemSchema' : 'schema'
    return {
      mediaType,
      type: describeSchema(resolver, object[keyword], childPointer(at, keyword)),
      sequence: hasItems || (range !== undefined && isLineDelimitedJson(range)),
    }
  })
}

function describeHeaders({ value, pointer }: Located, resolver: Resolver): ReplyDescription['headers'] {
  const { headers } = value
  return Object.entries(isJsonObject(headers) ? headers : {}).flatMap(([name, header]) => {
    const found = resolver.resolve(header, childPointer(pointer, 'headers', name))
    // OpenAPI: a header named Content-Type is ignored, the media types say it.
    if (!found || name.toLowerCase() === 'content-type') return []
    const type = describeSchema(resolver, found.value['schema'], childPointer(found.pointer, 'schema'))
    return { name, required: found.value['required'] === true, type }
  })
}
