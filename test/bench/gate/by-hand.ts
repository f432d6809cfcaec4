import Router from '@koa/router'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import Koa, { type Context } from 'koa'
import { bundledDocument } from '../../support/example-requests.js'
import { item, page, reservation } from './exchanges.js'

/* The same three operations by hand, with Koa, @koa/router and Ajv: what one would write without the gate. */

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
  app.use((ctx, next) => {
    if (ctx.get('Authorization') === '') ctx.throw(401)
    return next()
  })
  app.use(router.routes())
  return app
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
