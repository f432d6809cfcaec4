import { ApiError, type ProblemDetails } from './errors.js'
import { readLines } from './line-delimited.js'

/**
 * The body of a successful reply, by its media type: JSON is parsed, lines are an async iterable, text is a string,
 * anything else a `Blob`, and nothing `undefined`. Nothing is checked against the document: members and values that it
 * does not know yet are there. Rejects with an `ApiError` where it is not what its media type says.
 */
export async function readReply(response: Response, operationId: string): Promise<unknown> {
  const type = mediaTypeOf(response)
  if (response.body === null || type === '') return undefined
  const refuse = (cause: unknown) =>
    new ApiError(operationId, response.status, { headers: response.headers, cause })
  if (lineDelimited.has(type)) return readLines(response.body, refuse)
  if (!isJson(type) && !type.startsWith('text/')) return response.blob()
  const text = await response.text()
  if (!isJson(type)) return text
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refuse(cause)
  }
}

/** The error that any other reply stands for. `token`: what must not be in it, whatever the service repeats. */
export async function toApiError(
  response: Response,
  operationId: string,
  token: string | undefined,
): Promise<ApiError> {
  const { status, headers } = response
  if (!isJson(mediaTypeOf(response))) {
    await response.body?.cancel()
    return new ApiError(operationId, status, { headers })
  }
  const text = await response.text()
  try {
    const body: unknown = JSON.parse(token === undefined ? text : text.replaceAll(token, '[access token]'))
    return new ApiError(operationId, status, { headers, ...(isObject(body) && { problem: body }) })
  } catch (cause) {
    return new ApiError(operationId, status, { headers, cause })
  }
}

const lineDelimited = new Set(
  ['x-ndjson', 'ndjson', 'jsonl', 'x-jsonl', 'json-lines'].map((subtype) => `application/${subtype}`),
)

function mediaTypeOf(response: Response): string {
  return (response.headers.get('Content-Type') ?? '').replace(/;.*$/s, '').trim().toLowerCase()
}

function isJson(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType.endsWith('+json')
}

function isObject(value: unknown): value is ProblemDetails {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
