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
  await stockItem(service.db, 'ANVIL', 10)
  made = await service.call('createReservation', {
    body: {
      lines: [
        { sku: 'BOLT', quantity: 2 },
        { sku: 'ANVIL', quantity: 1 },
      ],
      reference: 'order-0815',
    },
  })
  params = { reservationId: made.body.id }
})
afterAll(() => service.close())

describe('200', () => {
  it('answers with the reservation as it was made, its lines in the order of the request', async () => {
    const { status, body } = await service.call('getReservation', { params })
    expect(status).toBe(200)
    expect(body).toEqual(made.body)
    expect(body.lines).toEqual([
      { sku: 'BOLT', quantity: 2 },
      { sku: 'ANVIL', quantity: 1 },
    ])
  })

  it.each(['reservations:read', 'reservations:write'])('is enough to hold the scope %s', async (scope) => {
    expect((await service.call('getReservation', { params, scopes: [scope] })).status).toBe(200)
  })

  it('finds the reservation by its id in upper case too', async () => {
    const upper = { reservationId: params.reservationId.toUpperCase() }
    expect((await service.call('getReservation', { params: upper })).body).toEqual(made.body)
  })

  it.each<{ status: string; end: () => Promise<unknown> }>([
    { status: 'held', end: () => letTimePass(service.db, 890) },
    { status: 'expired', end: () => letTimePass(service.db, 900) },
    { status: 'confirmed', end: () => service.call('confirmReservation', { params }) },
    { status: 'released', end: () => service.call('releaseReservation', { params }) },
  ])('tells that it is $status', async ({ status, end }) => {
    await end()
    const { body } = await service.call('getReservation', { params })
    expect(body).toMatchObject({ id: params.reservationId, status, reference: 'order-0815' })
  })

  it('still tells that it expired once somebody else has the pieces', async () => {
    await letTimePass(service.db, 900)
    await service.call('createReservation', { body: { lines: [{ sku: 'BOLT', quantity: 10 }] } })
    expect((await service.call('getReservation', { params })).body.status).toBe('expired')
  })
})

describe('404', () => {
  const notFound = { status: 404, body: { type: 'urn:problem-type:gatehouse:not-found' } }

  it('knows no such reservation', async () => {
    const unknown = { reservationId: randomUUID() }
    expect(await service.call('getReservation', { params: unknown })).toMatchObject(notFound)
  })

  it('does not tell another client whether there is one', async () => {
    const theirs = await service.call('getReservation', { params, clientId: 'other' })
    const nobodys = await service.call('getReservation', { params: { reservationId: randomUUID() } })
    expect(theirs).toMatchObject(notFound)
    const { requestId: _first, instance: _path, ...told } = theirs.body
    expect(nobodys.body).toMatchObject(told)
  })

  it('does not show it to a client of the same name at another issuer', async () => {
    const other = await openTestService({ store: service.store })
    try {
      expect(await other.call('getReservation', { params })).toMatchObject(notFound)
    } finally {
      await other.close()
    }
  })
})
