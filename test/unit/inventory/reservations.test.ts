import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { adjustStock } from '../../../src/inventory/adjustments.js'
import { getItem } from '../../../src/inventory/items.js'
import { inventoryMigrations } from '../../../src/inventory/migrations.js'
import {
  closeReservation,
  createReservation,
  getReservation,
  listReservations,
  type Owner,
  type Reservation,
  type ReservationLine,
} from '../../../src/inventory/reservations.js'
import { transaction } from '../../../src/store/transaction.js'
import { emptyTables, openTestStore, rowsOf, testServerUrl, type TestStore } from '../../support/database.js'
import { letTimePass, stockItem } from '../../support/inventory.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore([inventoryMigrations], { poolSize: 20 })
})
beforeEach(async () => {
  await emptyTables(store.db)
  await stockItem(store.db, 'BOLT', 10)
  await stockItem(store.db, 'NUT', 4)
})
afterAll(() => store.close())

const owner: Owner = { issuer: 'https://issuer.test', clientId: 'shop' }
const reserve = (
  lines: readonly ReservationLine[],
  {
    by = owner,
    expiresInSeconds = 900,
    reference,
  }: { by?: Owner; expiresInSeconds?: number; reference?: string } = {},
): Promise<Reservation> =>
  transaction(store.db, (tx) =>
    createReservation(tx, by, { id: randomUUID(), lines, reference, expiresInSeconds }),
  )
const close = (id: string, outcome: 'confirmed' | 'released', by = owner): Promise<Reservation> =>
  transaction(store.db, (tx) => closeReservation(tx, by, id, outcome))
const read = (id: string, by = owner): Promise<Reservation> => getReservation(store.db, by, id)
const stock = async (sku: string) => {
  const { onHand, reserved, available } = await getItem(store.db, sku)
  return { onHand, reserved, available }
}
const bolts = (quantity: number): ReservationLine => ({ sku: 'BOLT', quantity })
const nuts = (quantity: number): ReservationLine => ({ sku: 'NUT', quantity })
const problem = (name: string, extensions: object = {}) =>
  expect.objectContaining({ code: `urn:problem-type:${name}`, extensions })

describe('a reservation', () => {
  it('holds its pieces, which stay on hand, and reads back with its lines in their order', async () => {
    const held = await reserve([nuts(1), bolts(3)], { reference: 'Order 7', expiresInSeconds: 60 })
    expect(held).toMatchObject({ status: 'held', reference: 'Order 7', lines: [nuts(1), bolts(3)] })
    expect(Date.parse(held.expiresAt) - Date.parse(held.createdAt)).toBe(60_000)
    expect(await stock('BOLT')).toEqual({ onHand: 10, reserved: 3, available: 7 })
    expect(await stock('NUT')).toEqual({ onHand: 4, reserved: 1, available: 3 })
    expect(await read(held.id)).toEqual(held)
  })

  it('has no reference when none is given', async () => {
    expect(await reserve([nuts(1)])).not.toHaveProperty('reference')
  })

  it('is found by its id in capitals too', async () => {
    const held = await reserve([nuts(1)])
    expect(await read(held.id.toUpperCase())).toEqual(held)
    expect(await close(held.id.toUpperCase(), 'confirmed')).toMatchObject({
      status: 'confirmed',
      lines: [nuts(1)],
    })
    expect(await stock('NUT')).toMatchObject({ onHand: 3 })
  })

  it('may take all there is, and not one piece more', async () => {
    await reserve([nuts(4)])
    await expect(reserve([nuts(1)])).rejects.toEqual(
      problem('inventory:insufficient-stock', { shortfalls: [{ sku: 'NUT', requested: 1, available: 0 }] }),
    )
  })

  it('is made for all lines or none, and says where there is too little', async () => {
    await reserve([bolts(8)])
    await expect(reserve([nuts(5), bolts(3)])).rejects.toEqual(
      problem('inventory:insufficient-stock', {
        shortfalls: [
          { sku: 'NUT', requested: 5, available: 4 },
          { sku: 'BOLT', requested: 3, available: 2 },
        ],
      }),
    )
    await expect(reserve([nuts(1), bolts(3)])).rejects.toEqual(
      problem('inventory:insufficient-stock', { shortfalls: [{ sku: 'BOLT', requested: 3, available: 2 }] }),
    )
    expect(await stock('NUT')).toEqual({ onHand: 4, reserved: 0, available: 4 })
  })

  it('names each SKU once', async () => {
    await expect(reserve([nuts(1), bolts(1), nuts(2), nuts(3)])).rejects.toEqual(
      problem('inventory:duplicate-sku', { skus: ['NUT'] }),
    )
  })

  it('names SKUs that exist', async () => {
    await expect(
      reserve([{ sku: 'NO', quantity: 1 }, nuts(9), { sku: 'NONE', quantity: 1 }]),
    ).rejects.toEqual(problem('inventory:unknown-sku', { skus: ['NO', 'NONE'] }))
  })

  it('is nobody else’s: another client, or the same name at another issuer, does not find it', async () => {
    const held = await reserve([nuts(1)])
    for (const by of [
      { ...owner, clientId: 'other' },
      { ...owner, issuer: 'https://other.test' },
    ]) {
      await expect(read(held.id, by)).rejects.toEqual(problem('gatehouse:not-found'))
      await expect(close(held.id, 'confirmed', by)).rejects.toEqual(problem('gatehouse:not-found'))
      await expect(close(held.id, 'released', by)).rejects.toEqual(problem('gatehouse:not-found'))
      expect(await listReservations(store.db, by, { limit: 10 })).toEqual({ items: [] })
    }
    expect(await read(held.id)).toEqual(held)
  })

  it('that was never made is not found', async () => {
    await expect(read(randomUUID())).rejects.toEqual(problem('gatehouse:not-found'))
    await expect(close(randomUUID(), 'released')).rejects.toEqual(problem('gatehouse:not-found'))
  })
})

