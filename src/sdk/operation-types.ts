import type { OperationInputs, OperationOutputs, operations } from '../../generated/sdk/operations.js'

type Operations = typeof operations

export type OperationId = keyof Operations

/** How one call goes, beside what the operation takes. */
export interface CallOptions {
  /** Abandons the call. It rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for the call with all of its retries. Default: the client's. */
  readonly timeoutMs?: number | undefined
  /** Milliseconds for one attempt. Default: the client's. */
  readonly attemptTimeoutMs?: number | undefined
  /**
   * Attempts after the first. Default: the client's. A token is asked for with those of the client: others may wait for
   * it too.
   */
  readonly retries?: number | undefined
  /** W3C Trace Context of the caller. Default: what the client's `traceparent` gives. */
  readonly traceparent?: string | undefined
}

/** Every scope that some operation needs. */
export type Scope = { [Id in OperationId]: ScopesOf<RequirementsOf<Id>[number]> }[OperationId]

type RequirementsOf<Id extends OperationId> = Operations[Id]['security']

type ScopesOf<Requirement> = Requirement extends unknown
  ? {
      [Scheme in keyof Requirement]: Requirement[Scheme] extends readonly (infer S)[] ? S : never
    }[keyof Requirement]
  : never

/** Operations that an access token with these scopes reaches: any requirement suffices, and needs all of its scopes. */
export type Reachable<S extends string> = {
  [Id in OperationId]: RequirementsOf<Id> extends readonly []
    ? Id
    : MetBy<RequirementsOf<Id>[number], S> extends never
      ? never
      : Id
}[OperationId]

type MetBy<Requirement, S extends string> = Requirement extends unknown
  ? [ScopesOf<Requirement>] extends [S]
    ? true
    : never
  : never

/** What an operation takes. A line-delimited body is an iterable of its lines, async or not. */
export type Input<Id extends OperationId> = Omit<OperationInputs[Id], 'url' | 'headers' | 'body'> &
  HeadersIn<Id> &
  BodyIn<Id> &
  CallOptions

type BodyIn<Id extends OperationId> = Operations[Id] extends { readonly takesLines: true }
  ? OperationInputs[Id] extends { body: infer Line }
    ? { readonly body: AsyncIterable<Line> | Iterable<Line> }
    : unknown
  : Pick<OperationInputs[Id], 'body' & keyof OperationInputs[Id]>

/** The key of an idempotent operation is optional: one is made for each call. */
type HeadersIn<Id extends OperationId> = OperationInputs[Id] extends { headers: infer Declared }
  ? AllOptional<WithoutKey<Id, Declared>> extends true
    ? { readonly headers?: WithoutKey<Id, Declared> }
    : { readonly headers: WithoutKey<Id, Declared> }
  : Pick<OperationInputs[Id], 'headers' & keyof OperationInputs[Id]>

type WithoutKey<Id extends OperationId, Declared> = Operations[Id] extends {
  readonly idempotencyKey: infer Key extends string
}
  ? Omit<Declared, Key> & { readonly [K in Key]?: string }
  : Declared

export type AllOptional<T> = Partial<T> extends T ? true : false

/** Body of an operation's successful reply. A line-delimited one is an async iterable of its lines. */
export type Output<Id extends OperationId> = Operations[Id] extends { readonly givesLines: true }
  ? AsyncIterable<Reply<Id>>
  : Reply<Id>

type Reply<Id extends OperationId> = unknown extends OperationOutputs[Id]
  ? unknown
  : Undefined<OperationOutputs[Id][keyof OperationOutputs[Id]]>

/** `void` is what the generator writes for a reply without a body. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it is asked for here, not declared
type Undefined<T> = T extends void ? undefined : T

/** Operations that give their entries in pages. */
export type PagedId = {
  [Id in OperationId]: Operations[Id] extends { readonly pages: object } ? Id : never
}[OperationId]

/** An entry of an operation's pages. */
export type Item<Id extends PagedId> = Operations[Id] extends {
  readonly pages: { readonly items: infer Name extends string }
}
  ? Output<Id> extends { readonly [N in Name]: readonly (infer T)[] }
    ? T
    : never
  : never
