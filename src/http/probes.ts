import Router from '@koa/router'
import type { Middleware } from 'koa'
import { Problem } from '../problem/problem.js'

export interface ProbesOptions {
  /** Whether requests can be answered; asked by `/readyz`. Default: always. */
  readonly ready?: () => boolean | Promise<boolean>
}

/** `/livez` and `/readyz`, outside authorization and limits. They say nothing of versions or hosts. */
export function probes({ ready = () => true }: ProbesOptions = {}): Middleware {
  const router = new Router({ strict: true, sensitive: true })
  router.get('/livez', (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = { status: 'ok' }
  })
  router.get('/readyz', async (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    if (!(await ready())) {
      throw new Problem('service-unavailable', {
        headers: { 'Retry-After': '1', 'Cache-Control': 'no-store' },
      })
    }
    ctx.body = { status: 'ok' }
  })
  return router.routes() as Middleware
}
