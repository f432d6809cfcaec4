import cors from '@koa/cors'
import Koa, { type Middleware } from 'koa'
import type { Contract } from '../contract/load-contract.js'
import { Problem } from '../problem/problem.js'
import { silentLogger, type Logger } from '../telemetry/log.js'
import { accessLog } from './access-log.js'
import type { ExchangeState } from './exchange.js'
import { openapiMiddleware, type OpenapiMiddlewareOptions } from './openapi-middleware.js'
import { originForm } from './origin-form.js'
import { operationalRoutes, type OperationalRoutesOptions } from './operational-routes.js'
import { overload, type OverloadOptions } from './overload.js'
import { probes, type ProbesOptions } from './probes.js'
import { problems } from './problems.js'
import { requestId } from './request-id.js'
import { securityHeaders, type SecurityHeadersOptions } from './security-headers.js'

export interface CreateAppOptions
  extends
    OpenapiMiddlewareOptions,
    OperationalRoutesOptions,
    ProbesOptions,
    SecurityHeadersOptions,
    OverloadOptions {
  /** Web origins that browsers may call from. Default: none, CORS is off. */
  readonly corsOrigins?: readonly string[]
}

/**
 * The Koa application that serves a document. Throws `ContractError` where handlers or authenticators do not fit it. A
 * request goes through the list below, then through find operation, authorize, read body, validate, call, reply.
 */
export function createApp(options: CreateAppOptions): Koa<ExchangeState> {
  const { logger = silentLogger, corsOrigins = [] } = options
  const app = new Koa<ExchangeState>()
  const way: readonly Middleware<ExchangeState>[] = [
    originForm(),
    requestId(),
    accessLog(logger),
    securityHeaders(options),
    ...(corsOrigins.length > 0 ? [crossOrigin(corsOrigins, methodsOf(options.contract))] : []),
    problems(),
    probes(options),
    overload(options),
    openapiMiddleware(options),
    operationalRoutes(options),
    notFound,
  ]
  for (const middleware of way) app.use(middleware)
  app.on('error', logAppError(logger))
  return app
}

/** An origin that is not listed gets no CORS header at all; none is ever reflected unseen. */
function crossOrigin(origins: readonly string[], methods: readonly string[]): Middleware {
  const listed = new Set(origins)
  return cors({
    origin: (ctx) => {
      const origin = ctx.get('Origin')
      return listed.has(origin) ? origin : ''
    },
    allowMethods: methods.join(','),
    exposeHeaders: ['DPoP-Nonce', 'ETag', 'Location', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
    maxAge: 600,
    keepHeadersOnError: false,
  })
}

/** GET also serves what is published beside the document. */
function methodsOf({ operations }: Contract): readonly string[] {
  return [...new Set(['GET', 'HEAD', ...[...operations.values()].map(({ method }) => method)])]
}

const notFound: Middleware = function notFound() {
  throw new Problem('not-found', { detail: 'The document declares no such path.' })
}

/** Koa reports here what breaks after an answer has begun, such as a stream that fails. */
function logAppError(logger: Logger): (error: unknown) => void {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return
    logger.error({ err: error }, 'response failed')
  }
}
