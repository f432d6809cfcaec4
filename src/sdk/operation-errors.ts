import type { OperationErrors } from '../../generated/sdk/operations.js'
import { ApiError, type ProblemDetails } from './errors.js'
import type { OperationId } from './operation-types.js'

type Range<Digit extends number> = `${Digit}XX`

type ClientErrorStatus =
  | 400
  | 401
  | 402
  | 403
  | 404
  | 405
  | 406
  | 407
  | 408
  | 409
  | 410
  | 411
  | 412
  | 413
  | 414
  | 415
  | 416
  | 417
  | 418
  | 421
  | 422
  | 423
  | 424
  | 425
  | 426
  | 428
  | 429
  | 431
  | 451
type ServerErrorStatus = 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510 | 511

/** Statuses of RFC 9110 and the IANA registry: a union, so that comparing with one of them narrows. */
type ErrorStatus = 304 | ClientErrorStatus | ServerErrorStatus

/** What an operation declares for errors: statuses, ranges such as `4XX`, `default`. */
export type DeclaredError<Id extends OperationId> = unknown extends OperationErrors[Id]
  ? never
  : keyof OperationErrors[Id]

type StatusFor<Id extends OperationId, Key> = Key extends number
  ? Key
  : Key extends Range<4>
    ? Exclude<ClientErrorStatus, DeclaredError<Id>>
    : Key extends Range<5>
      ? Exclude<ServerErrorStatus, DeclaredError<Id>>
      : Exclude<ErrorStatus, DeclaredError<Id>>

/** An answer with this status, and what the document says is in it. */
type TypedApiError<Status extends number, Body> = Omit<ApiError, 'status' | 'problem'> & {
  readonly status: Status
  readonly problem: Body | undefined
}

/** What an error can be handled by: what the operation declares, and any status. */
export type ErrorKey<Id extends OperationId> = DeclaredError<Id> | ErrorStatus | 'default'

/** The errors that a key stands for: what is declared there, or what `default` says of that status. */
export type ApiErrorFor<Id extends OperationId, Key extends ErrorKey<Id>> =
  Key extends DeclaredError<Id>
    ? { [Status in StatusFor<Id, Key>]: TypedApiError<Status, OperationErrors[Id][Key]> }[StatusFor<Id, Key>]
    : Extract<ApiErrorOf<Id>, { readonly status: Key }>

/**
 * Every answer of an operation that is an error, told apart by `status`. Statuses that it does not declare are among
 * them: something in between may answer.
 */
export type ApiErrorOf<Id extends OperationId> =
  | ApiErrorFor<Id, DeclaredError<Id>>
  | ('default' extends DeclaredError<Id> ? never : Undeclared<Exclude<ErrorStatus, DeclaredError<Id>>>)

type Undeclared<Status extends number> = Status extends number ? TypedApiError<Status, ProblemDetails> : never

/** Whether an error is the answer of this operation. Its `status` then tells the type of its `problem`. */
export function isApiError<Id extends OperationId>(error: unknown, operationId: Id): error is ApiErrorOf<Id> {
  return error instanceof ApiError && error.operationId === operationId
}
