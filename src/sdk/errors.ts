/** RFC 9457 problem details, whatever members a service adds. */
export interface ProblemDetails {
  readonly type?: string
  readonly title?: string
  readonly status?: number
  readonly detail?: string
  readonly instance?: string
  readonly [member: string]: unknown
}

export interface ApiErrorDetails {
  readonly problem?: ProblemDetails
  /** Header fields of the answer. */
  readonly headers?: Headers
  readonly cause?: unknown
}

/** The service answered, and not with what the operation is for. What it did is what `status` and `problem` say. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code = 'api_error'
  readonly operationId: string
  /** Status of the answer. 304 too: a condition that the caller set did not hold. */
  readonly status: number
  /** Problem details. `undefined` where something in between answered, or where the answer has no body. */
  readonly problem: ProblemDetails | undefined
  /** Every way in which the request does not fit the document, where the problem lists them. */
  readonly errors: readonly unknown[]
  /** Names the request in the service's log. */
  readonly requestId: string | undefined
  /** How long the service asks to be left alone, seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(operationId: string, status: number, details: ApiErrorDetails = {}) {
    const { problem, headers } = details
    const { title, detail, errors, requestId } = problem ?? {}
    const target = status < 400 ? headers?.get('Location') : undefined
    const redirect = typeof target === 'string' ? `redirects to ${target}` : undefined
    const about = [String(status), title, detail, ...describeViolations(errors), redirect]
    super(
      toLine(about.filter((part) => typeof part === 'string').join(': ')),
      'cause' in details ? { cause: details.cause } : undefined,
    )
    this.operationId = operationId
    this.status = status
    this.problem = problem
    this.errors = Array.isArray(errors) ? errors : []
    const id = typeof requestId === 'string' ? requestId : headers?.get('X-Request-Id')
    this.requestId = typeof id === 'string' ? toLine(id) : undefined
    this.retryAfterSeconds = parseRetryAfter(headers)
  }
}

/** What a service says, as logs and terminals take it: in one line of printable characters, and not without end. */
function toLine(text: string): string {
  const line = text.slice(0, longestMessage).replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
  return text.length > longestMessage ? `${line}…` : line
}

const longestMessage = 2_000

/** The first three, for logs that have the message only. */
function describeViolations(errors: unknown): readonly string[] {
  const violations: readonly unknown[] = Array.isArray(errors) ? errors : []
  const texts = violations.slice(0, 3).flatMap((violation) => {
    const { in: place, pointer, detail } = Object(violation) as Readonly<Record<string, unknown>>
    const parts = [place, pointer, detail].filter((part) => typeof part === 'string' && part !== '')
    return parts.length === 0 ? [] : [parts.join(' ')]
  })
  const more = violations.length > 3 ? ` and ${violations.length - 3} more` : ''
  return texts.length === 0 ? [] : [`${texts.join(', ')}${more}`]
}

/** The service could not be reached, or the connection broke. Whether it did what was asked is not known. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly code = 'connection_failed'

  constructor(origin: string, options: { readonly cause: unknown }) {
    super(`The connection to ${origin} failed`, { cause: withoutData(options.cause) })
  }
}

/** The service took too long. Whether it did what was asked is not known. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly code = 'timeout'
  /** What was waited for: one attempt, or the call with all of its retries. */
  readonly scope: 'attempt' | 'call'
  readonly timeoutMs: number

  constructor(origin: string, scope: 'attempt' | 'call', timeoutMs: number) {
    super(`No answer from ${origin} within ${timeoutMs} ms${scope === 'call' ? ', retries included' : ''}`)
    this.scope = scope
    this.timeoutMs = timeoutMs
  }
}

/** The client cannot work as it was set up. Names every mistake. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
  readonly code = 'options'
}

/**
 * Why there is no access token. `unreachable`: no answer. `metadata`: the issuer describes itself in no usable way.
 * `refused`: an OAuth error. `malformed`: an answer that is no token response.
 */
export type TokenErrorCode = 'unreachable' | 'metadata' | 'refused' | 'malformed'

export interface TokenErrorOptions {
  /** Status of the answer, where there was one. */
  readonly status?: number
  /** `error` of the answer, e.g. `invalid_scope` (RFC 6749 section 5.2). */
  readonly error?: string
  /** Header fields of the answer. */
  readonly headers?: Headers
  readonly cause?: unknown
}

/** No access token could be had. Holds no credentials. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly code: TokenErrorCode
  readonly status: number | undefined
  readonly error: string | undefined
  /** How long the authorization server asks to be left alone, seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: TokenErrorCode, message: string, options: TokenErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: withoutData(options.cause) } : undefined)
    this.code = code
    this.status = options.status
    this.error = options.error
    this.retryAfterSeconds = parseRetryAfter(options.headers)
  }
}

/** Node's `fetch` keeps an answer that is no HTTP in its errors, and whoever sent that may repeat the credentials in it. */
function withoutData(cause: unknown): unknown {
  const chain = [cause, cause instanceof Error ? cause.cause : undefined]
  for (const one of chain) if (one instanceof Error && 'data' in one) delete one.data
  return cause
}

/** Seconds, or a date (RFC 9110 section 10.2.3), which is counted from the answer's own `Date` where it has one. */
function parseRetryAfter(headers: Headers | undefined): number | undefined {
  const value = headers?.get('Retry-After')?.trim()
  if (value === undefined || value === '') return undefined
  if (/^\d+$/.test(value)) return Number(value)
  // `Date.parse` finds a date in nearly anything that has a number in it, such as `-5` or two values in one.
  const until = /^[A-Z][a-z]+, [^,]* GMT$/.test(value) ? Date.parse(value) : NaN
  if (Number.isNaN(until)) return undefined
  const from = Date.parse(headers?.get('Date') ?? '')
  return Math.max(0, (until - (Number.isNaN(from) ? Date.now() : from)) / 1000)
}