describe('confirming a reservation', () => {
  it('takes its pieces off the shelf, once', async () => {
    const held = await reserve([bolts(3), nuts(4)])
    const confirmed = { ...held, status: 'confirmed' }
    expect(await close(held.id, 'confirmed')).toEqual(confirmed)
    expect(await close(held.id, 'confirmed')).toEqual(confirmed)
    expect(await read(held.id)).toEqual(confirmed)
    expect(await stock('BOLT')).toEqual({ onHand: 7, reserved: 0, available: 7 })
    expect(await stock('NUT')).toEqual({ onHand: 0, reserved: 0, available: 0 })
  })

  it('changes when the item was last changed; reserving does not', async () => {
    const before = await getItem(store.db, 'BOLT')
    await store.db.execute(sql`update inventory.items set updated_at = '2026-01-01'`)
    const held = await reserve([bolts(3)])
    expect((await getItem(store.db, 'BOLT')).updatedAt).toBe('2026-01-01T00:00:00.000Z')
    await close(held.id, 'confirmed')
    expect(Date.parse((await getItem(store.db, 'BOLT')).updatedAt)).toBeGreaterThanOrEqual(
      Date.parse(before.updatedAt),
    )
  })

  it('leaves other reservations of the item as they are', async () => {
    const held = await reserve([bolts(3)])
    await reserve([bolts(2)])
    await close(held.id, 'confirmed')
    expect(await stock('BOLT')).toEqual({ onHand: 7, reserved: 2, available: 5 })
  })

  it('is refused after it was released or has expired', async () => {
    const released = await reserve([bolts(3)])
    await close(released.id, 'released')
    await expect(close(released.id, 'confirmed')).rejects.toMatchObject({
      code: 'urn:problem-type:inventory:reservation-closed',
      detail: 'The reservation was released already.',
    })
    const expired = await reserve([bolts(3)])
    await letTimePass(store.db, 900)
    await expect(close(expired.id, 'confirmed')).rejects.toMatchObject({
      code: 'urn:problem-type:inventory:reservation-closed',
      detail: 'The reservation has expired already.',
    })
    expect(await stock('BOLT')).toEqual({ onHand: 10, reserved: 0, available: 10 })
  })
})

describe('releasing a reservation', () => {
  it('gives its pieces back, once', async () => {
    const held = await reserve([bolts(3)])
    const released = { ...held, status: 'released' }
    expect(await close(held.id, 'released')).toEqual(released)
    expect(await close(held.id, 'released')).toEqual(released)
    expect(await stock('BOLT')).toEqual({ onHand: 10, reserved: 0, available: 10 })
  })

  it('is refused after it was confirmed or has expired', async () => {
    const confirmed = await reserve([bolts(3)])
    await close(confirmed.id, 'confirmed')
    await expect(close(confirmed.id, 'released')).rejects.toEqual(problem('inventory:reservation-closed'))
    const expired = await reserve([bolts(3)])
    await letTimePass(store.db, 900)
    await expect(close(expired.id, 'released')).rejects.toEqual(problem('inventory:reservation-closed'))
    expect(await stock('BOLT')).toEqual({ onHand: 7, reserved: 0, available: 7 })
  })
})

