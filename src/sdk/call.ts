import type { ApiErrorFor, ApiErrorOf, DeclaredError, ErrorKey } from './operation-errors.js'
import { ApiError } from './errors.js'
import type { Item, OperationId, Output, PagedId } from './operation-types.js'

/** A call under way. */
export interface Call<Id extends OperationId> extends Promise<Output<Id>> {
  /** The same call with the response, for its status and header fields, e.g. `ETag`. The body of it is read already. */
  withResponse(): Promise<{ readonly body: Output<Id>; readonly response: Response }>
  /**
   * The same call with an answer to every error that the operation declares: what its handler gives, or throws, takes the
   * place of the error. `default` takes the statuses without a handler; without `default` none may be left out. What is
   * no answer of the service is not handled: a connection, a timeout, a token.
   */
  recover<const Keys extends ErrorKey<Id>, const H extends ErrorHandlers<Id, Keys>>(
    handlers: H & Readonly<Record<Keys, unknown>>,
  ): Promise<Output<Id> | Recovered<H>>
}

/** A call of an operation that has pages: the first page, or all entries of all pages, fetched as the loop goes on. */
export interface PagedCall<Id extends PagedId> extends Call<Id>, AsyncIterable<Item<Id>> {
  pages(): AsyncIterable<Output<Id>>
}

export type CallOf<Id extends OperationId> = Id extends PagedId ? PagedCall<Id> : Call<Id>

/**
 * A handler for each declared error, or for some statuses and a `default`. `Keys`: those that have handlers, whose errors
 * the `default` does not get.
 */
export type ErrorHandlers<Id extends OperationId, Keys extends ErrorKey<Id> = 'default'> =
  'default' extends DeclaredError<Id>
    ? WithDefault<Id, Keys>
    : HandlersOf<Id, DeclaredError<Id>> | WithDefault<Id, Keys>

type HandlersOf<Id extends OperationId, Keys extends ErrorKey<Id>> = {
  readonly [Key in Keys]: (error: ApiErrorFor<Id, Key>) => unknown
}

type WithDefault<Id extends OperationId, Keys extends ErrorKey<Id>> = Partial<
  HandlersOf<Id, Exclude<ErrorKey<Id>, 'default'>>
> & {
  readonly default: (error: Exclude<ApiErrorOf<Id>, ApiErrorFor<Id, Exclude<Keys, 'default'>>>) => unknown
}

type Recovered<H> = {
  [Key in keyof H]: H[Key] extends (...input: never) => infer R ? Awaited<R> : never
}[keyof H]

export interface Exchanged {
  readonly body: unknown
  readonly response: Response
}

type AnyHandlers = Readonly<Partial<Record<string, (error: ApiError) => unknown>>>

export interface AnyCall extends Promise<unknown> {
  withResponse: () => Promise<Exchanged>
  recover: (handlers: AnyHandlers) => Promise<unknown>
}

export function toCall(exchanged: Promise<Exchanged>): AnyCall {
  const call = exchanged.then(({ body }) => body) as AnyCall
  call.withResponse = async () => {
    // Who asks for both waits for the other promise, and this one's rejection would count as unhandled.
    call.catch(() => undefined)
    return exchanged
  }
  call.recover = async (handlers) =>
    call.catch((error: unknown) => {
      const handle = error instanceof ApiError ? findHandler(handlers, error.status) : undefined
      if (handle === undefined) throw error
      return handle(error as ApiError)
    })
  return call
}

function findHandler(handlers: AnyHandlers, status: number): AnyHandlers[string] {
  return handlers[status] ?? handlers[`${Math.floor(status / 100)}XX`] ?? handlers['default']
}
