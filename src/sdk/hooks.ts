export interface RequestEvent {
  readonly operationId: string
  readonly method: string
  /** Address, without the query: it may hold what is nobody else's business. */
  readonly url: string
  /** 0 for the first. */
  readonly attempt: number
}

export interface ResponseEvent extends RequestEvent {
  readonly status: number
  /** From sending the request to the header of the response. */
  readonly durationMs: number
}

export interface RetryEvent extends RequestEvent {
  /** Why: an `ApiError`, a `ConnectionError` or a `TimeoutError`. */
  readonly error: unknown
  readonly delayMs: number
}

/** Told what goes on, for logs and metrics; never a token. What a hook throws is dropped: it is no part of the call. */
export interface Hooks {
  /** Before each attempt. Default: nobody. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined
  /** After the header of each response. Default: nobody. */
  readonly onResponse?: ((event: ResponseEvent) => void) | undefined
  /** Before the pause that precedes another attempt. Default: nobody. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined
}

/** What an attempt is called in every event of it. */
export function toEvent(
  { operationId, method, url }: Omit<RequestEvent, 'attempt'>,
  attempt: number,
): RequestEvent {
  return { operationId, method, url: url.replace(/[?#].*$/s, ''), attempt }
}

export function tell<E>(hook: ((event: E) => void) | undefined, event: E): void {
  // A reservation that was made does not fail because a log could not be written, nor does the process: what an async
  // hook rejects with is dropped like what another one throws.
  new Promise((resolve) => {
    resolve(hook?.(event))
  }).catch(() => undefined)
}
