import { wait, type Schedule } from './clock.js'
import { ApiError, ConnectionError, TimeoutError, TokenError } from './errors.js'

/** Methods that may be repeated by definition (RFC 9110 section 9.2.2; QUERY: RFC 10008 section 2). */
const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'QUERY'])
const passingStatuses = new Set([408, 429, 500, 502, 503, 504])

const firstDelayMs = 300
const longestDelayMs = 10_000
const longestRetryAfterMs = 60_000

export interface RetryPlan {
  /** Attempts after the first. */
  readonly retries: number
  /** The last moment that anything may begin, milliseconds since the epoch. */
  readonly endMs: number
  readonly now: () => number
  readonly random: () => number
  readonly schedule: Schedule
  /** Ends a pause at once. */
  readonly signal?: AbortSignal | undefined
  /** Whether another attempt may help, and do no harm. */
  readonly isWorthwhile: (error: unknown) => boolean
  /** Told before each pause. */
  readonly onRetry?: (error: unknown, delayMs: number, attempt: number) => void
}

/**
 * Attempts until one succeeds, none is left, or what went wrong will not pass. Rejects with the last error. What is to be
 * done then is asked for once something went wrong, which it mostly does not.
 */
export async function withRetries<T>(
  attempt: (attempt: number) => Promise<T>,
  planRetries: () => RetryPlan,
): Promise<T> {
  for (let count = 0; ; count += 1) {
    try {
      return await attempt(count)
    } catch (error) {
      const plan = planRetries()
      if (count >= plan.retries || !plan.isWorthwhile(error)) throw error
      const delayMs = delayAfter(error, count, plan.random)
      // A pause that uses up all the time would only hide the answer.
      if (plan.now() + delayMs >= plan.endMs) throw error
      plan.onRetry?.(error, delayMs, count)
      await wait(delayMs, plan.schedule, plan.signal)
    }
  }
}

/** Whether the method, or an Idempotency-Key, lets a request be sent again. */
export function isRepeatable(method: string, hasIdempotencyKey: boolean): boolean {
  return idempotentMethods.has(method) || hasIdempotencyKey
}

/** Whether what went wrong may have passed by the next attempt. */
export function isPassing(error: unknown, hasIdempotencyKey: boolean): boolean {
  if (error instanceof ConnectionError) return true
  if (error instanceof TimeoutError) return error.scope === 'attempt'
  if (error instanceof TokenError) return error.code === 'unreachable'
  if (!(error instanceof ApiError)) return false
  // The attempt before is still being carried out: its answer is to be had once it is done.
  if (error.status === 409) return hasIdempotencyKey && error.retryAfterSeconds !== undefined
  return passingStatuses.has(error.status)
}

/** What the answer asks for, to the letter; else exponential with full jitter, so that callers do not return together. */
function delayAfter(error: unknown, count: number, random: () => number): number {
  const isAnswer = error instanceof ApiError || error instanceof TokenError
  if (isAnswer && error.retryAfterSeconds !== undefined) {
    return Math.min(error.retryAfterSeconds * 1000, longestRetryAfterMs)
  }
  return random() * Math.min(firstDelayMs * 2 ** count, longestDelayMs)
}