describe('a reservation that nobody confirms', () => {
  it('expires at its moment, with nothing running, and its pieces are available again', async () => {
    const held = await reserve([nuts(4)], { expiresInSeconds: 60 })
    await letTimePass(store.db, 30)
    expect((await read(held.id)).status).toBe('held')
    await letTimePass(store.db, 30)
    expect((await read(held.id)).status).toBe('expired')
    expect(await stock('NUT')).toEqual({ onHand: 4, reserved: 0, available: 4 })
    expect(await reserve([nuts(4)])).toMatchObject({ status: 'held' })
  })

  it('cannot be confirmed by a transaction that began before it lapsed', async () => {
    const { id } = await reserve([nuts(4)])
    await transaction(store.db, async (tx) => {
      await tx.execute(sql`update inventory.reservations set expires_at = now() + interval '2 milliseconds'`)
      await tx.execute(
        sql`update inventory.reservation_lines set held_until = now() + interval '2 milliseconds'`,
      )
      await expect
        .poll(() => tx.execute(sql`select clock_timestamp() > now() + interval '3 milliseconds' as lapsed`), {
          interval: 1,
        })
        .toMatchObject({ rows: [{ lapsed: true }] })
      await expect(closeReservation(tx, owner, id, 'confirmed')).rejects.toEqual(
        problem('inventory:reservation-closed'),
      )
    })
    expect(await stock('NUT')).toEqual({ onHand: 4, reserved: 0, available: 4 })
  })

  it('stays expired once its pieces were given away, even when the clock is set back', async () => {
    const first = await reserve([nuts(4), bolts(1)], { expiresInSeconds: 60 })
    await letTimePass(store.db, 60)
    await reserve([nuts(4)])
    await letTimePass(store.db, -120)
    expect((await read(first.id)).status).toBe('expired')
    await expect(close(first.id, 'confirmed')).rejects.toEqual(problem('inventory:reservation-closed'))
    expect(await stock('NUT')).toEqual({ onHand: 4, reserved: 4, available: 0 })
    expect(await stock('BOLT')).toEqual({ onHand: 10, reserved: 0, available: 10 })
  })
})

describe('the list of reservations', () => {
  it('comes newest first, in pages of any size, also when several were made at one moment', async () => {
    const made: string[] = []
    for (let index = 0; index < 5; index += 1) {
      made.unshift((await reserve([nuts(1)], { expiresInSeconds: 60 })).id)
      await letTimePass(store.db, 60)
    }
    await store.db.execute(sql`
      update inventory.reservations set created_at = '2026-03-02T09:30:00.123Z' where id = any(${sql.param(made.slice(1, 4))})`)
    await store.db.execute(sql`
      update inventory.reservations set created_at = '2026-03-01' where id = ${made[4]}`)
    const all = (await listReservations(store.db, owner, { limit: 100 })).items.map(({ id }) => id)
    expect(all).toEqual([made[0], ...made.slice(1, 4).sort().reverse(), made[4]])
    for (const limit of [1, 2, 3, 4, 5]) {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await listReservations(store.db, owner, { limit, cursor })
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor
        if (seen.length === limit) await reserve([bolts(1)])
      } while (cursor !== undefined)
      expect(seen.slice(-5)).toEqual(all)
      await store.db.execute(
        sql`delete from inventory.reservations where status = 'held' and expires_at > now()`,
      )
    }
  })

  it('shows each one as it is shown alone', async () => {
    const first = await reserve([nuts(2), bolts(1)], { reference: 'a' })
    const second = await reserve([bolts(2)])
    await letTimePass(store.db, 1)
    expect(
      (await listReservations(store.db, owner, { limit: 2 })).items.toSorted((a, b) =>
        a.id < b.id ? -1 : 1,
      ),
    ).toEqual([await read(first.id), await read(second.id)].toSorted((a, b) => (a.id < b.id ? -1 : 1)))
  })

  it('can be limited to one state, where lapsed ones count as expired from their moment on', async () => {
    const lapsed = await reserve([bolts(1)], { expiresInSeconds: 60 })
    const confirmed = await reserve([bolts(1)])
    await close(confirmed.id, 'confirmed')
    const released = await reserve([bolts(1)])
    await close(released.id, 'released')
    await letTimePass(store.db, 60)
    const held = await reserve([nuts(1)])
    for (const [status, { id }] of Object.entries({ expired: lapsed, confirmed, released, held })) {
      const { items } = await listReservations(store.db, owner, {
        limit: 10,
        status: status as Reservation['status'],
      })
      expect(items.map((item) => [item.id, item.status])).toEqual([[id, status]])
    }
  })

  it('refuses a cursor that it did not give', async () => {
    await expect(listReservations(store.db, owner, { limit: 1, cursor: 'eyJhIjoxfQ' })).rejects.toMatchObject(
      {
        status: 400,
        errors: [{ in: 'query', pointer: '/cursor' }],
      },
    )
  })
})

