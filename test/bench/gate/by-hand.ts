import { randomUUID } from 'node:crypto'
import Router from '@koa/router'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import Koa, { type Context, type Middleware } from 'koa'
import { pino } from 'pino'
import { bundledDocument } from '../../support/example-requests.js'
import { item, page, reservation } from './exchanges.js'
import { logDestination } from './log-destination.js'

/*
 * The same three operations by hand, with Koa, @koa/router, Ajv and pino: what one would write without the gate, and the same
 * duties beside: a request id, a line in the log, header fields for browsers, problem details where something fails.
 */

interface Components {
  readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>>
  readonly parameters: Readonly<Record<string, { readonly name: string; readonly schema: object }>>
}

const { schemas, parameters } = bundledDocument['components'] as Components

const ajvOptions = { strict: false, useDefaults: true, ownProperties: true, allErrors: true }
const bodies = addFormats.default(new Ajv2020(ajvOptions))
const texts = addFormats.default(new Ajv2020({ ...ajvOptions, coerceTypes: 'array' }))
for (const ajv of [bodies, texts]) ajv.addSchema({ $id: 'document', components: { schemas } })

const inDocument = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object

const closed = (required: readonly string[], properties: object): object =>
  inDocument({ type: 'object', additionalProperties: false, required, properties })

const parameter = (...names: readonly string[]): object =>
  Object.fromEntries(names.map((name) => [parameters[name]?.name, parameters[name]?.schema]))

const without = (name: string, ...members: readonly string[]): object =>
  Object.fromEntries(
    Object.entries(schemas[name]?.properties ?? {}).filter(([key]) => !members.includes(key)),
  )

const isListQuery = texts.compile(
  closed([], parameter('PageLimit', 'PageCursor', 'TagFilter', 'ItemSearch', 'ItemSort')),
)
const isItemPath = texts.compile(closed(['sku'], parameter('ItemSku')))
const isKeyHeader = texts.compile(
  inDocument({
    type: 'object',
    required: ['idempotency-key'],
    properties: { 'idempotency-key': parameters['IdempotencyKey']?.schema },
  }),
)
const isReservation = bodies.compile(
  closed(['lines'], without('Reservation', 'id', 'status', 'createdAt', 'expiresAt')),
)
const isItemReply = bodies.compile(inDocument({ $ref: '#/components/schemas/Item' }))
const isPageReply = bodies.compile(inDocument({ $ref: '#/components/schemas/ItemPage' }))
const isReservationReply = bodies.compile(
  closed(['id', 'status', 'lines', 'createdAt', 'expiresAt'], without('Reservation', 'expiresInSeconds')),
)

export function createAppByHand(): Koa {
  const router = new Router()
  router.get('/v1/items', (ctx) => {
    assertFits(ctx, isListQuery, { ...ctx.query })
    reply(ctx, 200, isPageReply, page)
  })
  router.get('/v1/items/:sku', (ctx) => {
    assertFits(ctx, isItemPath, ctx['params'])
    ctx.set('ETag', '"7"')
    reply(ctx, 200, isItemReply, item)
  })
  router.post('/v1/reservations', async (ctx) => {
    assertFits(ctx, isKeyHeader, ctx.headers)
    assertFits(ctx, isReservation, JSON.parse(await readText(ctx)))
    ctx.set('Location', `/v1/reservations/${reservation.id}`)
    reply(ctx, 201, isReservationReply, reservation)
  })
  const app = new Koa()
  app.use(identify)
  app.use(accessLog())
  app.use(protect)
  app.use(tellProblems)
  app.use(authorize)
  app.use(router.routes())
  return app
}

const identify: Middleware = (ctx, next) => {
  const id = ctx.get('X-Request-Id') || randomUUID()
  ctx.state['requestId'] = id
  ctx.set('X-Request-Id', id)
  return next()
}

function accessLog(): Middleware {
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, logDestination())
  return (ctx, next) => {
    const startedAt = performance.now()
    ctx.res.once('close', () => {
      logger.info(
        {
          requestId: ctx.state['requestId'] as unknown,
          method: ctx.method,
          path: ctx['_matchedRoute'] as unknown,
          status: ctx.status,
          durationMs: performance.now() - startedAt,
          clientId: ctx.state['clientId'] as unknown,
        },
        'request',
      )
    })
    return next()
  }
}

const protect: Middleware = (ctx, next) => {
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  ctx.set('Referrer-Policy', 'no-referrer')
  return next()
}

const tellProblems: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    const status = (error as { readonly status?: number }).status ?? 500
    ctx.status = status
    ctx.type = 'application/problem+json'
    ctx.body = JSON.stringify({ status, detail: status < 500 ? (error as Error).message : undefined })
  }
}

const authorize: Middleware = (ctx, next) => {
  if (ctx.get('Authorization') === '') ctx.throw(401)
  ctx.state['clientId'] = 'shop'
  ctx.set('Cache-Control', 'no-store')
  return next()
}

function assertFits(ctx: Context, validate: ValidateFunction, value: unknown): void {
  if (!validate(value)) ctx.throw(400, JSON.stringify(validate.errors))
}

function reply(ctx: Context, status: number, validate: ValidateFunction, body: unknown): void {
  if (!validate(body)) ctx.throw(500)
  ctx.status = status
  ctx.body = body
}

async function readText(ctx: Context): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of ctx.req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
