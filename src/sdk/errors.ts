import type { Problem } from '../../generated/client/types.gen.js'

/** The service answered, and not with what the operation is for. What it did is what `status` and `problem` say. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code = 'api_error'
  /** Status of the answer. 304 too: a condition that the caller set did not hold. */
  readonly status: number
  /** RFC 9457 problem details. `undefined` where something in between answered, or where the answer has no body. */
  readonly problem: Problem | undefined

  constructor(status: number, problem?: Problem, options?: { readonly cause: unknown }) {
    const about = [String(status), problem?.title, problem?.detail]
    super(about.filter((part) => part !== undefined).join(': '), options)
    this.status = status
    this.problem = problem
  }
}

/** The service could not be reached, or the connection broke. Whether it did what was asked is not known. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly code = 'connection_failed'

  constructor(origin: string, options: { readonly cause: unknown }) {
    super(`The connection to ${origin} failed`, options)
  }
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
  readonly cause?: unknown
}

/** No access token could be had. Holds no credentials. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly code: TokenErrorCode
  readonly status: number | undefined
  readonly error: string | undefined

  constructor(code: TokenErrorCode, message: string, options: TokenErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.status = options.status
    this.error = options.error
  }
}
