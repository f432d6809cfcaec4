import { createQuerySerializer, mergeHeaders } from '../../generated/client/client/utils.gen.js'
import {
  jsonBodySerializer,
  type QuerySerializerOptions,
} from '../../generated/client/core/bodySerializer.gen.js'
import { getUrl } from '../../generated/client/core/utils.gen.js'
import * as calls from '../../generated/client/sdk.gen.js'
import { operations } from '../../generated/sdk/operations.js'
import type { PreparedRequest, RequestBody } from './attempt.js'
import type { Settings } from './client-options.js'
import { createLineUpload } from './line-delimited.js'
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

export type PrepareRequest = (input: AnyInput, scopes: readonly string[] | undefined) => PreparedRequest

/** What a generated call hands to its client: where things go in a request. */
interface Recorded {
  readonly method: string
  readonly options: {
    readonly url: string
    readonly headers?: AnyInput['headers']
    readonly bodySerializer?: ((body: unknown) => string | FormData) | null
    readonly querySerializer?: QuerySerializerOptions
  }
}

/** Absent and `undefined` are the same to it. */
type UrlParts = Parameters<typeof getUrl>[0]

interface Traits {
  /** The path with the styles of its parameters, where any has one that is not the default. */
  readonly path?: string
  readonly idempotencyKey?: string
  readonly takesLines?: true
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

/** The generated call knows where parameters and bodies go; it is asked for that, once, and for nothing else. */
export function createRequestPreparation(id: OperationId, settings: Settings): PrepareRequest {
  const call = calls[id] as unknown as AnyGeneratedCall
  const { method, options } = call({ client: recorder })
  const { path: template = options.url, idempotencyKey, takesLines = false } = operations[id] as Traits
  const querySerializer = createQuerySerializer(options.querySerializer)
  const baseUrl = settings.baseUrl.replace(/\/$/, '')
  const agent = userAgent((globalThis as { navigator?: { userAgent?: string } }).navigator)
  const clientHeaders = mergeHeaders({ 'User-Agent': agent }, settings.headers)
  const segments = [...template.matchAll(/\{[.;]?([^{}*]+)\*?\}/g)].map(([, name = '']) => name)

  const toHeaders = ({ body, headers: given, traceparent = settings.traceparent() }: AnyInput): Headers => {
    const ofBody = body === undefined ? undefined : options.headers
    const isPlain = ofBody === undefined && given === undefined
    const headers = isPlain ? new Headers(clientHeaders) : mergeHeaders(clientHeaders, ofBody, given)
    if (idempotencyKey !== undefined && !headers.has(idempotencyKey)) {
      headers.set(idempotencyKey, settings.randomId())
    }
    if (traceparent !== undefined) headers.set('traceparent', traceparent)
    return headers
  }

  return (input, scopes) => {
    const { body, path, query } = input
    for (const name of segments) assertSegment(id, name, path?.[name])
    const upload = isLines(body, takesLines) ? createLineUpload(body) : undefined
    return {
      operationId: id,
      url: getUrl({ baseUrl, url: template, path, query, querySerializer } as UrlParts),
      method,
      headers: toHeaders(input),
      body: upload?.stream ?? toBody(body, options.bodySerializer),
      isStream: upload !== undefined || body instanceof ReadableStream,
      upload,
      scopes,
    }
  }
}

/**
 * Without a value, the name in braces would be sent. Of `.` and `..` percent-encoding makes nothing else: they are resolved
 * when the URL is parsed, and another path is meant.
 */
function assertSegment(id: OperationId, name: string, value: unknown): void {
  const text = String(value)
  if (value === undefined || value === null) {
    throw new TypeError(`${id} needs the path parameter ${name}: give it as { path: { ${name}: … } }`)
  }
  if (['', '.', '..'].includes(text)) throw new TypeError(`"${text}" cannot be the ${name} in a path`)
}

/** Without a serializer of the operation's it is JSON; with `null`, as a stream of bytes is, it is sent as it is. */
function toBody(
  body: unknown,
  serializer: Recorded['options']['bodySerializer'] = jsonBodySerializer.bodySerializer,
): RequestBody {
  if (body === undefined) return null
  return serializer === null || body instanceof ReadableStream ? (body as RequestBody) : serializer(body)
}

/** An array is a JSON body too, unless lines are wanted; an async iterable is none. */
function isLines(body: unknown, takesLines: boolean): body is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof body !== 'object' || body === null || body instanceof ReadableStream) return false
  return Symbol.asyncIterator in body || (takesLines && Symbol.iterator in body)
}
