/** A failure, and when the next attempt makes sense. */
export interface Failure {
  /** How many in a row. */
  readonly count: number
  /** Milliseconds since the epoch. */
  readonly retryAt: number
  readonly cause: unknown
}

/** Keeps attempts apart while somebody cannot be reached: 1, 2, 4 … 30 seconds after failures in a row. */
export interface Backoff {
  /** The last failure; `undefined` after a success. */
  readonly failure: () => Failure | undefined
  /** Whether an attempt would come too early. */
  readonly isWaiting: () => boolean
  /** Seconds to tell callers, at least 1. */
  readonly retryAfterSeconds: () => number
  /** Of attempts that ran side by side the first to fail counts. */
  readonly failed: (cause: unknown) => Failure
  readonly succeeded: () => void
}

const maxSeconds = 30

export function createBackoff(now: () => number): Backoff {
  let failure: Failure | undefined
  const isWaiting = (): boolean => failure !== undefined && now() < failure.retryAt
  return {
    failure: () => failure,
    isWaiting,
    retryAfterSeconds: () => Math.max(1, Math.ceil(((failure?.retryAt ?? 0) - now()) / 1000)),
    failed: (cause) => {
      if (failure !== undefined && isWaiting()) return failure
      const count = (failure?.count ?? 0) + 1
      failure = { count, retryAt: now() + Math.min(2 ** (count - 1), maxSeconds) * 1000, cause }
      return failure
    },
    succeeded: () => {
      failure = undefined
    },
  }
}
