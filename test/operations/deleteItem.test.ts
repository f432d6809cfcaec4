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
  await stockItem(service.db, 'BOLT', 10)
})
afterAll(() => service.close())

const params = { sku: 'BOLT' }
const remove = (ifMatch = '*'): Promise<Reply> =>
  service.call('deleteItem', { params, headers: { 'If-Match': ifMatch } })
const current = (): Promise<Reply> => service.call('getItem', { params })
const reserve = async (): Promise<{ readonly reservationId: string }> => {
  const { body } = await service.call('createReservation', {
    body: { lines: [{ sku: 'BOLT', quantity: 4 }] },
  })
  return { reservationId: body.id }
}

describe('204', () => {
  it('deletes the version that If-Match names, and answers without a body', async () => {
    const { headers } = await current()
    const { status, text } = await remove(headers['etag'])
    expect([status, text]).toEqual([204, ''])
    expect((await current()).status).toBe(404)
    expect((await service.call('listItems')).body.items).toEqual([])
  })

  it('deletes whatever version there is with If-Match: *, stock and history included', async () => {
    expect((await remove()).status).toBe(204)
    expect((await service.call('listAdjustments', { params })).status).toBe(404)
  })

  it('leaves other items alone', async () => {
    await stockItem(service.db, 'BOLT-2', 3)
    await remove()
    expect((await service.call('getItem', { params: { sku: 'BOLT-2' } })).body.onHand).toBe(3)
  })

  it.each<{ outcome: string; end: (own: { reservationId: string }) => Promise<unknown> }>([
    { outcome: 'confirmed', end: (params) => service.call('confirmReservation', { params }) },
    { outcome: 'released', end: (params) => service.call('releaseReservation', { params }) },
    { outcome: 'expired', end: () => letTimePass(service.db, 900) },
  ])('is possible once reservations of the item are $outcome, and these stay', async ({ outcome, end }) => {
    const own = await reserve()
    await end(own)
    expect((await remove()).status).toBe(204)
    const { body } = await service.call('getReservation', { params: own })
    expect(body).toMatchObject({ status: outcome, lines: [{ sku: 'BOLT', quantity: 4 }] })
  })
})

describe('404', () => {
  it.each(['*', '"any"', undefined])('knows no such item, whatever If-Match (%s)', async (ifMatch) => {
    const reply = await service.call('deleteItem', {
      params: { sku: 'NONE' },
      ...(ifMatch !== undefined && { headers: { 'If-Match': ifMatch } }),
    })
    expect(reply).toMatchObject({ status: 404, body: { type: 'urn:problem-type:gatehouse:not-found' } })
  })

  it('answers so where the item is deleted already', async () => {
    await remove()
    expect((await remove()).status).toBe(404)
  })
})

describe('409', () => {
  it('refuses to delete what a held reservation needs', async () => {
    const own = await reserve()
    expect(await remove()).toMatchObject({
      status: 409,
      body: { type: 'urn:problem-type:inventory:stock-in-use' },
    })
    expect((await current()).body).toMatchObject({ onHand: 10, reserved: 4 })
    expect((await service.call('confirmReservation', { params: own })).status).toBe(200)
  })
})

describe('412', () => {
  it.each<{ given: string; ifMatch: (outdated: string, current: string) => string }>([
    { given: 'an outdated entity tag', ifMatch: (outdated) => outdated },
    { given: 'a weak entity tag, which proves nothing', ifMatch: (_, tag) => `W/${tag}` },
    { given: 'a list without its entity tag', ifMatch: (outdated) => `"one", ${outdated}` },
  ])('refuses $given, and deletes nothing', async ({ ifMatch }) => {
    const before = await current()
    await service.call('adjustStock', { params, body: { delta: 1, reason: 'counted' } })
    const after = await current()
    const [outdated = '', tag = ''] = [before.headers['etag'], after.headers['etag']]
    expect(await remove(ifMatch(outdated, tag))).toMatchObject({
      status: 412,
      body: { type: 'urn:problem-type:gatehouse:precondition-failed' },
    })
    expect((await current()).body).toEqual(after.body)
  })
})

describe('428', () => {
  it('asks for If-Match, and deletes nothing', async () => {
    expect(await service.call('deleteItem', { params })).toMatchObject({
      status: 428,
      body: { type: 'urn:problem-type:gatehouse:precondition-required' },
    })
    expect((await current()).status).toBe(200)
  })
})
