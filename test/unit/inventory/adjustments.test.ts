import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { adjustStock, listAdjustments, type AdjustmentRequest } from '../../../src/inventory/adjustments.js'
import { createItem, getItem } from '../../../src/inventory/items.js'
import { inventoryMigrations } from '../../../src/inventory/migrations.js'
import { createReservation } from '../../../src/inventory/reservations.js'
import { transaction } from '../../../src/store/transaction.js'
import { emptyTables, openTestStore, testServerUrl, type TestStore } from '../../support/database.js'
import { letTimePass } from '../../support/inventory.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore([inventoryMigrations])
})
beforeEach(async () => {
  await emptyTables(store.db)
  await createItem(store.db, { sku: 'NUT', name: 'Nut' })
})
afterAll(() => store.close())

const adjust = (delta: number, change: Partial<AdjustmentRequest> = {}) =>
  transaction(store.db, (tx) =>
    adjustStock(tx, {
      id: randomUUID(),
      sku: 'NUT',
      delta,
      reason: 'counted',
      createdBy: 'clerk',
      ...change,
    }),
  )
const reserve = (quantity: number) =>
  transaction(store.db, (tx) =>
    createReservation(
      tx,
      { issuer: 'https://issuer.test', clientId: 'shop' },
      { id: randomUUID(), lines: [{ sku: 'NUT', quantity }], expiresInSeconds: 60 },
    ),
  )
const problem = (name: string) => expect.objectContaining({ code: `urn:problem-type:${name}` })
const largest = 2_147_483_647

describe('an adjustment', () => {
  it('adds to the pieces on hand, or takes away, and says how many there are then', async () => {
    expect(await adjust(10, { note: 'Delivery 4711' })).toMatchObject({
      sku: 'NUT',
      delta: 10,
      reason: 'counted',
      note: 'Delivery 4711',
      onHand: 10,
      createdBy: 'clerk',
    })
    const second = await adjust(-4)
    expect(second).toMatchObject({ delta: -4, onHand: 6 })
    expect(second).not.toHaveProperty('note')
    expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand: 6, updatedAt: second.createdAt })
  })

  it.each([
    { onHand: 5, reserved: 0, delta: -5, want: 'taken' },
    { onHand: 5, reserved: 0, delta: -6, want: 'inventory:stock-in-use' },
    { onHand: 5, reserved: 3, delta: -2, want: 'taken' },
    { onHand: 5, reserved: 3, delta: -3, want: 'inventory:stock-in-use' },
    { onHand: largest - 1, reserved: 0, delta: 1, want: 'taken' },
    { onHand: largest, reserved: 0, delta: 1, want: 'inventory:stock-limit' },
  ])(
    'of $delta with $onHand on hand and $reserved reserved: $want',
    async ({ onHand, reserved, delta, want }) => {
      await adjust(onHand)
      if (reserved > 0) await reserve(reserved)
      if (want === 'taken') {
        expect(await adjust(delta)).toMatchObject({ onHand: onHand + delta })
      } else {
        await expect(adjust(delta)).rejects.toEqual(problem(want))
        expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand, reserved })
      }
    },
  )

  it('may take what a lapsed reservation held, which cannot be confirmed any more', async () => {
    await adjust(5)
    await reserve(3)
    await letTimePass(store.db, 60)
    expect(await adjust(-5)).toMatchObject({ onHand: 0 })
  })

  it('of an item that does not exist is not found', async () => {
    await expect(adjust(1, { sku: 'NONE' })).rejects.toEqual(problem('gatehouse:not-found'))
  })

  it.skipIf(testServerUrl === undefined)('is never lost, however many come at once', async () => {
    const deltas = Array.from({ length: 40 }, (_, index) => index + 1)
    const made = await Promise.all(deltas.map((delta) => adjust(delta)))
    const sum = deltas.reduce((total, delta) => total + delta, 0)
    expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand: sum })
    // Each tells the quantity after itself: in the order of the history they add up.
    const { items } = await listAdjustments(store.db, 'NUT', { limit: 100 })
    expect(items.length).toBe(made.length)
    items.reduce((later, earlier) => {
      expect(later.onHand - later.delta).toBe(earlier.onHand)
      return earlier
    })
  })
})

describe('the adjustments of an item', () => {
  it('come newest first, in pages, while more are made', async () => {
    for (const delta of [1, 2, 3, 4, 5]) await adjust(delta)
    const first = await listAdjustments(store.db, 'NUT', { limit: 2 })
    expect(first.items.map(({ delta }) => delta)).toEqual([5, 4])
    await adjust(6)
    const second = await listAdjustments(store.db, 'NUT', { limit: 2, cursor: first.nextCursor })
    expect(second.items.map(({ delta }) => delta)).toEqual([3, 2])
    const third = await listAdjustments(store.db, 'NUT', { limit: 2, cursor: second.nextCursor })
    expect(third.items.map(({ delta }) => delta)).toEqual([1])
    expect(third).not.toHaveProperty('nextCursor')
  })

  it('are none at first', async () => {
    expect(await listAdjustments(store.db, 'NUT', { limit: 2 })).toEqual({ items: [] })
  })

  it('leave out those of other items, whose cursors they refuse', async () => {
    await createItem(store.db, { sku: 'BOLT', name: 'Bolt' })
    for (const delta of [1, 2, 3]) await adjust(delta, { sku: 'BOLT' })
    await adjust(4)
    const { items } = await listAdjustments(store.db, 'NUT', { limit: 10 })
    expect(items.map(({ delta }) => delta)).toEqual([4])
    const { nextCursor } = await listAdjustments(store.db, 'BOLT', { limit: 1 })
    await expect(listAdjustments(store.db, 'NUT', { limit: 1, cursor: nextCursor })).rejects.toEqual(
      problem('gatehouse:invalid-request'),
    )
  })

  it('of an item that does not exist are not found', async () => {
    await expect(listAdjustments(store.db, 'NONE', { limit: 2 })).rejects.toEqual(
      problem('gatehouse:not-found'),
    )
  })
})
