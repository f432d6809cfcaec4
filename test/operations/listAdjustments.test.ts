import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { walk } from '../support/inventory.js'
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
const list = (query: Call['query'] = {}): Promise<Reply> => service.call('listAdjustments', { params, query })
const adjust = (delta: number): Promise<Reply> =>
  service.call('adjustStock', { params, body: { delta, reason: 'received' } })
const deltasOf = (items: readonly unknown[]): readonly number[] =>
  items.map((item) => (item as { readonly delta: number }).delta)

describe('200', () => {
  it('has nothing to tell of an item whose stock never changed', async () => {
    const { status, body } = await list()
    expect(status).toBe(200)
    expect(body).toEqual({ items: [] })
  })

  it('tells each adjustment as it was answered, newest first', async () => {
    const first = await adjust(5)
    const second = await service.call('adjustStock', {
      params,
      body: { delta: -2, reason: 'damaged', note: 'Fell off a shelf' },
      clientId: 'goods-inward',
    })
    expect((await list()).body.items).toEqual([second.body, first.body])
  })

  it('tells of this item alone', async () => {
    await service.call('createItem', { body: { sku: 'BOLT-2', name: 'Another' } })
    await adjust(1)
    const { body } = await service.call('listAdjustments', { params: { sku: 'BOLT-2' } })
    expect(body.items).toEqual([])
  })

  it('is no history of reservations and imports', async () => {
    await adjust(5)
    const { body } = await service.call('createReservation', {
      body: { lines: [{ sku: 'BOLT', quantity: 2 }] },
    })
    await service.call('confirmReservation', { params: { reservationId: body.id } })
    await service.call('importItems', { body: [{ sku: 'BOLT', name: 'Hex bolt', onHand: 9 }] })
    expect(deltasOf((await list()).body.items)).toEqual([5])
  })
})

describe('200, page by page,', () => {
  it('holds 20 adjustments where no limit is named', async () => {
    for (let delta = 1; delta <= 21; delta += 1) await adjust(delta)
    const { body } = await list()
    expect(body.items).toHaveLength(20)
    expect(deltasOf((await list({ cursor: body.nextCursor })).body.items)).toEqual([1])
  })

  it.each([1, 2, 5, 100])('tells all adjustments once in pages of %i', async (limit) => {
    for (const delta of [1, 2, 3, 4, 5]) await adjust(delta)
    expect(deltasOf(await walk(service, 'listAdjustments', { params, query: { limit } }))).toEqual([
      5, 4, 3, 2, 1,
    ])
  })

  it('neither repeats nor misses an adjustment while others are made', async () => {
    for (const delta of [1, 2, 3, 4, 5]) await adjust(delta)
    const seen = await walk(service, 'listAdjustments', { params, query: { limit: 2 } }, (page) =>
      adjust(page * 100),
    )
    expect(deltasOf(seen)).toEqual([5, 4, 3, 2, 1])
  })
})

describe('400', () => {
  it('refuses the cursor of another item’s history, and one that is made up', async () => {
    await adjust(1)
    await adjust(2)
    await service.call('createItem', { body: { sku: 'BOLT-2', name: 'Another' } })
    const { body } = await list({ limit: 1 })
    const forged = Buffer.from(JSON.stringify(['adjustments of BOLT', '1; drop'])).toString('base64url')
    for (const [sku, cursor] of [
      ['BOLT-2', body.nextCursor],
      ['BOLT', forged],
      ['BOLT', 'AAAA'],
    ]) {
      expect(await service.call('listAdjustments', { params: { sku }, query: { cursor } })).toMatchObject({
        status: 400,
        body: { errors: [{ in: 'query', pointer: '/cursor' }] },
      })
    }
  })
})

describe('404', () => {
  it('knows no such item', async () => {
    expect(await service.call('listAdjustments', { params: { sku: 'NONE' } })).toMatchObject({
      status: 404,
      body: { type: 'urn:problem-type:gatehouse:not-found' },
    })
  })
})
