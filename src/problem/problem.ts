import { problemTypes, type ProblemName, type ProblemType } from './problem-types.js'

/** One place where a request fails the contract. */
export interface Violation {
  /** The part of the request that fails. */
  readonly in: 'path' | 'query' | 'header' | 'cookie' | 'body'
  /** RFC 6901 pointer within that part, e.g. `/lines/0/quantity`; `/limit` for a parameter; `` for the whole body. */
  readonly pointer: string
  /** The keyword of the schema, or of the parameter, that fails: `required`, `type`, `maximum`, … */
  readonly keyword: string
  /** One sentence for the caller. */
  readonly detail: string
}

/** An RFC 9457 problem details object as it is sent. */
export interface ProblemDetails {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  readonly instance?: string
  readonly requestId?: string
  readonly errors?: readonly Violation[]
  readonly [extension: string]: unknown
}

export interface ProblemOptions {
  /** One sentence for the caller about this occurrence. It is sent as it is, so it must hold nothing private. */
  readonly detail?: string
  readonly errors?: readonly Violation[]
  /** Header fields of the answer, e.g. `Retry-After`. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Further members of the problem details object. */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** What happened behind the scenes. Logged, never sent. */
  readonly cause?: unknown
}

/** The one error class that becomes an answer. Throw it anywhere below the error boundary. */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** Discriminant: the URI of the problem type. */
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: string | undefined
  readonly errors: readonly Violation[] | undefined
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(type: ProblemName | ProblemType, options: ProblemOptions = {}) {
    const { type: code, status, title } = typeof type === 'string' ? problemTypes[type] : type
    super(options.detail ?? title, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.status = status
    this.title = title
    this.detail = options.detail
    this.errors = options.errors
    this.headers = options.headers ?? {}
    this.extensions = options.extensions ?? {}
  }
}

export interface Occurrence {
  /** Path of the request, without its query. */
  readonly instance?: string
  readonly requestId?: string
}

/** The body that a problem is sent with. Members of the standard win over extensions of the same name. */
export function toProblemDetails(problem: Problem, occurrence: Occurrence = {}): ProblemDetails {
  return {
    ...problem.extensions,
    type: problem.code,
    title: problem.title,
    status: problem.status,
    ...(problem.detail !== undefined && { detail: problem.detail }),
    ...(occurrence.instance !== undefined && { instance: occurrence.instance }),
    ...(occurrence.requestId !== undefined && { requestId: occurrence.requestId }),
    ...(problem.errors !== undefined && { errors: problem.errors }),
  }
}
