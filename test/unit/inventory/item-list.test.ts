import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { exportItems, listItems, type ItemQuery, type ItemSort } from '../../../src/inventory/item-list.js'
import { createItem, getItem } from '../../../src/inventory/items.js'
import { inventoryMigrations } from '../../../src/inventory/migrations.js'
import { emptyTables, openTestStore, type TestStore } from '../../support/database.js'
import { stockItem } from '../../support/inventory.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore([inventoryMigrations])
})
beforeEach(() => emptyTables(store.db))
afterAll(() => store.close())

const add = (sku: string, name = sku, tags: readonly string[] = []) =>
  createItem(store.db, { sku, name, tags })
const list = (query: Partial<ItemQuery> = {}) => listItems(store.db, { limit: 100, sort: 'sku', ...query })
const skus = async (query: Partial<ItemQuery> = {}) => (await list(query)).items.map(({ sku }) => sku)

async function all<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const one of source) found.push(one)
  return found
}

async function walk(
  query: Partial<ItemQuery>,
  between: (page: number) => Promise<unknown> = async () => undefined,
): Promise<readonly string[]> {
  const seen: string[] = []
  let cursor: string | undefined
  for (let page = 1; ; page += 1) {
    const { items, nextCursor } = await list({ ...query, cursor })
    seen.push(...items.map(({ sku }) => sku))
    if (nextCursor === undefined) return seen
    cursor = nextCursor
    await between(page)
  }
}

describe('the list of items', () => {
  // Names and moments with ties, against the order of the SKUs.
  beforeEach(async () => {
    for (const [sku, name] of [
      ['B', 'two'],
      ['A-1', 'two'],
      ['A', 'Zwei'],
      ['D', 'one'],
      ['C', 'one'],
      ['A.1', 'éins'],
      ['A_1', '🔩'],
    ] as const) {
      await add(sku, name)
    }
    await store.db.execute(sql`
      update inventory.items set updated_at = '2026-03-02T09:30:00.123Z'::timestamptz
        - (case sku when 'B' then 0 when 'D' then 2 else 1 end) * interval '1 millisecond'`)
  })

  const orders: { sort: ItemSort; want: readonly string[] }[] = [
    { sort: 'sku', want: ['A', 'A-1', 'A.1', 'A_1', 'B', 'C', 'D'] },
    { sort: 'name', want: ['A', 'C', 'D', 'A-1', 'B', 'A.1', 'A_1'] },
    { sort: 'updatedAt', want: ['D', 'A', 'A-1', 'A.1', 'A_1', 'C', 'B'] },
  ]
  const cases = orders.flatMap(({ sort, want }) => [
    { sort, want },
    { sort: `-${sort}` as ItemSort, want: want.toReversed() },
  ])
  it.each(cases)('by $sort is $want, in pages of any size', async ({ sort, want }) => {
    for (const limit of [1, 2, 3, 6, 7, 100]) expect(await walk({ sort, limit })).toEqual(want)
  })

  it.each(cases)(
    'by $sort neither repeats nor misses an item while others come and go',
    async ({ sort, want }) => {
      const names: Record<number, string> = { 1: '0', 2: 'zzz', 3: 'two' }
      const seen = await walk({ sort, limit: 2 }, async (page) => {
        await add(`NEW-${page}`, names[page])
        await add(`0-${page}`, names[page])
        await store.db.execute(sql`delete from inventory.items where sku = ${`0-${page - 1}`}`)
      })
      expect(seen.filter((sku) => want.includes(sku))).toEqual(want)
      expect(new Set(seen).size).toBe(seen.length)
    },
  )

  it('goes on behind an item that has been deleted', async () => {
    const { nextCursor } = await list({ limit: 2 })
    await store.db.execute(sql`delete from inventory.items where sku = 'A-1'`)
    expect(await skus({ cursor: nextCursor })).toEqual(['A.1', 'A_1', 'B', 'C', 'D'])
  })

  it('has no next cursor on its last page, full or not', async () => {
    expect(await list({ limit: 7 })).not.toHaveProperty('nextCursor')
    expect(await list({ limit: 6 })).toHaveProperty('nextCursor')
  })

  it('refuses a cursor of another order', async () => {
    const { nextCursor } = await list({ limit: 2, sort: 'name' })
    await expect(list({ sort: '-name', cursor: nextCursor })).rejects.toMatchObject({
      status: 400,
      errors: [{ in: 'query', pointer: '/cursor' }],
    })
  })

  it('shows each item as it is shown alone', async () => {
    expect((await list({ limit: 1 })).items).toEqual([await getItem(store.db, 'A')])
  })
})

describe('the filters of the list of items', () => {
  beforeEach(async () => {
    await add('BOLT-M8', 'Hex bolt 100%', ['steel', 'fastener'])
    await add('NUT-M8', 'Écrou', ['steel'])
    await add('RING', 'Ring_bolt', ['brass', 'fastener'])
  })

  it.each<{ query: Partial<ItemQuery>; want: readonly string[] }>([
    { query: { tags: ['steel'] }, want: ['BOLT-M8', 'NUT-M8'] },
    { query: { tags: ['steel', 'fastener'] }, want: ['BOLT-M8'] },
    { query: { tags: ['fastener', 'fastener'] }, want: ['BOLT-M8', 'RING'] },
    { query: { tags: ['steel', 'brass'] }, want: [] },
    { query: { tags: [] }, want: ['BOLT-M8', 'NUT-M8', 'RING'] },
    { query: { search: 'BOLT' }, want: ['BOLT-M8', 'RING'] },
    { query: { search: 'm8' }, want: ['BOLT-M8', 'NUT-M8'] },
    { query: { search: 'éCROU' }, want: ['NUT-M8'] },
    { query: { search: '%' }, want: ['BOLT-M8'] },
    { query: { search: '_' }, want: ['RING'] },
    { query: { search: "'; drop table" }, want: [] },
    { query: { search: 'bolt', tags: ['steel'] }, want: ['BOLT-M8'] },
  ])('$query lets $want through', async ({ query, want }) => {
    expect(await skus(query)).toEqual(want)
  })

  it('hold on every page', async () => {
    expect(await walk({ limit: 1, search: 'bolt' })).toEqual(['BOLT-M8', 'RING'])
  })
})

describe('the export of items', () => {
  it('gives every item in order of SKU, over more than one page', async () => {
    await store.db.execute(sql`
      insert into inventory.items (sku, name, tags, on_hand)
      select 'S' || to_char(i, 'FM0000'), 'n', '{}', i from generate_series(1, 1001) i`)
    const seen = (await all(await exportItems(store.db))).map(({ sku }) => sku)
    expect(seen.length).toBe(1001)
    expect(seen).toEqual(seen.toSorted())
  })

  it('gives items as they are shown alone, and nothing where there are none', async () => {
    expect(await all(await exportItems(store.db))).toEqual([])
    await stockItem(store.db, 'NUT', 3)
    expect(await all(await exportItems(store.db))).toEqual([await getItem(store.db, 'NUT')])
  })

  it('holds no transaction open while it is read slowly', async () => {
    await stockItem(store.db, 'NUT', 3)
    const lines = (await exportItems(store.db))[Symbol.asyncIterator]()
    await lines.next()
    await add('OTHER')
    expect(await skus()).toEqual(['NUT', 'OTHER'])
    await lines.return?.()
  })
})
