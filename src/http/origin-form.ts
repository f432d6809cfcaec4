import type { Middleware } from 'koa'
import { splitTarget } from './raw-parts.js'

/**
 * Leaves path and query of the request target. A server must take an absolute form (RFC 9112 section 3.2.2), but whoever
 * parses it as a URL further down would fail for some, and find another path than the gate for others.
 */
export function originForm(): Middleware {
  return function originForm(ctx, next) {
    const { path, query } = splitTarget(ctx.req.url ?? '/')
    ctx.req.url = query === '' ? path : `${path}?${query}`
    return next()
  }
}
