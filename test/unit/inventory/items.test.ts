import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createItem, deleteItem, getItem, updateItem, type ItemPatch } from '../../../src/inventory/items.js'
import { inventoryMigrations } from '../../../src/inventory/migrations.js'
import { closeReservation, createReservation } from '../../../src/inventory/reservations.js'
import { Problem } from '../../../src/problem/problem.js'
import { transaction } from '../../../src/store/transaction.js'
import { emptyTables, openTestStore, type TestStore } from '../../support/database.js'
import { letTimePass, stockItem } from '../../support/inventory.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore([inventoryMigrations])
})
beforeEach(() => emptyTables(store.db))
afterAll(() => store.close())

const owner = { issuer: 'https://issuer.test', clientId: 'shop' }
const update = (sku: string, patch: ItemPatch, check = () => undefined) =>
  transaction(store.db, (tx) => updateItem(tx, sku, patch, check))
const remove = (sku: string, check = () => undefined) =>
  transaction(store.db, (tx) => deleteItem(tx, sku, check))
const reserve = (sku: string, quantity: number) =>
  transaction(store.db, (tx) =>
    createReservation(tx, owner, { id: randomUUID(), lines: [{ sku, quantity }], expiresInSeconds: 900 }),
  )
const problem = (name: string) => expect.objectContaining({ code: `urn:problem-type:${name}` })

