import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnyReply } from '../../../../src/contract/handler.js'
import type { Principal } from '../../../../src/contract/principal.js'
import { toEntityTag } from '../../../../src/inventory/etag.js'
import {
  createInventoryHandlers,
  type InventoryHandlers,
} from '../../../../src/inventory/handlers/inventory-handlers.js'
import { inventoryMigrations } from '../../../../src/inventory/migrations.js'
import { openStore } from '../../../../src/store/store.js'
import { emptyTables, openTestStore, testServerUrl, type TestStore } from '../../../support/database.js'
import { letTimePass, stockItem } from '../../../support/inventory.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
let handlers: InventoryHandlers
beforeAll(async () => {
  store = await openTestStore([inventoryMigrations])
  handlers = createInventoryHandlers({ db: store.db })
})
beforeEach(async () => {
  await emptyTables(store.db)
  await stockItem(store.db, 'NUT', 10)
})
afterAll(() => store.close())

/** Whoever the operation wants: the gate has checked scopes before a handler is called. */
const caller = (clientId = 'shop'): Principal<never> => ({
  issuer: 'https://issuer.test',
  clientId,
  scopes: [],
})
const none = { params: {}, query: {}, headers: {}, cookies: {}, body: undefined } as const
const item = (sku: string) => ({ ...none, params: { sku } })
const problem = (name: string, rest: object = {}) =>
  expect.objectContaining({ name: 'Problem', code: `urn:problem-type:${name}`, ...rest })

const get = (ifNoneMatch?: string) =>
  handlers.getItem(
    { ...item('NUT'), headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch } },
    caller(),
  )
const patch = (name: string, ifMatch?: string, sku = 'NUT') =>
  handlers.updateItem(
    { ...item(sku), headers: ifMatch === undefined ? {} : { 'if-match': ifMatch }, body: { name } },
    caller(),
  )
const remove = (ifMatch?: string, sku = 'NUT') =>
  handlers.deleteItem(
    { ...item(sku), headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } },
    caller(),
  )
const adjust = (delta: number, key: string, sku = 'NUT', by = 'shop') =>
  handlers.adjustStock(
    { ...item(sku), headers: { 'idempotency-key': key }, body: { delta, reason: 'counted' } },
    caller(by),
  )
const reserve = (quantity: number, key: string, by = 'shop', expiresInSeconds = 900) =>
  handlers.createReservation(
    {
      ...none,
      headers: { 'idempotency-key': key },
      body: { lines: [{ sku: 'NUT', quantity }], expiresInSeconds },
    },
    caller(by),
  )
const entityTagOf = ({ headers }: AnyReply): string => (headers as { ETag: string }).ETag
const currentTag = async (): Promise<string> => entityTagOf(await get())

describe('createItem', () => {
  it('answers 201 with where the item is and its entity tag', async () => {
    const reply = await handlers.createItem(
      { ...none, body: { sku: 'B.1_x-', name: 'Bolt', tags: [] } },
      caller(),
    )
    expect(reply).toMatchObject({
      status: 201,
      headers: { Location: '/v1/items/B.1_x-' },
      body: { sku: 'B.1_x-' },
    })
    expect(reply).toMatchObject({ headers: { ETag: toEntityTag('body' in reply ? reply.body : '') } })
  })

  it('throws sku-exists for a second one', async () => {
    await expect(
      handlers.createItem({ ...none, body: { sku: 'NUT', name: 'Nut', tags: [] } }, caller()),
    ).rejects.toEqual(problem('inventory:sku-exists', { status: 409 }))
  })
})

describe('getItem', () => {
  it('answers 304 without a body while the item is the one that If-None-Match names', async () => {
    const entityTag = await currentTag()
    for (const known of [entityTag, `W/${entityTag}`, `"x", ${entityTag}`, '*']) {
      expect(await get(known)).toEqual({ status: 304, headers: { ETag: entityTag } })
    }
    expect(await get('"x"')).toMatchObject({ status: 200, body: { sku: 'NUT' } })
  })

  it('answers 200 again after anything in the reply has changed, by whatever cause', async () => {
    const seen = [await currentTag()]
    const changes: readonly (() => unknown)[] = [
      () => patch('Wing nut', '*'),
      () => adjust(5, 'k'),
      () => reserve(2, 'k', 'shop', 60),
      () => letTimePass(store.db, 60),
      () =>
        handlers.importItems(
          { ...none, body: lines([{ sku: 'NUT', name: 'Wing nut', onHand: 15, tags: ['a'] }]) },
          caller(),
        ),
    ]
    for (const change of changes) {
      const before = seen.at(-1) ?? ''
      await change()
      expect(await get(before)).toMatchObject({ status: 200 })
      seen.push(await currentTag())
    }
  })

  it('throws not-found, whatever If-None-Match says', async () => {
    await expect(
      handlers.getItem({ ...item('NONE'), headers: { 'if-none-match': '*' } }, caller()),
    ).rejects.toEqual(problem('gatehouse:not-found', { status: 404 }))
  })
})

