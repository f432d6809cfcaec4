import type { Middleware } from 'koa'
import { Problem } from '../problem/problem.js'

export interface OverloadOptions {
  /** Requests handled at once, above which further ones are turned away. Default: 1,000. */
  readonly inFlightLimit?: number
}

/** Turns requests away while too many are in flight, so that those which are finish in time. */
export function overload({ inFlightLimit = 1_000 }: OverloadOptions = {}): Middleware {
  let inFlight = 0
  return async function overload(_ctx, next) {
    if (inFlight >= inFlightLimit) {
      throw new Problem('service-unavailable', {
        detail: 'Too many requests are being handled. Try again in a moment.',
        headers: { 'Retry-After': '1' },
      })
    }
    inFlight++
    try {
      await next()
    } finally {
      inFlight--
    }
  }
}
