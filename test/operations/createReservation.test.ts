import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyTables, testServerUrl } from '../support/database.js'
import { letTimePass, stockItem } from '../support/inventory.js'
import { openTestService, type Call, type Reply, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(async () => {
  await emptyTables(service.db)
  await stockItem(service.db, 'BOLT', 10)
  await stockItem(service.db, 'NUT', 5)
})
afterAll(() => service.close())

interface Line {
  readonly sku: string
  readonly quantity: number
}
const reserve = (lines: readonly Line[], call: Call = {}): Promise<Reply> =>
  service.call('createReservation', { body: { lines }, ...call })
const bolts = (quantity: number): readonly Line[] => [{ sku: 'BOLT', quantity }]
const stock = async (sku: string) => (await service.call('getItem', { params: { sku } })).body
const count = async (): Promise<number> => (await service.call('listReservations')).body.items.length

describe('201', () => {
  it('holds the pieces of all lines for fifteen minutes, and answers with the reservation', async () => {
    const lines = [
      { sku: 'NUT', quantity: 2 },
      { sku: 'BOLT', quantity: 4 },
    ]
    const { status, headers, body } = await reserve(lines)
    expect(status).toBe(201)
    const { id, createdAt, expiresAt, ...rest } = body
    expect(rest).toEqual({ status: 'held', lines })
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(900_000)
    expect(headers['location']).toBe(`/v1/reservations/${id}`)
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 4, available: 6 })
    expect(await stock('NUT')).toMatchObject({ onHand: 5, reserved: 2, available: 3 })
    const found = await service.call('getReservation', { params: { reservationId: id } })
    expect(found.body).toEqual(body)
  })

  it('keeps the reference, and holds for as long as asked', async () => {
    const { body } = await service.call('createReservation', {
      body: { lines: bolts(1), reference: 'Größe "8" \\ 🔩', expiresInSeconds: 86_400 },
    })
    expect(body.reference).toBe('Größe "8" \\ 🔩')
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(86_400_000)
    expect(body).not.toHaveProperty('expiresInSeconds')
  })

  it('reserves the last piece', async () => {
    await reserve(bolts(9))
    expect((await reserve(bolts(1))).status).toBe(201)
    expect((await stock('BOLT')).available).toBe(0)
  })

  it('takes fifty lines', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => ({ sku: `ITEM-${index}`, quantity: 1 }))
    await service.call('importItems', {
      body: lines.map(({ sku }) => ({ sku, name: sku, onHand: 1 })),
    })
    const { status, body } = await reserve(lines)
    expect([status, body.lines]).toEqual([201, lines])
  })

  it('gives lapsed pieces to whoever asks next, and each piece to one client', async () => {
    const first = await reserve(bolts(10))
    expect((await reserve(bolts(1), { clientId: 'other' })).status).toBe(409)
    await letTimePass(service.db, 900)
    expect((await reserve(bolts(10), { clientId: 'other' })).status).toBe(201)
    const late = await service.call('confirmReservation', { params: { reservationId: first.body.id } })
    expect(late.status).toBe(409)
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 10 })
  })
})

