import { buildUrl, mergeHeaders } from '../../generated/client/client/utils.gen.js'
import { jsonBodySerializer } from '../../generated/client/core/bodySerializer.gen.js'
import * as calls from '../../generated/client/sdk.gen.js'
import { operations } from '../../generated/sdk/operations.js'
import type { PreparedRequest, RequestBody } from './attempt.js'
import type { Settings } from './client-options.js'
import { toLineStream } from './line-delimited.js'
import type { OperationId } from './operation-types.js'
import { userAgent } from './user-agent.js'

/** What every operation takes, whatever its types. */
export interface AnyInput {
  readonly body?: unknown
  readonly path?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  readonly attemptTimeoutMs?: number
  readonly retries?: number
  readonly traceparent?: string
}

export type PrepareRequest = (
  id: OperationId,
  input: AnyInput,
  scopes: readonly string[] | undefined,
) => PreparedRequest

/** What a generated call hands to its client: where things go in a request, and what goes there. */
interface Recorded {
  readonly method: string
  readonly options: {
    readonly url: string
    readonly headers?: Readonly<Record<string, unknown>>
    readonly body?: unknown
    readonly bodySerializer?: ((body: unknown) => string | FormData) | null
  }
}

type AnyGeneratedCall = (options: object) => Recorded

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace', 'connect']
const record = Object.fromEntries(
  methods.map((method) => [
    method,
    (options: Recorded['options']) => ({ method: method.toUpperCase(), options }),
  ]),
)
/** In the place of the generated client, which would send at once, once, and read the reply in its own way. */
const recorder = { ...record, sse: record }

/** The generated calls know where parameters and bodies go; they are asked for that, and for nothing else. */
export function createRequestPreparation(settings: Settings): PrepareRequest {
  const baseUrl = settings.baseUrl.replace(/\/$/, '')
  const agent = userAgent((globalThis as { navigator?: { userAgent?: string } }).navigator)

  return (id, input, scopes) => {
    const { body, path, query } = input
    for (const [name, value] of Object.entries(path ?? {})) {
      // Percent-encoding does not help: these segments are resolved when the URL is parsed, and another path is meant.
      if (['', '.', '..'].includes(String(value)))
        throw new TypeError(`"${String(value)}" cannot be the ${name} in a path`)
    }
    const call = calls[id] as unknown as AnyGeneratedCall
    const given = { path, query, body, headers: input.headers }
    const { method, options } = call({ ...given, client: recorder })
    const headers = mergeHeaders(settings.headers, options.headers)
    if (body === undefined) headers.delete('Content-Type')
    addHeaders(headers, id, input)
    const stream = toStream(body)
    return {
      operationId: id,
      url: buildUrl({ ...options, baseUrl }),
      method,
      headers,
      body: stream ?? (body === undefined ? null : serialize(body, options.bodySerializer)),
      isStream: stream !== undefined,
      scopes,
    }
  }

  function addHeaders(
    headers: Headers,
    id: OperationId,
    { traceparent = settings.traceparent() }: AnyInput,
  ): void {
    const { idempotencyKey } = operations[id] as { readonly idempotencyKey?: string }
    if (idempotencyKey !== undefined && !headers.has(idempotencyKey)) {
      headers.set(idempotencyKey, settings.randomId())
    }
    if (traceparent !== undefined) headers.set('traceparent', traceparent)
    if (agent !== undefined && !headers.has('User-Agent')) headers.set('User-Agent', agent)
  }
}

/** Without a serializer of the operation's it is JSON; with `null` it is sent as it is. */
function serialize(
  body: unknown,
  serializer: Recorded['options']['bodySerializer'] = jsonBodySerializer.bodySerializer,
): RequestBody {
  return serializer === null ? (body as RequestBody) : serializer(body)
}

/** No JSON body is an async iterable, so one that is holds the values of lines. A stream of bytes is sent as it is. */
function toStream(body: unknown): ReadableStream<Uint8Array> | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  if (body instanceof ReadableStream) return body as ReadableStream<Uint8Array>
  return Symbol.asyncIterator in body ? toLineStream(body as AsyncIterable<unknown>) : undefined
}
