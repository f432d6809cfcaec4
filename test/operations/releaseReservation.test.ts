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
        { sku: 'BOLT', quantity: 10 },
        { sku: 'NUT', quantity: 1 },
      ],
    },
  })
  params = { reservationId: made.body.id }
})
afterAll(() => service.close())

const release = (): Promise<Reply> => service.call('releaseReservation', { params })
const stock = async (sku: string) => (await service.call('getItem', { params: { sku } })).body
const reserve = (clientId: string): Promise<Reply> =>
  service.call('createReservation', { body: { lines: [{ sku: 'BOLT', quantity: 10 }] }, clientId })

describe('200', () => {
  it('gives the pieces of every line back', async () => {
    const { status, body } = await release()
    expect(status).toBe(200)
    expect(body).toEqual({ ...made.body, status: 'released' })
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 0, available: 10 })
    expect(await stock('NUT')).toMatchObject({ onHand: 5, reserved: 0, available: 5 })
  })

  it('lets somebody else reserve the pieces', async () => {
    expect((await reserve('other')).status).toBe(409)
    await release()
    expect((await reserve('other')).status).toBe(201)
  })

  it('gives the same answer again, and nothing back again', async () => {
    const first = await release()
    await reserve('other')
    expect(await release()).toMatchObject({ status: 200, text: first.text })
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 10 })
  })

  it('is released for good, not expired, when the hold would have ended', async () => {
    await release()
    await letTimePass(service.db, 900)
    expect(await release()).toMatchObject({ status: 200, body: { status: 'released' } })
  })

  it('gives the pieces back once for many who release at the same time', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => release()))
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(await stock('BOLT')).toMatchObject({ onHand: 10, reserved: 0, available: 10 })
  })
})

describe('404', () => {
  const notFound = { status: 404, body: { type: 'urn:problem-type:gatehouse:not-found' } }

  it('knows no such reservation', async () => {
    const unknown = { reservationId: randomUUID() }
    expect(await service.call('releaseReservation', { params: unknown })).toMatchObject(notFound)
  })

  it('does not let another client release it', async () => {
    expect(await service.call('releaseReservation', { params, clientId: 'other' })).toMatchObject(notFound)
    expect((await stock('BOLT')).reserved).toBe(10)
  })
})

describe('409', () => {
  const closed = { status: 409, body: { type: 'urn:problem-type:inventory:reservation-closed' } }

  it('comes too late once the reservation was confirmed: the pieces are gone', async () => {
    await service.call('confirmReservation', { params })
    expect(await release()).toMatchObject(closed)
    expect(await stock('BOLT')).toMatchObject({ onHand: 0, reserved: 0, available: 0 })
  })

  it('comes too late once the reservation has expired, even before anybody has noticed', async () => {
    await letTimePass(service.db, 900)
    expect(await release()).toMatchObject(closed)
    expect((await service.call('getReservation', { params })).body.status).toBe('expired')
  })
})