describe('201, with an Idempotency-Key,', () => {
  const order: Call = {
    idempotencyKey: 'order-0815',
    body: { lines: bolts(4), reference: 'order-0815', expiresInSeconds: 300 },
  }
  const send = (change: Call = {}): Promise<Reply> =>
    service.call('createReservation', { ...order, ...change })

  it('answers a repetition with the very reply of the first time, and reserves once', async () => {
    const first = await send()
    const again = await send()
    expect(again.status).toBe(first.status)
    expect(again.text).toBe(first.text)
    const { date: _date, 'x-request-id': _requestId, ...headers } = first.headers
    expect(again.headers).toMatchObject(headers)
    expect(Object.keys(again.headers).sort()).toEqual(Object.keys(first.headers).sort())
    expect((await stock('BOLT')).reserved).toBe(4)
    expect(await count()).toBe(1)
  })

  it('answers so whatever became of the reservation since', async () => {
    const first = await send()
    await service.call('confirmReservation', { params: { reservationId: first.body.id } })
    expect((await send()).text).toBe(first.text)
    expect(await stock('BOLT')).toMatchObject({ onHand: 6, reserved: 0 })
  })

  it('answers so from every instance of the service', async () => {
    const second = await openTestService({ store: service.store, issuer: service.issuer })
    try {
      const first = await send()
      const again = await second.call('createReservation', order)
      expect([again.status, again.text]).toEqual([201, first.text])
    } finally {
      await second.close()
    }
  })

  it('knows the same request whatever its layout, its order of members and its defaults', async () => {
    const first = await send({ body: { lines: bolts(4) } })
    const again = await send({
      body: ` {"expiresInSeconds":900,\n"lines" : [{"quantity": 4, "sku": "BOLT"}] }`,
    })
    expect([again.status, again.text]).toEqual([201, first.text])
  })

  it('reserves again for another client and for another key', async () => {
    const body = { lines: bolts(3) }
    const replies = [
      await send({ body }),
      await send({ body, clientId: 'other' }),
      await send({ body, idempotencyKey: 'ORDER-0815' }),
    ]
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201])
    expect((await stock('BOLT')).reserved).toBe(9)
  })

  it('reserves again for a client of the same name at another issuer', async () => {
    const other = await openTestService({ store: service.store })
    try {
      const first = await send()
      const second = await other.call('createReservation', order)
      expect([first.status, second.status]).toEqual([201, 201])
      expect(second.body.id).not.toBe(first.body.id)
    } finally {
      await other.close()
    }
  })

  it('does not know keys of other operations', async () => {
    await service.call('adjustStock', {
      params: { sku: 'BOLT' },
      body: { delta: 1, reason: 'counted' },
      idempotencyKey: 'order-0815',
    })
    expect((await send()).status).toBe(201)
  })

  it('lets a request that was refused try again with its key', async () => {
    expect((await send({ body: { lines: bolts(11) } })).status).toBe(409)
    await service.call('adjustStock', { params: { sku: 'BOLT' }, body: { delta: 1, reason: 'counted' } })
    expect((await send({ body: { lines: bolts(11) } })).status).toBe(201)
  })

  it('reserves once for many repetitions at the same time', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => send()))
    const done = replies.filter(({ status }) => status === 201)
    const refused = replies.filter(({ status }) => status !== 201)
    expect(new Set(done.map(({ text }) => text)).size).toBe(1)
    for (const reply of refused) {
      expect(reply).toMatchObject({
        status: 409,
        body: { type: 'urn:problem-type:gatehouse:idempotency-key-in-flight' },
      })
    }
    expect(await count()).toBe(1)
    expect((await stock('BOLT')).reserved).toBe(4)
  })
})

