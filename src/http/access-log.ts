import type { Middleware } from 'koa'
import { Problem } from '../problem/problem.js'
import type { Logger } from '../telemetry/log.js'
import type { ExchangeState } from './exchange.js'

/** One line a request, once its answer is sent or its connection is gone. Never the raw target: it can hold secrets. */
export function accessLog(
  logger: Logger,
  now: () => number = performance.now.bind(performance),
): Middleware<ExchangeState> {
  return function accessLog(ctx, next) {
    const startedAt = now()
    ctx.state.hasAccessLog = true
    ctx.res.once('close', () => {
      const { requestId, operation, decision, error } = ctx.state
      const status = ctx.res.statusCode
      const failed = status >= 500
      const line = {
        requestId,
        method: ctx.method,
        operationId: operation?.key,
        path: operation?.pathTemplate,
        status,
        durationMs: Math.round((now() - startedAt) * 10) / 10,
        ...decision,
        ...(!ctx.res.writableFinished && { aborted: true }),
        ...(failed && causeOf(error)),
      }
      // Not able at the moment is an answer, and an expected one; anything else of its kind is a fault.
      if (status === 503) logger.warn(line, 'request turned away')
      else if (failed) logger.error(line, 'request failed')
      else logger.info(line, 'request')
    })
    return next()
  }
}

/** What happened behind a 5xx. A problem itself is an answer; what it was made of is what matters. */
function causeOf(error: unknown): { readonly err?: unknown } {
  const err = error instanceof Problem ? error.cause : error
  return err === undefined ? {} : { err }
}