describe('an item', () => {
  it('starts without stock, and reads back as it was created', async () => {
    const created = await createItem(store.db, {
      sku: 'BOLT-M8',
      name: 'Hex bolt “M8” × 40',
      description: 'It\'s {zinc}-plated, "8.8" \\ 🔩',
      tags: ['steel', 'fastener'],
    })
    expect(created).toMatchObject({ onHand: 0, reserved: 0, available: 0, tags: ['steel', 'fastener'] })
    expect(created.createdAt).toBe(created.updatedAt)
    expect(Math.abs(Date.parse(created.createdAt) - Date.now())).toBeLessThan(60_000)
    expect(await getItem(store.db, 'BOLT-M8')).toEqual(created)
  })

  it('has neither description nor tags when none are given', async () => {
    const created = await createItem(store.db, { sku: 'NUT', name: 'Nut' })
    expect(created).not.toHaveProperty('description')
    expect(created.tags).toEqual([])
  })

  it('is refused a second time under the same SKU, and the first stays as it was', async () => {
    const first = await createItem(store.db, { sku: 'NUT', name: 'Nut' })
    await expect(createItem(store.db, { sku: 'NUT', name: 'Other' })).rejects.toEqual(
      problem('inventory:sku-exists'),
    )
    expect(await getItem(store.db, 'NUT')).toEqual(first)
  })

  it('is created once by two who create it at the same time', async () => {
    const both = await Promise.allSettled([
      createItem(store.db, { sku: 'NUT', name: 'Nut' }),
      createItem(store.db, { sku: 'NUT', name: 'Nut' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('shows what is reserved, until the reservation lapses', async () => {
    await stockItem(store.db, 'NUT', 10)
    await reserve('NUT', 3)
    expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand: 10, reserved: 3, available: 7 })
    await letTimePass(store.db, 900)
    expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand: 10, reserved: 0, available: 10 })
  })

  it('cannot have less than nothing on hand, whatever the code does', async () => {
    await stockItem(store.db, 'NUT', 1)
    await expect(store.db.execute(sql`update inventory.items set on_hand = -1`)).rejects.toMatchObject({
      cause: { code: '23514' },
    })
  })
})

describe('a merge patch of an item', () => {
  const full = { sku: 'NUT', name: 'Nut', description: 'Zinc', tags: ['steel'] }
  it.each<{ patch: ItemPatch; want: object }>([
    { patch: { name: 'Wing nut' }, want: { name: 'Wing nut', description: 'Zinc', tags: ['steel'] } },
    { patch: { description: null }, want: { name: 'Nut', tags: ['steel'] } },
    { patch: { description: '' }, want: { name: 'Nut', description: '', tags: ['steel'] } },
    { patch: { tags: null }, want: { name: 'Nut', description: 'Zinc', tags: [] } },
    { patch: { tags: ['brass', 'new'] }, want: { name: 'Nut', description: 'Zinc', tags: ['brass', 'new'] } },
  ])('$patch leaves $want', async ({ patch, want }) => {
    const before = await createItem(store.db, full)
    const after = await update('NUT', patch)
    const { updatedAt, ...rest } = after
    expect(rest).toEqual({
      sku: 'NUT',
      onHand: 0,
      reserved: 0,
      available: 0,
      createdAt: before.createdAt,
      ...want,
    })
    expect(Date.parse(updatedAt)).toBeGreaterThanOrEqual(Date.parse(before.updatedAt))
    expect(await getItem(store.db, 'NUT')).toEqual(after)
  })

  it('sees the item as it is, with what is reserved, before it changes anything', async () => {
    await stockItem(store.db, 'NUT', 5)
    await reserve('NUT', 2)
    const current = await getItem(store.db, 'NUT')
    const check = vi.fn(() => {
      throw new Problem('precondition-failed')
    })
    await expect(update('NUT', { name: 'Other' }, check)).rejects.toEqual(
      problem('gatehouse:precondition-failed'),
    )
    expect(check).toHaveBeenCalledWith(current)
    expect(await getItem(store.db, 'NUT')).toEqual(current)
    expect(await update('NUT', { name: 'Other' })).toMatchObject({ name: 'Other', reserved: 2, available: 3 })
  })

  it('of an item that does not exist is not found, whatever the condition', async () => {
    const check = vi.fn()
    await expect(update('NONE', { name: 'x' }, check)).rejects.toEqual(problem('gatehouse:not-found'))
    expect(check).not.toHaveBeenCalled()
  })
})

describe('deleting an item', () => {
  it('takes its adjustments along: the same SKU starts anew', async () => {
    await stockItem(store.db, 'NUT', 5)
    await remove('NUT')
    await expect(getItem(store.db, 'NUT')).rejects.toEqual(problem('gatehouse:not-found'))
    await createItem(store.db, { sku: 'NUT', name: 'Nut' })
    expect(await store.db.execute(sql`select count(*)::int as n from inventory.adjustments`)).toMatchObject({
      rows: [{ n: 0 }],
    })
  })

  it('is refused while a reservation holds pieces of it', async () => {
    await stockItem(store.db, 'NUT', 5)
    await reserve('NUT', 2)
    await expect(remove('NUT')).rejects.toEqual(problem('inventory:stock-in-use'))
    expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand: 5 })
  })

  it.each([
    {
      given: 'confirmed',
      end: (id: string) => transaction(store.db, (tx) => closeReservation(tx, owner, id, 'confirmed')),
    },
    {
      given: 'released',
      end: (id: string) => transaction(store.db, (tx) => closeReservation(tx, owner, id, 'released')),
    },
    { given: 'expired', end: () => letTimePass(store.db, 900) },
  ])('is possible once the reservation is $given, and the reservation stays', async ({ given, end }) => {
    await stockItem(store.db, 'NUT', 5)
    const { id } = await reserve('NUT', 2)
    await end(id)
    await remove('NUT')
    expect(
      await store.db.execute(sql`select status from inventory.reservations where id = ${id}`),
    ).toMatchObject({ rows: [{ status: given }] })
  })

  it('that its check refuses deletes nothing', async () => {
    await stockItem(store.db, 'NUT', 5)
    await expect(
      remove('NUT', () => {
        throw new Problem('precondition-failed')
      }),
    ).rejects.toEqual(problem('gatehouse:precondition-failed'))
    expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand: 5 })
  })

  it('of an item that does not exist is not found', async () => {
    await expect(remove('NONE')).rejects.toEqual(problem('gatehouse:not-found'))
  })
})
