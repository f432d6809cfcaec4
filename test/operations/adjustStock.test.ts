import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { letTimePass } from '../support/inventory.js'
import { openTestService, type Call, type Reply, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(async () => {
  await emptyTables(service.db)
  await service.call('createItem', { body: { sku: 'BOLT', name: 'Hex bolt' } })
})
afterAll(() => service.close())

const params = { sku: 'BOLT' }
const adjust = (delta: number, call: Call = {}): Promise<Reply> =>
  service.call('adjustStock', { params, body: { delta, reason: 'counted' }, ...call })
const stock = async () => (await service.call('getItem', { params })).body
const history = async () => (await service.call('listAdjustments', { params })).body.items
const reserve = (quantity: number): Promise<Reply> =>
  service.call('createReservation', { body: { lines: [{ sku: 'BOLT', quantity }] } })

describe('201', () => {
  it('adds pieces and answers with the adjustment', async () => {
    const { status, body } = await service.call('adjustStock', {
      params,
      body: { delta: 120, reason: 'received', note: 'Delivery “4711”' },
      clientId: 'goods-inward',
    })
    expect(status).toBe(201)
    const { id, createdAt, ...rest } = body
    expect(rest).toEqual({
      sku: 'BOLT',
      delta: 120,
      reason: 'received',
      note: 'Delivery “4711”',
      onHand: 120,
      createdBy: 'goods-inward',
    })
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await history()).toEqual([body])
    expect(await stock()).toMatchObject({ onHand: 120, available: 120, updatedAt: createdAt })
  })

  it('takes pieces away, down to none', async () => {
    await adjust(5)
    expect(await adjust(-5, { body: { delta: -5, reason: 'damaged' } })).toMatchObject({
      status: 201,
      body: { delta: -5, reason: 'damaged', onHand: 0 },
    })
    expect(await stock()).toMatchObject({ onHand: 0, available: 0 })
  })

  it('takes pieces away, down to what is reserved', async () => {
    await adjust(10)
    await reserve(4)
    expect((await adjust(-6)).status).toBe(201)
    expect(await stock()).toMatchObject({ onHand: 4, reserved: 4, available: 0 })
  })

  it('takes pieces that were reserved, once the reservation has lapsed', async () => {
    await adjust(10)
    await reserve(10)
    await letTimePass(service.db, 900)
    expect((await adjust(-10)).status).toBe(201)
  })

  it('loses none of many adjustments at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => adjust(index + 1)))
    expect((await stock()).onHand).toBe(210)
    expect(await history()).toHaveLength(20)
  })
})

describe('201, with an Idempotency-Key,', () => {
  it('answers a repetition with the first reply, and adjusts once', async () => {
    const first = await adjust(5, { idempotencyKey: 'delivery-4711' })
    await adjust(1)
    const again = await adjust(5, { idempotencyKey: 'delivery-4711' })
    expect([again.status, again.text]).toEqual([201, first.text])
    expect((await stock()).onHand).toBe(6)
  })

  it('adjusts again for another client, another key, and 24 hours later', async () => {
    await adjust(1, { idempotencyKey: 'key-1' })
    await adjust(1, { idempotencyKey: 'key-1', clientId: 'warehouse' })
    await adjust(1, { idempotencyKey: 'KEY-1' })
    expect((await stock()).onHand).toBe(3)
    await service.db.execute(
      sql`update gatehouse.idempotency_keys set expires_at = expires_at - interval '24 hours'`,
    )
    expect((await adjust(2, { idempotencyKey: 'key-1' })).body).toMatchObject({ delta: 2, onHand: 5 })
  })

  it('adjusts once for many repetitions at the same time', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => adjust(5, { idempotencyKey: 'delivery-4711' })),
    )
    const [first, ...others] = replies.filter(({ status }) => status === 201)
    expect(first).toBeDefined()
    for (const other of others) expect(other.text).toBe(first?.text)
    for (const refused of replies.filter(({ status }) => status !== 201)) {
      expect(refused).toMatchObject({
        status: 409,
        body: { type: 'urn:problem-type:gatehouse:idempotency-key-in-flight' },
      })
      expect(refused.headers['retry-after']).toBe('1')
    }
    expect((await stock()).onHand).toBe(5)
    expect(await history()).toHaveLength(1)
  })
})

describe('404', () => {
  it('knows no such item, and keeps the key for when there is one', async () => {
    const nut: Call = {
      params: { sku: 'NUT' },
      body: { delta: 1, reason: 'received' },
      idempotencyKey: 'nuts',
    }
    expect(await service.call('adjustStock', nut)).toMatchObject({
      status: 404,
      body: { type: 'urn:problem-type:gatehouse:not-found' },
    })
    await service.call('createItem', { body: { sku: 'NUT', name: 'Nut' } })
    expect((await service.call('adjustStock', nut)).status).toBe(201)
  })
})

describe('409', () => {
  const stockInUse = { status: 409, body: { type: 'urn:problem-type:inventory:stock-in-use' } }

  it('never lets the stock fall below zero', async () => {
    await adjust(5)
    expect(await adjust(-6)).toMatchObject(stockInUse)
    expect((await stock()).onHand).toBe(5)
    expect(await history()).toHaveLength(1)
  })

  it('never lets the stock fall below what is reserved', async () => {
    await adjust(10)
    await reserve(4)
    const refused = await adjust(-7)
    expect(refused).toMatchObject(stockInUse)
    expect(refused.body.detail).toBe('10 pieces on hand, 4 of them reserved; 6 can be taken.')
    expect(await stock()).toMatchObject({ onHand: 10, reserved: 4 })
  })

  it('never lets the stock grow past what can be counted', async () => {
    await service.call('importItems', { body: [{ sku: 'BOLT', name: 'Hex bolt', onHand: 2_147_483_647 }] })
    expect(await adjust(1)).toMatchObject({
      status: 409,
      body: { type: 'urn:problem-type:inventory:stock-limit' },
    })
    expect((await adjust(-1)).body.onHand).toBe(2_147_483_646)
  })

  it('gives away no more than there is to many who take at the same time', async () => {
    await adjust(10)
    const replies = await Promise.all(Array.from({ length: 20 }, () => adjust(-1)))
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(10)
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(10)
    expect((await stock()).onHand).toBe(0)
  })
})

describe('422', () => {
  const keyReused = { status: 422, body: { type: 'urn:problem-type:gatehouse:idempotency-key-reused' } }

  it.each<{ differs: string; call: Call }>([
    { differs: 'another quantity', call: { body: { delta: 2, reason: 'counted' } } },
    { differs: 'another reason', call: { body: { delta: 1, reason: 'other' } } },
    { differs: 'a note', call: { body: { delta: 1, reason: 'counted', note: '' } } },
    { differs: 'another item', call: { params: { sku: 'NUT' } } },
  ])('refuses a key that comes again with $differs, and adjusts nothing', async ({ call }) => {
    await service.call('createItem', { body: { sku: 'NUT', name: 'Nut' } })
    await adjust(1, { idempotencyKey: 'key-1' })
    expect(await adjust(1, { ...call, idempotencyKey: 'key-1' })).toMatchObject(keyReused)
    expect((await stock()).onHand).toBe(1)
    expect((await service.call('getItem', { params: { sku: 'NUT' } })).body.onHand).toBe(0)
  })
})
