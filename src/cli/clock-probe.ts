import { ok, problem, skipped, type Finding } from './finding.js'
import { toSpan } from './moment.js'

/** A `fetch` that learns from the answers what time it is elsewhere. */
export interface ClockProbe {
  readonly fetch: typeof fetch
  /** Seconds by which the other clock is ahead; negative: behind. `undefined`: nobody said. */
  readonly aheadSeconds: () => number | undefined
}

/** `now`: milliseconds since the epoch. */
export function createClockProbe(send: typeof fetch, now: () => number): ClockProbe {
  let closest: { readonly aheadMs: number; readonly tripMs: number } | undefined
  return {
    fetch: async (...request) => {
      const sentAt = now()
      const response = await send(...request)
      const tripMs = now() - sentAt
      const date = Date.parse(response.headers.get('date') ?? '')
      // What a cache answers says when it was made, and how long ago that was (RFC 9111 section 5.1).
      const ageMs = Number(response.headers.get('age') ?? 0) * 1000
      if (Number.isFinite(date + ageMs) && tripMs < (closest?.tripMs ?? Infinity)) {
        // The field has whole seconds; on average half of one has passed.
        closest = { aheadMs: date + ageMs + 500 - (sentAt + tripMs / 2), tripMs }
      }
      return response
    },
    aheadSeconds: () => (closest === undefined ? undefined : Math.round(closest.aheadMs / 1000)),
  }
}

/** Whether the clocks agree as far as dates in tokens need it. */
export function toClockFinding({ aheadSeconds }: ClockProbe, toleranceSeconds: number): Finding {
  const ahead = aheadSeconds()
  if (ahead === undefined) return skipped('clock', 'The authorization server did not say what time it is.')
  const span = toSpan(Math.abs(ahead))
  // The header field has whole seconds.
  const relation =
    Math.abs(ahead) < 2 ? 'agrees with' : ahead < 0 ? `is ${span} behind` : `is ${span} ahead of`
  const seen = `The clock of the authorization server ${relation} this one; tokens allow ${toleranceSeconds} seconds.`
  if (Math.abs(ahead) <= toleranceSeconds) return ok('clock', seen)
  const consequence =
    ahead > 0 ? 'new tokens are refused as made in the future' : 'tokens expire here too early'
  return problem('clock', seen, `Set both clocks by NTP: ${consequence}.`)
}
