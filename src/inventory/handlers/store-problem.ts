import { Problem } from '../../problem/problem.js'
import { isUnavailable, StoreError } from '../../store/store-error.js'

/** Soon: what is in flight is a statement or two away from its end. */
const retryAfter = { 'Retry-After': '1' }

/** What the store throws to what the caller is told. Anything else is returned as it is. */
export function toStoreProblem(error: unknown): unknown {
  if (error instanceof StoreError) {
    if (error.code === 'idempotency_key_reused') {
      return new Problem('idempotency-key-reused', {
        detail: 'This Idempotency-Key was used with another request.',
        cause: error,
      })
    }
    if (error.code === 'idempotency_key_in_flight') {
      return new Problem('idempotency-key-in-flight', {
        detail: 'A request with this Idempotency-Key is still running.',
        headers: retryAfter,
        cause: error,
      })
    }
  }
  if (isUnavailable(error)) return new Problem('service-unavailable', { headers: retryAfter, cause: error })
  return error
}