describe.skipIf(testServerUrl === undefined)('callers at the same time', () => {
  const outcomes = async (attempts: readonly Promise<unknown>[]) => {
    const settled = await Promise.allSettled(attempts)
    for (const outcome of settled) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'Problem' })
    }
    return settled.filter(({ status }) => status === 'fulfilled').length
  }

  it('never reserve more than there is', async () => {
    expect(await outcomes(Array.from({ length: 40 }, () => reserve([bolts(3)])))).toBe(3)
    expect(await stock('BOLT')).toEqual({ onHand: 10, reserved: 9, available: 1 })
  })

  it('who name the same items in another order do not block each other', async () => {
    const there = [bolts(1), nuts(1)]
    const attempts = Array.from({ length: 30 }, (_, index) => reserve(index % 2 ? there : there.toReversed()))
    expect(await outcomes(attempts)).toBe(4)
    expect(await stock('NUT')).toMatchObject({ available: 0 })
    expect(await stock('BOLT')).toMatchObject({ available: 6 })
  })

  it('confirm or release a reservation, never both, and confirm it once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await reserve([bolts(1)])
      const before = await stock('BOLT')
      await outcomes([
        close(id, 'confirmed'),
        close(id, 'released'),
        close(id, 'confirmed'),
        close(id, 'released'),
      ])
      const { status } = await read(id)
      expect(await stock('BOLT')).toMatchObject({
        onHand: status === 'confirmed' ? before.onHand - 1 : before.onHand,
        reserved: 0,
      })
    }
  })

  it('never both confirm a lapsing reservation and reserve its pieces anew', async () => {
    for (let round = 0; round < 10; round += 1) {
      await emptyTables(store.db)
      await stockItem(store.db, 'NUT', 4)
      const { id } = await reserve([nuts(4)])
      // Lapses about when both are under way.
      await store.db.execute(
        sql`update inventory.reservation_lines set held_until = date_trunc('milliseconds', clock_timestamp()) + interval '4 milliseconds'`,
      )
      await store.db.execute(
        sql`update inventory.reservations set expires_at = (select held_until from inventory.reservation_lines)`,
      )
      const attempts = Array.from({ length: 8 }, (_, index) =>
        index % 2 ? reserve([nuts(4)]) : close(id, 'confirmed'),
      )
      const made = (await Promise.allSettled(attempts)).flatMap((outcome) =>
        outcome.status === 'fulfilled' ? [outcome.value.id] : [],
      )
      expect(new Set(made).size).toBeLessThanOrEqual(1)
      const { onHand, reserved } = await stock('NUT')
      expect(onHand - reserved).toBe(made.length === 0 ? 4 : 0)
    }
  })

  it('keep the stock right through everything at once', async () => {
    const adjust = (sku: string, delta: number) =>
      transaction(store.db, (tx) =>
        adjustStock(tx, { id: randomUUID(), sku, delta, reason: 'counted', createdBy: 'clerk' }),
      )
    const life = async (index: number): Promise<void> => {
      const { id } = await reserve(index % 2 ? [bolts(2), nuts(1)] : [nuts(1), bolts(1)])
      if (index % 3) await close(id, index % 3 === 1 ? 'confirmed' : 'released')
    }
    await outcomes(
      Array.from({ length: 60 }, (_, index) =>
        index % 4 === 0 ? adjust(index % 8 ? 'NUT' : 'BOLT', index % 3 ? 2 : -1) : life(index),
      ),
    )
    const rows = await rowsOf<{ sku: string; on_hand: number; expected: number; held: number }>(
      store.db,
      sql`
      select sku, on_hand,
        (select coalesce(sum(delta), 0)::int from inventory.adjustments a where a.sku = i.sku)
        - (select coalesce(sum(quantity), 0)::int from inventory.reservation_lines l
           join inventory.reservations r on r.id = l.reservation_id where l.sku = i.sku and r.status = 'confirmed') as expected,
        (select coalesce(sum(quantity), 0)::int from inventory.reservation_lines l
           join inventory.reservations r on r.id = l.reservation_id where l.sku = i.sku and r.status = 'held') as held
      from inventory.items i`,
    )
    expect(rows.length).toBe(2)
    for (const { sku, on_hand, expected, held } of rows) {
      expect(on_hand).toBe(expected)
      expect(held).toBeLessThanOrEqual(on_hand)
      expect(await stock(sku)).toMatchObject({ reserved: held })
    }
  })
})
