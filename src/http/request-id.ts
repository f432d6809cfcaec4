import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'
import type { ExchangeState } from './exchange.js'

const acceptable = /^[A-Za-z0-9._-]{1,128}$/

/** Takes the caller's `X-Request-Id` where it is harmless, else makes one, and sends it back. */
export function requestId({
  randomId = randomUUID,
}: { readonly randomId?: () => string } = {}): Middleware<ExchangeState> {
  return function requestId(ctx, next) {
    const given = ctx.get('X-Request-Id')
    const id = acceptable.test(given) ? given : randomId()
    ctx.state.requestId = id
    ctx.set('X-Request-Id', id)
    return next()
  }
}
