import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { letTimePass, stockItem } from '../support/inventory.js'
import { openTestService, type Reply, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(async () => {
  await emptyTables(service.db)
  await stockItem(service.db, 'BOLT', 10, 'Hex bolt')
})
afterAll(() => service.close())

const params = { sku: 'BOLT' }
const getItem = (ifNoneMatch?: string): Promise<Reply> =>
  service.call('getItem', {
    params,
    ...(ifNoneMatch !== undefined && { headers: { 'If-None-Match': ifNoneMatch } }),
  })
const entityTag = async (): Promise<string> => (await getItem()).headers['etag'] ?? ''
const reserve = async (quantity: number): Promise<{ readonly reservationId: string }> => {
  const { body } = await service.call('createReservation', { body: { lines: [{ sku: 'BOLT', quantity }] } })
  return { reservationId: body.id }
}

describe('200', () => {
  it('shows what is on hand, what of it is reserved, and what is left', async () => {
    await reserve(3)
    await reserve(4)
    const { status, body } = await getItem()
    expect(status).toBe(200)
    expect(body).toMatchObject({ sku: 'BOLT', name: 'Hex bolt', onHand: 10, reserved: 7, available: 3 })
  })

  it('counts a reservation until it lapses, and no longer', async () => {
    await reserve(3)
    await letTimePass(service.db, 890)
    expect((await getItem()).body).toMatchObject({ reserved: 3, available: 7 })
    await letTimePass(service.db, 10)
    expect((await getItem()).body).toMatchObject({ onHand: 10, reserved: 0, available: 10 })
  })

  it('has a strong entity tag that stays the same while the item does', async () => {
    const tag = await entityTag()
    expect(tag).toMatch(/^"[^"]+"$/)
    expect(await entityTag()).toBe(tag)
  })

  const changes: readonly { readonly what: string; readonly change: () => Promise<unknown> }[] = [
    {
      what: 'its name changes',
      change: () =>
        service.call('updateItem', { params, headers: { 'If-Match': '*' }, body: { name: 'Bolt' } }),
    },
    {
      what: 'its stock is adjusted',
      change: () => service.call('adjustStock', { params, body: { delta: 1, reason: 'counted' } }),
    },
    { what: 'pieces of it are reserved', change: () => reserve(1) },
    {
      what: 'it is imported',
      change: () => service.call('importItems', { body: [{ sku: 'BOLT', name: 'Hex bolt', onHand: 10 }] }),
    },
  ]
  it.each(changes)('has another entity tag once $what', async ({ change }) => {
    const before = await entityTag()
    await change()
    const { status, headers } = await getItem(before)
    expect(status).toBe(200)
    expect(headers['etag']).not.toBe(before)
  })

  it('has another entity tag once a reservation is confirmed, is released or lapses', async () => {
    const confirmed = await reserve(1)
    const released = await reserve(1)
    await reserve(1)
    const tags = [await entityTag()]
    await service.call('confirmReservation', { params: confirmed })
    tags.push(await entityTag())
    await service.call('releaseReservation', { params: released })
    tags.push(await entityTag())
    await letTimePass(service.db, 900)
    tags.push(await entityTag())
    expect(new Set(tags).size).toBe(4)
  })

  it('does not have the entity tag of another item that looks alike', async () => {
    await stockItem(service.db, 'NUT', 10, 'Hex bolt')
    const nut = await service.call('getItem', { params: { sku: 'NUT' } })
    expect(nut.headers['etag']).not.toBe(await entityTag())
  })

  it.each(['"another"', 'W/"another"', '"one", "two"', '""'])(
    'answers with the item where If-None-Match is %s',
    async (ifNoneMatch) => {
      expect(await getItem(ifNoneMatch)).toMatchObject({ status: 200, body: { sku: 'BOLT' } })
    },
  )
})

describe('304', () => {
  it.each<{ given: string; ifNoneMatch: (tag: string) => string }>([
    { given: 'its entity tag', ifNoneMatch: (tag) => tag },
    { given: 'its entity tag marked as weak', ifNoneMatch: (tag) => `W/${tag}` },
    { given: 'a list that holds its entity tag', ifNoneMatch: (tag) => `"one",${tag} , W/"two"` },
    { given: 'a list with commas in a tag', ifNoneMatch: (tag) => `"a,b", W/${tag}` },
    { given: '*', ifNoneMatch: () => '*' },
  ])('answers without a body where If-None-Match is $given', async ({ ifNoneMatch }) => {
    const tag = await entityTag()
    const { status, headers, text } = await getItem(ifNoneMatch(tag))
    expect(status).toBe(304)
    expect(headers['etag']).toBe(tag)
    expect(headers).not.toHaveProperty('content-type')
    expect(text).toBe('')
  })
})

describe('404', () => {
  it.each([undefined, '*', '"any"'])(
    'knows no such item, whatever If-None-Match (%s)',
    async (ifNoneMatch) => {
      const reply = await service.call('getItem', {
        params: { sku: 'NONE' },
        ...(ifNoneMatch !== undefined && { headers: { 'If-None-Match': ifNoneMatch } }),
      })
      expect(reply).toMatchObject({ status: 404, body: { type: 'urn:problem-type:gatehouse:not-found' } })
      expect(reply.headers).not.toHaveProperty('etag')
    },
  )

  it.each(['BOL', 'BOLT-', 'BOLT.'])('does not take %s for BOLT', async (sku) => {
    expect((await service.call('getItem', { params: { sku } })).status).toBe(404)
  })
})