describe('409', () => {
  const insufficient = { status: 409, body: { type: 'urn:problem-type:inventory:insufficient-stock' } }

  it('names every line that there is too little for, and reserves none', async () => {
    await stockItem(service.db, 'RING', 3)
    await reserve(bolts(8))
    const reply = await reserve([
      { sku: 'NUT', quantity: 6 },
      { sku: 'RING', quantity: 3 },
      { sku: 'BOLT', quantity: 3 },
    ])
    expect(reply).toMatchObject(insufficient)
    expect(reply.body.shortfalls).toEqual([
      { sku: 'NUT', requested: 6, available: 5 },
      { sku: 'BOLT', requested: 3, available: 2 },
    ])
    expect(reply.headers).not.toHaveProperty('retry-after')
    expect([await stock('RING'), await stock('NUT')]).toMatchObject([{ reserved: 0 }, { reserved: 0 }])
    expect(await count()).toBe(1)
  })

  it('has nothing to give of an item without stock', async () => {
    await service.call('createItem', { body: { sku: 'NEW', name: 'New' } })
    const { body } = await reserve([{ sku: 'NEW', quantity: 1 }])
    expect(body.shortfalls).toEqual([{ sku: 'NEW', requested: 1, available: 0 }])
  })

  it('gives ten pieces to ten of twenty who ask at the same time', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => reserve(bolts(1), { clientId: `client-${index}` })),
    )
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(10)
    const refused = replies.filter(({ status }) => status !== 201)
    expect(refused).toHaveLength(10)
    for (const reply of refused) expect(reply).toMatchObject(insufficient)
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 10, available: 0 })
  })

  it('lets nobody wait for ever who asks for the same items in another order at the same time', async () => {
    const lines = [
      { sku: 'BOLT', quantity: 1 },
      { sku: 'NUT', quantity: 1 },
    ]
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, index) => reserve(index % 2 === 0 ? lines : lines.toReversed())),
    )
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(7)
    expect([await stock('BOLT'), await stock('NUT')]).toMatchObject([{ reserved: 5 }, { reserved: 5 }])
  })

  it('tells a repetition that the first request is still being carried out', async ({ skip }) => {
    skip(testServerUrl === undefined, 'embedded PostgreSQL carries out one transaction after the other')
    let first: Promise<Reply> | undefined
    await service.db.transaction(async (tx) => {
      await tx.execute(sql`select 1 from inventory.items where sku = 'BOLT' for update`)
      first = reserve(bolts(4), { idempotencyKey: 'order-0815' })
      await vi.waitUntil(
        async () => {
          const waiting = await tx.execute(
            sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
          return (waiting as { readonly rows: readonly unknown[] }).rows.length > 0
        },
        { timeout: 10_000 },
      )
      const second = await reserve(bolts(4), { idempotencyKey: 'order-0815' })
      expect(second).toMatchObject({
        status: 409,
        body: { type: 'urn:problem-type:gatehouse:idempotency-key-in-flight' },
      })
      expect(second.headers['retry-after']).toBe('1')
    })
    const reply = await first
    expect(reply?.status).toBe(201)
    expect((await reserve(bolts(4), { idempotencyKey: 'order-0815' })).text).toBe(reply?.text)
    expect((await stock('BOLT')).reserved).toBe(4)
  })
})

describe('422', () => {
  it('names the SKUs that no item has, and reserves none of the others', async () => {
    const reply = await reserve([
      { sku: 'NONE-2', quantity: 1 },
      { sku: 'BOLT', quantity: 1 },
      { sku: 'NONE-1', quantity: 1 },
    ])
    expect(reply).toMatchObject({
      status: 422,
      body: { type: 'urn:problem-type:inventory:unknown-sku', skus: ['NONE-2', 'NONE-1'] },
    })
    expect((await stock('BOLT')).reserved).toBe(0)
  })

  it('names the SKUs that more than one line names, each once', async () => {
    const reply = await reserve([...bolts(1), { sku: 'NUT', quantity: 1 }, ...bolts(1), ...bolts(2)])
    expect(reply).toMatchObject({
      status: 422,
      body: { type: 'urn:problem-type:inventory:duplicate-sku', skus: ['BOLT'] },
    })
    expect((await stock('BOLT')).reserved).toBe(0)
  })

  it.each<{ differs: string; body: object }>([
    { differs: 'another quantity', body: { lines: bolts(2) } },
    { differs: 'a reference', body: { lines: bolts(1), reference: '' } },
    { differs: 'another time to hold', body: { lines: bolts(1), expiresInSeconds: 901 } },
    { differs: 'one more line', body: { lines: [...bolts(1), { sku: 'NUT', quantity: 1 }] } },
  ])('refuses a key that comes again with $differs, and reserves nothing', async ({ body }) => {
    await reserve(bolts(1), { idempotencyKey: 'order-0815' })
    expect(await service.call('createReservation', { body, idempotencyKey: 'order-0815' })).toMatchObject({
      status: 422,
      body: { type: 'urn:problem-type:gatehouse:idempotency-key-reused' },
    })
    expect([await stock('BOLT'), await stock('NUT')]).toMatchObject([{ reserved: 1 }, { reserved: 0 }])
  })
})
