import type { ServerResponse } from 'node:http'
import type { Context, Middleware } from 'koa'
import { toProblemDetails, type Problem } from '../problem/problem.js'
import { toProblem } from '../problem/to-problem.js'
import type { ExchangeState } from './exchange.js'
import { splitTarget } from './raw-parts.js'
import { announcesBytes } from './read-body.js'

/** The error boundary: whatever is thrown below becomes problem details. Header fields set below it are cleared. */
export function problems(): Middleware<ExchangeState> {
  return function problems(ctx, next) {
    // Within another one there is nothing left to do.
    if (guarded.has(ctx.res)) return next()
    guarded.add(ctx.res)
    return guard(ctx, next)
  }
}

/** Responses that have a boundary around them. */
const guarded = new WeakSet<ServerResponse>()

async function guard(ctx: Context & { state: ExchangeState }, next: () => Promise<unknown>): Promise<void> {
  const before = ctx.res.getHeaders()
  try {
    await next()
  } catch (error) {
    ctx.state.error = error
    const problem = toProblem(error)
    if (ctx.res.headersSent) {
      // The status is gone out already; a broken connection is the only way left to say that the body is not whole.
      ctx.res.destroy()
      return
    }
    restore(ctx, before)
    send(ctx, problem)
  }
}

function restore(ctx: Context, before: ReturnType<Context['res']['getHeaders']>): void {
  for (const name of ctx.res.getHeaderNames()) if (!(name in before)) ctx.res.removeHeader(name)
  for (const [name, value] of Object.entries(before)) if (value !== undefined) ctx.res.setHeader(name, value)
}

function send(ctx: Context & { state: ExchangeState }, problem: Problem): void {
  const { requestId } = ctx.state
  // Not `ctx.path`: reading that throws where an absolute-form target is no URL, such as `http://[::1/`.
  const instance = toUriPath(splitTarget(ctx.req.url ?? '/').path)
  const details = toProblemDetails(problem, {
    ...(instance !== undefined && { instance }),
    ...(requestId !== undefined && { requestId }),
  })
  ctx.status = problem.status
  // What goes wrong for one caller at one moment is nothing for a cache (RFC 9111 section 4.2.2 lets them keep a 404).
  ctx.set('Cache-Control', 'no-store')
  for (const [name, value] of Object.entries(problem.headers)) ctx.set(name, value as string | string[])
  // Nobody wants the rest of a refused body, and what is left of it must not be taken for the next request.
  if (announcesBytes(ctx.req) && !ctx.req.readableEnded) ctx.set('Connection', 'close')
  ctx.type = 'application/problem+json'
  ctx.body = JSON.stringify(details)
}

/** A path as URI references have it; what callers send need not be one, and one with `//` in front names a host. */
function toUriPath(path: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(path) || !URL.canParse(`http://host${path}`)) return undefined
  const { pathname } = new URL(`http://host${path}`)
  return pathname.startsWith('//') ? undefined : pathname
}
