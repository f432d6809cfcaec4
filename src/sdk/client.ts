import { operations, type OperationInputs } from '../../generated/sdk/operations.js'
import { attemptExchange } from './attempt.js'
import { toCall, type AnyCall, type CallOf, type Exchanged } from './call.js'
import { settleOptions, type ClientOptions, type Settings } from './client-options.js'
import { TokenError } from './errors.js'
import { tell, toEvent } from './hooks.js'
import { createScopeChoice, type ScopeChoice } from './operation-scopes.js'
import type { AllOptional, Input, OperationId, Reachable, Scope } from './operation-types.js'
import { toPagedCall, type Paging } from './pages.js'
import { createRequestPreparation, type AnyInput } from './prepare-request.js'
import { isPassing, isRepeatable, withRetries } from './retry.js'

export type { ClientOptions } from './client-options.js'

/**
 * The operations of the document that the scopes `S` reach, by name. Each resolves to the body of its reply, and rejects
 * with an `ApiError`, a `ConnectionError`, a `TimeoutError`, a `TokenError`, the reason of the caller's signal, or what an
 * iterable of the caller's throws. Of two clients the one with more scopes stands in for the other.
 */
export type Client<S extends string = Scope> = Pick<Methods, Reachable<S>> & Reach<S>

/** No client has such a member. Without it TypeScript takes either of two clients for the other. */
interface Reach<in S> {
  readonly [reach]?: (scope: S) => void
}

declare const reach: unique symbol

/** Over `keyof`, so that a method keeps the comment that its operation has in the generated types. */
type Methods = {
  readonly [Id in keyof OperationInputs]: AllOptional<Input<Id>> extends true
    ? (input?: Input<Id>) => CallOf<Id>
    : (input: Input<Id>) => CallOf<Id>
}

/**
 * A client of the service: one token source, one method per operation. Nothing is sent before the first call. Throws
 * `OptionsError`, which names every mistake.
 */
export function createClient<const S extends readonly string[] = readonly Scope[]>(
  options: ClientOptions<S & Known<S>> = {},
): Client<ScopesIn<S>> {
  const settings = settleOptions(options)
  const choice = createScopeChoice(settings.pinned)
  const ids = Object.keys(operations) as OperationId[]
  // Each entry's type follows from its name, which `fromEntries` cannot express.
  return Object.fromEntries(ids.map((id) => [id, createMethod(id, settings, choice)])) as unknown as Client<
    ScopesIn<S>
  >
}

/** Scopes that are known only when it runs may be any. */
type ScopesIn<S extends readonly string[]> = string extends S[number] ? Scope : S[number]

/** Scopes of the document, where they are known before it runs. A document that names none leaves them to the caller. */
type Known<S extends readonly string[]> = string extends S[number]
  ? unknown
  : [Scope] extends [never]
    ? unknown
    : readonly Scope[]

function createMethod(
  id: OperationId,
  settings: Settings,
  choice: ScopeChoice,
): (input?: AnyInput) => AnyCall {
  const { pages } = operations[id] as { readonly pages?: Paging }
  const exchange = createExchange(id, settings, choice)
  const call = (input: AnyInput) => toCall(exchange(input))
  if (pages === undefined) return (input = {}) => call(input)
  return (input = {}) => toPagedCall(call, input, pages)
}

function createExchange(
  id: OperationId,
  settings: Settings,
  { choiceFor, chosen }: ScopeChoice,
): (input: AnyInput) => Promise<Exchanged> {
  const { now, random, schedule, onRetry } = settings
  const prepare = createRequestPreparation(id, settings)
  const chooseScopes = choiceFor(id, operations[id].security)

  return async (input) => {
    // Chosen before anything is waited for: calls that begin together then share one token.
    const scopes = chooseScopes()
    const { signal, retries = settings.retries } = input
    signal?.throwIfAborted()
    const request = prepare(input, scopes)
    const { timeoutMs = settings.timeoutMs, attemptTimeoutMs = settings.attemptTimeoutMs } = input
    const limits = { signal, endMs: now() + timeoutMs, timeoutMs, attemptTimeoutMs }

    return withRetries(
      async (attempt) => attemptExchange(request, attempt, settings, chosen, limits),
      () => {
        const hasKey = request.headers.has('Idempotency-Key')
        const mayRepeat = !request.isStream && isRepeatable(request.method, hasKey)
        return {
          ...{ retries, endMs: limits.endMs, now, random, schedule, signal },
          // A token source has retried by itself, for all who wait for it.
          isWorthwhile: (error) => mayRepeat && !(error instanceof TokenError) && isPassing(error, hasKey),
          onRetry: (error, delayMs, attempt) => {
            tell(onRetry, { ...toEvent(request, attempt), error, delayMs })
          },
        }
      },
    )
  }
}