describe('a conditional change', () => {
  const changes = [
    { operation: 'updateItem', change: (ifMatch?: string, sku?: string) => patch('Other', ifMatch, sku) },
    { operation: 'deleteItem', change: remove },
  ]
  it.each(changes)('$operation throws precondition-required without If-Match', async ({ change }) => {
    await expect(change()).rejects.toEqual(problem('gatehouse:precondition-required', { status: 428 }))
    expect(await get()).toMatchObject({ body: { name: 'Item NUT' } })
  })

  it.each(changes)('$operation throws precondition-failed for any other or weak tag', async ({ change }) => {
    const entityTag = await currentTag()
    for (const ifMatch of ['"x"', `W/${entityTag}`, '"x", "y"']) {
      await expect(change(ifMatch)).rejects.toEqual(problem('gatehouse:precondition-failed', { status: 412 }))
    }
    expect(await currentTag()).toBe(entityTag)
  })

  it.each(changes)('$operation throws not-found before it looks at the condition', async ({ change }) => {
    for (const ifMatch of [undefined, '*', '"x"']) {
      await expect(change(ifMatch, 'NONE')).rejects.toEqual(problem('gatehouse:not-found'))
    }
  })

  it.each(changes)('$operation is done when one of the tags matches', async ({ change }) => {
    expect((await change(`"x", ${await currentTag()}`)).status).toBeLessThan(300)
  })

  it.each(changes)('$operation is done for any version with *', async ({ change }) => {
    expect((await change('*')).status).toBeLessThan(300)
  })

  it('updateItem answers with the new entity tag, which the next change may name', async () => {
    const first = await patch('One', await currentTag())
    const second = await patch('Two', entityTagOf(first))
    expect(second).toMatchObject({ status: 200, body: { name: 'Two' } })
    await expect(patch('Three', entityTagOf(first))).rejects.toEqual(problem('gatehouse:precondition-failed'))
    expect(await currentTag()).toBe(entityTagOf(second))
  })

  it('is done for one of two who saw the same version', async () => {
    const entityTag = await currentTag()
    const both = await Promise.allSettled([patch('One', entityTag), patch('Two', entityTag)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('deleteItem answers 204, and refuses what is reserved with 409', async () => {
    await reserve(1, 'k')
    await expect(remove('*')).rejects.toEqual(problem('inventory:stock-in-use', { status: 409 }))
    await letTimePass(store.db, 900)
    expect(await remove('*')).toEqual({ status: 204 })
  })
})

describe('listItems', () => {
  it('has pages of twenty, in order of SKU, unless told otherwise', async () => {
    await handlers.importItems(
      {
        ...none,
        body: lines(
          Array.from({ length: 21 }, (_, index) => ({ sku: `A${index}`, name: 'a', onHand: 0, tags: [] })),
        ),
      },
      caller(),
    )
    const reply = await handlers.listItems(none, caller())
    expect(reply.status === 200 && reply.body.items.length).toBe(20)
    const next = await handlers.listItems(
      { ...none, query: { cursor: (reply.status === 200 && reply.body.nextCursor) || '' } },
      caller(),
    )
    expect(next).toMatchObject({ body: { items: [{ sku: 'A9' }, { sku: 'NUT' }] } })
  })

  it('passes every filter on', async () => {
    await handlers.createItem({ ...none, body: { sku: 'BOLT', name: 'Bolt', tags: ['steel'] } }, caller())
    const found = async (query: object) => {
      const reply = await handlers.listItems({ ...none, query }, caller())
      return reply.status === 200 && reply.body.items.map(({ sku }) => sku)
    }
    expect(await found({ sort: '-sku' })).toEqual(['NUT', 'BOLT'])
    expect(await found({ tag: ['steel'] })).toEqual(['BOLT'])
    expect(await found({ q: 'nut' })).toEqual(['NUT'])
    expect(await found({ limit: 1 })).toEqual(['BOLT'])
  })
})

describe.each([
  {
    operation: 'adjustStock',
    send: (amount: number, key: string, by?: string) => adjust(amount, key, 'NUT', by),
  },
  {
    operation: 'createReservation',
    send: (amount: number, key: string, by?: string) => reserve(amount, key, by),
  },
])('$operation with an idempotency key', ({ send }) => {
  const state = async () => {
    const reply = await get()
    return reply.status === 200 && [reply.body.onHand, reply.body.reserved]
  }

  it('has its effect once, and answers the same again', async () => {
    const first = await send(2, 'key')
    const after = await state()
    expect(first.status).toBe(201)
    expect(await send(2, 'key')).toEqual(first)
    expect(await state()).toEqual(after)
  })

  it('throws idempotency-key-reused for another request', async () => {
    await send(2, 'key')
    const after = await state()
    await expect(send(3, 'key')).rejects.toEqual(problem('gatehouse:idempotency-key-reused', { status: 422 }))
    expect(await state()).toEqual(after)
  })

  it('keeps the keys of clients apart', async () => {
    const first = await send(2, 'key')
    expect(await send(2, 'key', 'other')).not.toEqual(first)
  })

  it.skipIf(testServerUrl === undefined)(
    'has one effect of many at once; the others are told to try again',
    async () => {
      const all = await Promise.allSettled(Array.from({ length: 10 }, async () => send(2, 'key')))
      const after = await state()
      for (const one of all) {
        if (one.status === 'rejected') {
          expect(one.reason).toEqual(
            problem('gatehouse:idempotency-key-in-flight', { status: 409, headers: { 'Retry-After': '1' } }),
          )
        }
      }
      await send(2, 'key')
      expect(await state()).toEqual(after)
    },
  )
})

describe('adjustStock', () => {
  it('answers 201 with the adjustment, made by the caller', async () => {
    expect(await adjust(-3, 'key')).toMatchObject({
      status: 201,
      body: { sku: 'NUT', delta: -3, onHand: 7, createdBy: 'shop' },
    })
  })

  it('with one key for two items is two requests', async () => {
    await stockItem(store.db, 'BOLT', 0)
    await adjust(1, 'key')
    await expect(adjust(1, 'key', 'BOLT')).rejects.toEqual(problem('gatehouse:idempotency-key-reused'))
  })

  it('throws not-found and stock-in-use, and the key may be used again', async () => {
    await expect(adjust(1, 'key', 'NONE')).rejects.toEqual(problem('gatehouse:not-found', { status: 404 }))
    await expect(adjust(-11, 'key')).rejects.toEqual(problem('inventory:stock-in-use', { status: 409 }))
    expect(await adjust(-10, 'key')).toMatchObject({ status: 201, body: { onHand: 0 } })
  })

  it('is listed by listAdjustments, newest first, in pages', async () => {
    await adjust(1, 'a')
    await adjust(2, 'b')
    const first = await handlers.listAdjustments({ ...item('NUT'), query: { limit: 2 } }, caller())
    expect(first).toMatchObject({ status: 200, body: { items: [{ delta: 2 }, { delta: 1 }] } })
    const cursor = (first.status === 200 && first.body.nextCursor) || ''
    expect(await handlers.listAdjustments({ ...item('NUT'), query: { cursor } }, caller())).toMatchObject({
      body: { items: [{ delta: 10 }] },
    })
  })
})

describe('reservations', () => {
  const read = (id: string, by = 'shop') =>
    handlers.getReservation({ ...none, params: { reservationId: id } }, caller(by))
  const close = (outcome: 'confirm' | 'release', id: string, by = 'shop') =>
    handlers[`${outcome}Reservation`]({ ...none, params: { reservationId: id } }, caller(by))
  const idOf = (reply: Awaited<ReturnType<typeof reserve>>): string =>
    reply.status === 201 ? reply.body.id : ''

  it('are made with 201, where they are, and for as long as asked', async () => {
    const reply = await reserve(2, 'key', 'shop', 60)
    const id = idOf(reply)
    expect(reply).toMatchObject({
      status: 201,
      headers: { Location: `/v1/reservations/${id}` },
      body: { status: 'held' },
    })
    const { createdAt, expiresAt } = reply.status === 201 ? reply.body : { createdAt: '', expiresAt: '' }
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(60_000)
    expect(await read(id)).toMatchObject({ status: 200, body: { id } })
    expect(await handlers.listReservations(none, caller())).toMatchObject({
      status: 200,
      body: { items: [{ id }] },
    })
  })

  it('are made anew with the same key after they were refused', async () => {
    await expect(reserve(11, 'key')).rejects.toEqual(
      problem('inventory:insufficient-stock', {
        status: 409,
        extensions: { shortfalls: [{ sku: 'NUT', requested: 11, available: 10 }] },
      }),
    )
    await adjust(1, 'more')
    expect(await reserve(11, 'key')).toMatchObject({ status: 201 })
  })

  it('are confirmed and released with 200, again too, but not one after the other', async () => {
    const confirmed = idOf(await reserve(2, 'a'))
    const released = idOf(await reserve(2, 'b'))
    for (let round = 0; round < 2; round += 1) {
      expect(await close('confirm', confirmed)).toMatchObject({ status: 200, body: { status: 'confirmed' } })
      expect(await close('release', released)).toMatchObject({ status: 200, body: { status: 'released' } })
    }
    await expect(close('release', confirmed)).rejects.toEqual(
      problem('inventory:reservation-closed', { status: 409 }),
    )
    await expect(close('confirm', released)).rejects.toEqual(
      problem('inventory:reservation-closed', { status: 409 }),
    )
    const { body } = (await handlers.listReservations(
      { ...none, query: { status: 'confirmed', limit: 1 } },
      caller(),
    )) as {
      body: { items: readonly { id: string }[] }
    }
    expect(body.items.map(({ id }) => id)).toEqual([confirmed])
  })

  it('of another client are not found', async () => {
    const id = idOf(await reserve(2, 'a'))
    const attempts = [
      async () => read(id, 'other'),
      async () => close('confirm', id, 'other'),
      async () => close('release', id, 'other'),
    ]
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toEqual(problem('gatehouse:not-found', { status: 404 }))
    }
    expect(await handlers.listReservations(none, caller('other'))).toEqual({
      status: 200,
      body: { items: [] },
    })
  })

  it('are named by the given source of ids', async () => {
    const id = '5f0c1c1e-0d8b-4c55-9d0f-6a1d1f0b8f5e'
    const named = createInventoryHandlers({ db: store.db, randomId: () => id })
    const body = { lines: [{ sku: 'NUT', quantity: 1 }], expiresInSeconds: 60 }
    expect(
      await named.createReservation({ ...none, headers: { 'idempotency-key': 'key' }, body }, caller()),
    ).toMatchObject({ body: { id } })
  })
})

describe('importItems and exportItems', () => {
  it('give back what they took', async () => {
    const taken = [
      { sku: 'A', name: 'a', onHand: 1, tags: [] },
      { sku: 'NUT', name: 'Wing nut', description: 'Zinc', onHand: 3, tags: ['steel'] },
    ]
    expect(await handlers.importItems({ ...none, body: lines(taken) }, caller())).toEqual({
      status: 200,
      body: { created: 1, updated: 1 },
    })
    const reply = await handlers.exportItems(none, caller())
    const given: unknown[] = []
    if (reply.status === 200) for await (const line of reply.body) given.push(line)
    expect(given).toMatchObject(taken)
  })

  it('throw duplicate-sku', async () => {
    const twice = { sku: 'A', name: 'a', onHand: 1, tags: [] }
    await expect(handlers.importItems({ ...none, body: lines([twice, twice]) }, caller())).rejects.toEqual(
      problem('inventory:duplicate-sku', { status: 422, extensions: { skus: ['A'] } }),
    )
  })
})

describe('a database that cannot serve', () => {
  it('is a service-unavailable problem of every operation, that says when to try again', async () => {
    const closed = await openTestStore([inventoryMigrations])
    const broken = createInventoryHandlers({ db: closed.db })
    await closed.close()
    const key = { 'idempotency-key': 'k' }
    const id = { reservationId: '5f0c1c1e-0d8b-4c55-9d0f-6a1d1f0b8f5e' }
    const attempts = [
      async () => broken.listItems(none, caller()),
      async () => broken.getItem(item('NUT'), caller()),
      async () =>
        broken.adjustStock({ ...item('NUT'), headers: key, body: { delta: 1, reason: 'other' } }, caller()),
      async () => broken.confirmReservation({ ...none, params: id }, caller()),
      async () => broken.exportItems(none, caller()),
    ]
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toEqual(
        problem('gatehouse:service-unavailable', { status: 503, headers: { 'Retry-After': '1' } }),
      )
    }
  })

  it.skipIf(testServerUrl === undefined)(
    'is one when a statement runs into its limit, and a mistake is not',
    async () => {
      const impatient = await openStore({ databaseUrl: store.databaseUrl ?? '', statementTimeoutMs: 100 })
      const slow = createInventoryHandlers({ db: impatient.db })
      await store.db.transaction(async (tx) => {
        await tx.execute(sql`lock table inventory.items`)
        await expect(slow.getItem(item('NUT'), caller())).rejects.toEqual(
          problem('gatehouse:service-unavailable'),
        )
      })
      await store.db.execute(sql`alter table inventory.items rename to hidden`)
      await expect(slow.getItem(item('NUT'), caller())).rejects.toMatchObject({ cause: { code: '42P01' } })
      await store.db.execute(sql`alter table inventory.hidden rename to items`)
      await impatient.close()
    },
  )
})

async function* lines<T>(of: readonly T[]): AsyncGenerator<T> {
  yield* of
}
