import { ApiError, type ProblemDetails } from './errors.js'
import { readLines } from './line-delimited.js'
import { readText } from './read-text.js'

/**
 * The body of a successful reply, by its media type: JSON is parsed, lines are an async iterable, text is a string,
 * anything else a `Blob`, and nothing `undefined`. Nothing is checked against the document: members and values that it
 * does not know yet are there. Rejects with an `ApiError` where it is not what its media type says.
 */
export async function readReply(response: Response, operationId: string): Promise<unknown> {
  const type = contentTypeOf(response)
  if (response.body === null || type === '') return undefined
  if (json.test(type)) {
    return response.json().catch((cause: unknown) => {
      throw cause instanceof SyntaxError ? toReplyError(response, operationId, cause) : cause
    })
  }
  if (lineDelimitedJson.test(type)) {
    return readLines(response.body, (cause) => toReplyError(response, operationId, cause))
  }
  return /^text\//i.test(type) ? response.text() : response.blob()
}

function toReplyError({ status, headers }: Response, operationId: string, cause: unknown): ApiError {
  return new ApiError(operationId, status, { headers, cause })
}

/** The error that any other reply stands for. `token`: what must not be in it, whatever the service repeats. */
export async function toApiError(
  response: Response,
  operationId: string,
  token: string | undefined,
): Promise<ApiError> {
  const { status } = response
  const clean = (text: string) => (token === undefined ? text : text.replaceAll(token, '[access token]'))
  const headers = new Headers()
  response.headers.forEach((value, name) => {
    headers.append(name, clean(value))
  })
  if (!json.test(contentTypeOf(response))) {
    await response.body?.cancel()
    return new ApiError(operationId, status, { headers })
  }
  const text = await readText(response, problemLimitBytes)
  try {
    // Twice: what was escaped in its text is plain once it is read.
    const body: unknown = JSON.parse(clean(JSON.stringify(JSON.parse(clean(text)))))
    return new ApiError(operationId, status, { headers, ...(isObject(body) && { problem: body }) })
  } catch (cause) {
    return new ApiError(operationId, status, { headers, cause })
  }
}

const problemLimitBytes = 1_000_000

const json = /^[^;]*[/+]json *(?:;|$)/i
const lineDelimitedJson = /^application\/(?:(?:x-)?(?:ndjson|jsonl)|json-lines) *(?:;|$)/i

function contentTypeOf({ headers }: Response): string {
  return headers.get('Content-Type') ?? ''
}

function isObject(value: unknown): value is ProblemDetails {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
