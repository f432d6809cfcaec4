import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { letTimePass, stockItem } from '../support/inventory.js'
import { openTestService, type Reply, type TestService } from '../support/service.js'

let service: TestService
let made: Reply
let params: { readonly reservationId: string }
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(async () => {
  await emptyTables(service.db)
  await stockItem(service.db, 'BOLT', 10)
  await stockItem(service.db, 'NUT', 5)
  made = await service.call('createReservation', {
    body: {
      lines: [
        { sku: 'NUT', quantity: 5 },
        { sku: 'BOLT', quantity: 4 },
      ],
    },
  })
  params = { reservationId: made.body.id }
})
afterAll(() => service.close())

const confirm = (): Promise<Reply> => service.call('confirmReservation', { params })
const release = (): Promise<Reply> => service.call('releaseReservation', { params })
const stock = async (sku: string) => (await service.call('getItem', { params: { sku } })).body

describe('200', () => {
  it('takes the pieces of every line out of stock', async () => {
    const { status, body } = await confirm()
    expect(status).toBe(200)
    expect(body).toEqual({ ...made.body, status: 'confirmed' })
    expect(await stock('BOLT')).toMatchObject({ onHand: 6, reserved: 0, available: 6 })
    expect(await stock('NUT')).toMatchObject({ onHand: 0, reserved: 0, available: 0 })
  })

  it('leaves the pieces of other reservations reserved', async () => {
    await service.call('createReservation', { body: { lines: [{ sku: 'BOLT', quantity: 6 }] } })
    await confirm()
    expect(await stock('BOLT')).toMatchObject({ onHand: 6, reserved: 6, available: 0 })
  })

  it('gives the same answer again, and takes nothing again', async () => {
    const first = await confirm()
    expect(await confirm()).toMatchObject({ status: 200, text: first.text })
    expect((await stock('BOLT')).onHand).toBe(6)
  })

  it('gives it for good: long after the hold would have ended, and with the items gone', async () => {
    const first = await confirm()
    await letTimePass(service.db, 86_400)
    await service.call('deleteItem', { params: { sku: 'NUT' }, headers: { 'If-Match': '*' } })
    const { createdAt: _created, expiresAt: _expires, ...lasting } = first.body
    expect(await confirm()).toMatchObject({ status: 200, body: lasting })
  })

  it('takes the pieces once for many who confirm at the same time', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => confirm()))
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(await stock('BOLT')).toMatchObject({ onHand: 6, reserved: 0 })
  })
})

describe('404', () => {
  const notFound = { status: 404, body: { type: 'urn:problem-type:gatehouse:not-found' } }

  it('knows no such reservation', async () => {
    const unknown = { reservationId: randomUUID() }
    expect(await service.call('confirmReservation', { params: unknown })).toMatchObject(notFound)
  })

  it('does not let another client confirm it', async () => {
    expect(await service.call('confirmReservation', { params, clientId: 'other' })).toMatchObject(notFound)
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 4 })
  })
})

describe('409', () => {
  const closed = { status: 409, body: { type: 'urn:problem-type:inventory:reservation-closed' } }

  it('comes too late once the reservation was released', async () => {
    await release()
    expect(await confirm()).toMatchObject(closed)
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 0 })
  })

  it('comes too late once the reservation has expired', async () => {
    await letTimePass(service.db, 900)
    expect(await confirm()).toMatchObject(closed)
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 0 })
  })

  it('lets either confirm or release win who come at the same time', async () => {
    const [confirmed, released] = await Promise.all([confirm(), release()])
    expect([confirmed.status, released.status].sort()).toEqual([200, 409])
    const { body } = await service.call('getReservation', { params })
    const won = confirmed.status === 200
    expect(body.status).toBe(won ? 'confirmed' : 'released')
    expect(await stock('BOLT')).toMatchObject({ onHand: won ? 6 : 10, reserved: 0 })
  })
})
