import type { Context, Middleware } from 'koa'
import { compileAuthorization, type Authorization, type Authorize } from '../auth/authorize.js'
import type { AnyHandler } from '../contract/handler.js'
import type { Contract } from '../contract/load-contract.js'
import type { DecodedInput, Operation } from '../contract/operations/operation.js'
import type { Principal } from '../contract/principal.js'
import { MalformedEncodingError } from '../contract/parameters/query-string.js'
import { Problem } from '../problem/problem.js'
import { silentLogger, type Logger } from '../telemetry/log.js'
import type { ExchangeState } from './exchange.js'
import { problems } from './problems.js'
import { splitTarget, toRawParts } from './raw-parts.js'
import { readBody, resolveBodyOptions, type BodyOptions } from './read-body.js'
import { sendReply, type ReplyValidation } from './send-reply.js'
import { assertWired, type AuthenticatorMap, type HandlerMap } from './wiring.js'

export interface OpenapiMiddlewareOptions extends BodyOptions {
  /** What `loadContract` made of the document. */
  readonly contract: Contract
  /** One handler per operation, by operationId (`GET /path` where there is none). None missing, none beside. */
  readonly handlers: HandlerMap
  /** One authenticator per security scheme in use, by the scheme's name. */
  readonly authenticators: AuthenticatorMap
  /** Path in front of the document's paths, e.g. `/api`. `servers` of the document never route. Default: none. */
  readonly basePath?: string
  /** Replies outside the document: `'enforce'` makes them a 500, `'report'` logs them, `'off'` lets them. Default: `'enforce'`. */
  readonly validateReplies?: ReplyValidation
  /** Query parameters that the operation does not declare. Default: `'refuse'`, with 400. */
  readonly unknownQueryParameters?: 'refuse' | 'allow'
  /** Most query parameters in one request. Default: 1,000. */
  readonly parameterLimit?: number
  /** Default: silent. */
  readonly logger?: Logger
}

const defaultParameterLimit = 1_000

interface Served {
  readonly authorize: Authorize
  readonly handler: AnyHandler
}

/**
 * Serves the operations of a document in a Koa application; requests for other paths go on to the next middleware.
 * Throws `ContractError` where handlers or authenticators do not fit the document.
 */
export function openapiMiddleware(options: OpenapiMiddlewareOptions): Middleware<ExchangeState> {
  const { contract, handlers, authenticators, logger = silentLogger } = options
  const { parameterLimit = defaultParameterLimit, unknownQueryParameters = 'refuse' } = options
  const bodyOptions = resolveBodyOptions(options)
  const base = (options.basePath ?? '').replace(/\/$/, '')
  const reply = { validateReplies: options.validateReplies ?? 'enforce', logger }
  assertWired(contract, handlers, authenticators)
  const schemes = Object.fromEntries(contract.securitySchemes)
  const served = new Map<Operation, Served>()
  for (const operation of contract.operations.values()) {
    const { key, security, senderConstraints } = operation
    const authorize = compileAuthorization({
      operation: key,
      requirements: security,
      schemes,
      authenticators,
      senderConstraints,
    })
    served.set(operation, { authorize, handler: handlers[key] as AnyHandler })
  }
  // A boundary of its own, because the application around it may be somebody else's.
  const boundary = problems()

  return async function openapi(ctx, next): Promise<void> {
    const target = splitTarget(ctx.req.url ?? '/')
    const path = withoutBase(target.path, base)
    const found = path === undefined ? undefined : contract.find(ctx.method, path)
    if (!found || found.kind === 'no-path') {
      await next()
      return
    }
    await boundary(ctx, async () => {
      switch (found.kind) {
        case 'malformed':
          throw new Problem('malformed-request', { detail: `The path cannot be read: ${found.detail}.` })
        case 'no-method':
          answerOtherMethod(ctx, found.allow)
          return
        case 'operation': {
          const { operation, rawParameters } = found
          const { authorize, handler } = served.get(operation) as Served
          ctx.state.operation = operation
          const pending = authorize(ctx.req)
          // Most answers are at hand, and each wait is a turn.
          const authorization = pending instanceof Promise ? await pending : pending
          const principal = admit(ctx, operation, authorization, logger)
          assertAcceptable(ctx, operation)
          const input = await readInput(ctx, operation, rawParameters, target.query)
          await sendReply(ctx, operation, await handler(input, principal), reply)
        }
      }
    })
  }

  async function readInput(
    ctx: Context,
    operation: Operation,
    rawParameters: Readonly<Record<string, string>>,
    query: string,
  ): Promise<DecodedInput> {
    const parts = toParts(ctx, rawParameters, query)
    if (parts.query.length > parameterLimit) {
      throw new Problem('malformed-request', {
        detail: `A request may have at most ${parameterLimit} query parameters.`,
      })
    }
    const { decoded, violations } = operation.parameters.decode(
      parts,
      unknownQueryParameters,
      bodyOptions.limits,
    )
    const body = operation.requestBody
      ? await readBody(ctx.req, ctx.res, operation.requestBody, bodyOptions)
      : { value: undefined, violations: [] }
    if (violations.length > 0 || body.violations.length > 0) {
      const errors = [...violations, ...body.violations].slice(0, Math.max(1, bodyOptions.limits.violations))
      throw new Problem('invalid-request', { errors })
    }
    return { ...decoded, body: body.value }
  }
}

/** Throws the problem of a refusal. */
function admit(
  ctx: Context & { state: ExchangeState },
  operation: Operation,
  authorization: Authorization,
  logger: Logger,
): Principal | undefined {
  ctx.state.decision = authorization.log
  const line = { requestId: ctx.state.requestId, ...authorization.log }
  if (!authorization.ok) {
    // In an application without an access log this line is all there is.
    logger[ctx.state.hasAccessLog === true ? 'debug' : 'info'](line, 'refused')
    throw authorization.problem
  }
  logger.debug(line, 'authorized')
  if (operation.security.length > 0) ctx.set('Cache-Control', 'no-store')
  if (authorization.headers) ctx.set(authorization.headers)
  if (authorization.principal) ctx.state.principal = authorization.principal
  return authorization.principal
}

/** RFC 9110 section 15.5.7. Problems are sent whatever is accepted. */
function assertAcceptable(ctx: Context, { replies }: Operation): void {
  const { accept } = ctx.req.headers
  if (accept === undefined || replies.isAcceptable(accept)) return
  throw new Problem('not-acceptable', { detail: `The answer can be ${replies.mediaTypes.join(' or ')}.` })
}

/** RFC 9110 sections 9.3.7 and 15.5.6: both answers name the methods that there are. */
function answerOtherMethod(ctx: Context, allow: readonly string[]): void {
  const headers = { Allow: allow.join(', ') }
  if (ctx.method !== 'OPTIONS') {
    throw new Problem('method-not-allowed', { detail: `${ctx.method} is not offered here.`, headers })
  }
  ctx.set(headers)
  ctx.status = 204
}

function toParts(
  ctx: Context,
  rawParameters: Readonly<Record<string, string>>,
  query: string,
): ReturnType<typeof toRawParts> {
  try {
    return toRawParts(ctx.req, rawParameters, query)
  } catch (error) {
    if (!(error instanceof MalformedEncodingError)) throw error
    throw new Problem('malformed-request', {
      detail: `The query cannot be read: ${error.message}.`,
      cause: error,
    })
  }
}

/** `base` has no slash at its end. `undefined` where the path is not below it. */
function withoutBase(path: string, base: string): string | undefined {
  if (base === '') return path
  if (path === base) return '/'
  return path.startsWith(`${base}/`) ? path.slice(base.length) : undefined
}
