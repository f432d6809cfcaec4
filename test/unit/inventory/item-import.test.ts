import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { importItems, importLimit, readImport, type ItemImport } from '../../../src/inventory/item-import.js'
import { getItem } from '../../../src/inventory/items.js'
import { inventoryMigrations } from '../../../src/inventory/migrations.js'
import { createReservation } from '../../../src/inventory/reservations.js'
import { transaction } from '../../../src/store/transaction.js'
import { emptyTables, openTestStore, rowsOf, testServerUrl, type TestStore } from '../../support/database.js'
import { letTimePass, stockItem } from '../../support/inventory.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore([inventoryMigrations])
})
beforeEach(() => emptyTables(store.db))
afterAll(() => store.close())

async function* stream(lines: Iterable<ItemImport>): AsyncGenerator<ItemImport> {
  yield* lines
}
const run = async (lines: Iterable<ItemImport>) => {
  const read = await readImport(stream(lines))
  return transaction(store.db, (tx) => importItems(tx, read))
}
const line = (sku: string, onHand: number, change: Partial<ItemImport> = {}): ItemImport => ({
  sku,
  name: `Item ${sku}`,
  onHand,
  ...change,
})
const many = (count: number): readonly ItemImport[] =>
  Array.from({ length: count }, (_, index) => line(`S${index}`, index))
const reserve = (sku: string, quantity: number) =>
  transaction(store.db, (tx) =>
    createReservation(
      tx,
      { issuer: 'https://issuer.test', clientId: 'shop' },
      { id: randomUUID(), lines: [{ sku, quantity }], expiresInSeconds: 60 },
    ),
  )
const count = async () =>
  (await rowsOf<{ n: number }>(store.db, sql`select count(*)::int as n from inventory.items`))[0]?.n
const problem = (name: string, extensions: object = {}) =>
  expect.objectContaining({ code: `urn:problem-type:${name}`, extensions })

describe('an import', () => {
  it('creates the items that are new and replaces the others, their stock and all', async () => {
    await run([line('NUT', 5, { description: 'Zinc', tags: ['steel'] })])
    await store.db.execute(
      sql`update inventory.items set created_at = '2026-01-01', updated_at = '2026-01-01'`,
    )
    expect(await run([line('NUT', 7, { name: 'Wing nut' }), line('BOLT', 0, { tags: ['a', 'b'] })])).toEqual({
      created: 1,
      updated: 1,
    })
    const nut = await getItem(store.db, 'NUT')
    expect(nut).toMatchObject({
      name: 'Wing nut',
      tags: [],
      onHand: 7,
      createdAt: '2026-01-01T00:00:00.000Z',
    })
    expect(nut).not.toHaveProperty('description')
    expect(nut.updatedAt > '2026-02-01').toBe(true)
    expect(await getItem(store.db, 'BOLT')).toMatchObject({ tags: ['a', 'b'], onHand: 0 })
  })

  it('of no lines does nothing', async () => {
    expect(await run([])).toEqual({ created: 0, updated: 0 })
  })

  it('takes more lines than a statement does', async () => {
    expect(await run(many(1201))).toEqual({ created: 1201, updated: 0 })
    expect(await run(many(1202))).toEqual({ created: 1, updated: 1201 })
    expect(await getItem(store.db, 'S1200')).toMatchObject({ onHand: 1200 })
  })

  it('takes up to its limit of lines, and reads no further', async () => {
    expect(await readImport(stream(many(importLimit)))).toHaveLength(importLimit)
    let read = 0
    function* endless(): Generator<ItemImport> {
      for (;;) yield line(`S${(read += 1)}`, 1)
    }
    await expect(run(endless())).rejects.toEqual(problem('gatehouse:content-too-large'))
    expect(read).toBe(importLimit + 1)
    expect(await count()).toBe(0)
  })

  it('goes through its items in one order, so that two imports do not block each other', async () => {
    const read = await readImport(stream([line('B', 1), line('A', 1), line('A-1', 1)]))
    expect(read.map(({ sku }) => sku)).toEqual(['A', 'A-1', 'B'])
  })

  it('names each SKU once', async () => {
    await expect(run([line('B', 1), line('A', 1), line('B', 1), line('B', 2), line('A', 1)])).rejects.toEqual(
      problem('inventory:duplicate-sku', { skus: ['B', 'A'] }),
    )
    expect(await count()).toBe(0)
  })

  it('names a hundred of the SKUs that it refuses at most', async () => {
    const refused = run([...many(150), ...many(150)])
    await expect(refused).rejects.toMatchObject({ extensions: { skus: many(100).map(({ sku }) => sku) } })
  })

  it('that fails halfway through its lines changes nothing', async () => {
    async function* broken(): AsyncGenerator<ItemImport> {
      yield line('NUT', 1)
      throw new Error('line 2 is not JSON')
    }
    await expect(readImport(broken())).rejects.toThrow('line 2 is not JSON')
  })

  it('leaves what is reserved on hand, or changes nothing', async () => {
    await stockItem(store.db, 'NUT', 5)
    await reserve('NUT', 3)
    await expect(run([line('BOLT', 1), line('NUT', 2)])).rejects.toEqual(
      problem('inventory:stock-in-use', { skus: ['NUT'] }),
    )
    expect(await count()).toBe(1)
    expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand: 5, reserved: 3 })
    expect(await run([line('NUT', 3)])).toEqual({ created: 0, updated: 1 })
    expect(await getItem(store.db, 'NUT')).toMatchObject({ onHand: 3, reserved: 3, available: 0 })
  })

  it('may take what a lapsed reservation held', async () => {
    await stockItem(store.db, 'NUT', 5)
    await reserve('NUT', 3)
    await letTimePass(store.db, 60)
    expect(await run([line('NUT', 0)])).toEqual({ created: 0, updated: 1 })
  })
})

describe.skipIf(testServerUrl === undefined)('imports at the same time', () => {
  it('of the same new items in another order both succeed, and each item is created once', async () => {
    const lines = many(300)
    const both = await Promise.all([run(lines), run(lines.toReversed()), run(lines)])
    expect(both.reduce((sum, { created }) => sum + created, 0)).toBe(300)
    expect(both.reduce((sum, { created, updated }) => sum + created + updated, 0)).toBe(900)
  })

  it('as reservations never leave less than is reserved', async () => {
    await run(many(20).map(({ sku }) => line(sku, 5)))
    await Promise.allSettled([
      ...many(20).map(({ sku }) => reserve(sku, 4)),
      run(many(20).map(({ sku }) => line(sku, 3))),
      ...many(20).map(({ sku }) => reserve(sku, 1)),
    ])
    const rows = await rowsOf<{ on_hand: number; held: number }>(
      store.db,
      sql`
      select on_hand, (select coalesce(sum(quantity), 0)::int from inventory.reservation_lines l where l.sku = i.sku) as held
      from inventory.items i`,
    )
    expect(rows.length).toBe(20)
    for (const { on_hand, held } of rows) expect(held).toBeLessThanOrEqual(on_hand)
  })
})
