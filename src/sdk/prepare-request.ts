import { createClient } from '../../generated/client/client/index.js'
import * as calls from '../../generated/client/sdk.gen.js'
import { operations } from '../../generated/sdk/operations.js'
import type { PreparedRequest } from './attempt.js'
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
) => Promise<PreparedRequest>

/** A generated call, whatever its operation. */
type AnyGeneratedCall = (options: object) => Promise<{ readonly request: Request; readonly error?: unknown }>

/**
 * The generated client knows where parameters and bodies go. It is let make its `Request`, and given no chance to send
 * it: errors, redirects and replies are dealt with here.
 */
export function createRequestPreparation(settings: Settings): PrepareRequest {
  const unsent = new Response(null, { status: 204 })
  const client = createClient({
    baseUrl: settings.baseUrl,
    fetch: async () => Promise.resolve(unsent),
    parseAs: 'stream',
  })
  const agent = userAgent((globalThis as { navigator?: { userAgent?: string } }).navigator)

  return async (id, input, scopes) => {
    const { body, path, query } = input
    for (const [name, value] of Object.entries(path ?? {})) {
      // Percent-encoding does not help: these segments are resolved when the URL is parsed, and another path is meant.
      if (['', '.', '..'].includes(String(value)))
        throw new TypeError(`"${String(value)}" cannot be the ${name} in a path`)
    }
    const stream = toStream(body)
    const call = calls[id] as unknown as AnyGeneratedCall
    const { request } = await call({
      ...(path !== undefined && { path }),
      ...(query !== undefined && { query }),
      ...(body !== undefined && { body }),
      ...(stream !== undefined && { body: stream, bodySerializer: null, duplex: 'half' }),
      headers: { ...settings.headers, ...input.headers },
      client,
    })
    addHeaders(request.headers, id, input)
    return {
      operationId: id,
      url: request.url,
      method: request.method,
      headers: request.headers,
      body: stream ?? (request.body === null ? null : await request.arrayBuffer()),
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

/** No JSON body is an async iterable, so one that is holds the values of lines. A stream of bytes is sent as it is. */
function toStream(body: unknown): ReadableStream<Uint8Array> | undefined {
  if (body instanceof ReadableStream) return body as ReadableStream<Uint8Array>
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return undefined
  return toLineStream(body as AsyncIterable<unknown>)
}
