import type { Middleware } from 'koa'

export interface SecurityHeadersOptions {
  /** Whether callers reach the service by https, so that browsers may be told to stay with it. Default: false. */
  readonly https?: boolean
}

/** What every answer carries. Pages that need more, such as the docs, set their own Content-Security-Policy. */
export function securityHeaders({ https = false }: SecurityHeadersOptions = {}): Middleware {
  return function securityHeaders(ctx, next) {
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
    ctx.set('Referrer-Policy', 'no-referrer')
    if (https) ctx.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
    return next()
  }
}
