import type { Problem } from '../../generated/client/types.gen.js'
import { ApiError, ConnectionError } from './errors.js'
import { readLines } from './line-delimited.js'

/**
 * The body of a successful reply, by its media type: JSON is parsed, lines are an async iterable, text is a string,
 * anything else a `Blob`, and nothing `undefined`. Rejects with an `ApiError` or a `ConnectionError`.
 */
export async function readReply(response: Response, request: Request): Promise<unknown> {
  const type = mediaTypeOf(response)
  if (response.body === null || type === '') return undefined
  if (type === 'application/x-ndjson') return linesOf(response.body, request)
  if (!isJson(type) && !type.startsWith('text/')) return whole(response.blob(), request)
  const text = await whole(response.text(), request)
  if (!isJson(type)) return text
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiError(response.status, undefined, { cause })
  }
}

/** The error that any other reply stands for. */
export async function toApiError(response: Response): Promise<ApiError> {
  if (mediaTypeOf(response) !== 'application/problem+json') {
    await response.body?.cancel()
    return new ApiError(response.status)
  }
  try {
    const problem: unknown = await response.json()
    return new ApiError(response.status, isObject(problem) ? (problem as Problem) : undefined)
  } catch (cause) {
    return new ApiError(response.status, undefined, { cause })
  }
}

/** What a failed `fetch`, or a body that broke off, is to the caller: its own abort as it is, else the connection's end. */
export function toConnectionError(cause: unknown, request: Request): unknown {
  if (request.signal.aborted) return cause
  return new ConnectionError(new URL(request.url).origin, { cause })
}

function mediaTypeOf(response: Response): string {
  return (response.headers.get('Content-Type') ?? '').replace(/;.*$/s, '').trim().toLowerCase()
}

function isJson(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType.endsWith('+json')
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function whole<T>(body: Promise<T>, request: Request): Promise<T> {
  return body.catch((cause: unknown) => {
    throw toConnectionError(cause, request)
  })
}

async function* linesOf(body: ReadableStream<Uint8Array>, request: Request): AsyncGenerator {
  try {
    yield* readLines(body)
  } catch (cause) {
    throw toConnectionError(cause, request)
  }
}
