import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { stockItem, walk } from '../support/inventory.js'
import { openTestService, type Call, type Reply, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(() => emptyTables(service.db))
afterAll(() => service.close())

const list = (query: Call['query'] = {}): Promise<Reply> => service.call('listItems', { query })
const skusOf = (items: readonly unknown[]): readonly string[] =>
  items.map((item) => (item as { readonly sku: string }).sku)
const skus = async (query: Call['query'] = {}): Promise<readonly string[]> =>
  skusOf((await list(query)).body.items)
/** One import is one moment, so all of its items change at the same one. */
const add = (...items: readonly { sku: string; name?: string; tags?: readonly string[] }[]) =>
  service.call('importItems', { body: items.map((item) => ({ name: item.sku, onHand: 0, ...item })) })

describe('200', () => {
  it('has neither items nor a cursor where there is nothing', async () => {
    const { status, body } = await list()
    expect(status).toBe(200)
    expect(body).toEqual({ items: [] })
  })

  it('shows each item as it is shown alone', async () => {
    await stockItem(service.db, 'BOLT', 10)
    await service.call('createReservation', { body: { lines: [{ sku: 'BOLT', quantity: 3 }] } })
    const alone = await service.call('getItem', { params: { sku: 'BOLT' } })
    expect((await list()).body.items).toEqual([alone.body])
    expect(alone.body).toMatchObject({ onHand: 10, reserved: 3, available: 7 })
  })
})

describe('200, page by page,', () => {
  const numbered = (count: number): { sku: string }[] =>
    Array.from({ length: count }, (_, index) => ({ sku: `ITEM-${String(index).padStart(3, '0')}` }))

  it('holds 20 items where no limit is named', async () => {
    await add(...numbered(21))
    const { body } = await list()
    expect(body.items).toHaveLength(20)
    expect(await skus({ cursor: body.nextCursor })).toEqual(['ITEM-020'])
  })

  it.each([3, 7, 30])(
    'holds %i items where that is the limit, and all pages hold all items',
    async (limit) => {
      await add(...numbered(31))
      expect((await list({ limit })).body.items).toHaveLength(limit)
      const seen = skusOf(await walk(service, 'listItems', { query: { limit } }))
      expect(seen).toEqual(skusOf(numbered(31)))
    },
  )

  it('has no next cursor on the last page, however full that is', async () => {
    await add(...numbered(4))
    expect((await list({ limit: 3 })).body).toHaveProperty('nextCursor')
    expect((await list({ limit: 4 })).body).not.toHaveProperty('nextCursor')
  })

  it('goes on behind an item that has been deleted', async () => {
    await add(...numbered(4))
    const { body } = await list({ limit: 2 })
    await service.call('deleteItem', { params: { sku: 'ITEM-001' }, headers: { 'If-Match': '*' } })
    expect(await skus({ limit: 2, cursor: body.nextCursor })).toEqual(['ITEM-002', 'ITEM-003'])
  })
})

describe('200, in the order of', () => {
  // SKUs against names, with ties, and everything that a locale would sort otherwise. All of one moment but two.
  beforeEach(async () => {
    await add(
      { sku: 'B', name: 'two' },
      { sku: 'A-1', name: 'two' },
      { sku: 'A', name: 'Zwei' },
      { sku: 'D', name: 'one' },
      { sku: 'C', name: 'one' },
      { sku: 'A.1', name: 'éins' },
      { sku: 'A_1', name: '🔩' },
    )
    await service.db.execute(sql`
      update inventory.items set updated_at = updated_at + interval '1 millisecond' *
        case sku when 'D' then -1 when 'B' then 1 else 0 end`)
  })

  const orders = [
    { sort: 'sku', want: ['A', 'A-1', 'A.1', 'A_1', 'B', 'C', 'D'] },
    { sort: 'name', want: ['A', 'C', 'D', 'A-1', 'B', 'A.1', 'A_1'] },
    { sort: 'updatedAt', want: ['D', 'A', 'A-1', 'A.1', 'A_1', 'C', 'B'] },
  ].flatMap(({ sort, want }) => [
    { sort, want },
    { sort: `-${sort}`, want: want.toReversed() },
  ])

  it('the SKU where none is named', async () => {
    expect(await skus()).toEqual(['A', 'A-1', 'A.1', 'A_1', 'B', 'C', 'D'])
  })

  it.each(orders)('$sort lists $want, ties by SKU, in pages of any size', async ({ sort, want }) => {
    for (const limit of [1, 2, 3, 100]) {
      expect(skusOf(await walk(service, 'listItems', { query: { sort, limit } }))).toEqual(want)
    }
  })

  it.each(orders)(
    '$sort neither repeats nor misses an item while others come and go',
    async ({ sort, want }) => {
      const seen = skusOf(
        await walk(service, 'listItems', { query: { sort, limit: 2 } }, async (page) => {
          // Where what changed last comes last, each page would bring the next.
          if (page > 3) return
          // Before, behind and in the midst of what was seen.
          await add(
            { sku: `0-${page}`, name: `0${page}` },
            { sku: `AA-${page}`, name: 'two' },
            { sku: `Z-${page}`, name: `🔩${page}` },
          )
          if (page === 1) return
          await service.call('deleteItem', { params: { sku: `0-${page - 1}` }, headers: { 'If-Match': '*' } })
        }),
      )
      expect(seen.filter((sku) => want.includes(sku))).toEqual(want)
      expect(seen).toHaveLength(new Set(seen).size)
    },
  )

  it('updatedAt puts what has just changed last', async () => {
    await service.call('adjustStock', { params: { sku: 'C' }, body: { delta: 1, reason: 'counted' } })
    expect((await skus({ sort: 'updatedAt' })).at(-1)).toBe('C')
  })
})

describe('200, filtered by', () => {
  beforeEach(() =>
    add(
      { sku: 'BOLT-M8', name: 'Hex bolt 100% steel', tags: ['steel', 'fastener'] },
      { sku: 'NUT-M8', name: `"Wing" nut, 3/8'' \\ 5`, tags: ['steel', 'brass-like'] },
      { sku: 'RING_1', name: 'Ring_bolt', tags: ['fastener', 'brass'] },
      { sku: 'WASHER', name: 'Écrou ÄÖÜ 🔩', tags: [] },
    ),
  )

  it.each([
    { tag: 'steel', want: ['BOLT-M8', 'NUT-M8'] },
    { tag: ['steel', 'fastener'], want: ['BOLT-M8'] },
    { tag: ['fastener', 'fastener'], want: ['BOLT-M8', 'RING_1'] },
    // The whole of it, not a part.
    { tag: 'brass', want: ['RING_1'] },
    { tag: ['brass', 'steel'], want: [] },
    { tag: 'unknown', want: [] },
  ])('tag $tag lists $want, items that carry all of them', async ({ tag, want }) => {
    expect(await skus({ tag })).toEqual(want)
  })

  it.each([
    { q: 'bolt', want: ['BOLT-M8', 'RING_1'] },
    { q: 'M8', want: ['BOLT-M8', 'NUT-M8'] },
    { q: 'm8', want: ['BOLT-M8', 'NUT-M8'] },
    { q: 'HEX BOLT', want: ['BOLT-M8'] },
    { q: 'écrou', want: ['WASHER'] },
    { q: 'äöü', want: ['WASHER'] },
    { q: '🔩', want: ['WASHER'] },
    { q: '%', want: ['BOLT-M8'] },
    { q: '_', want: ['RING_1'] },
    { q: '\\', want: ['NUT-M8'] },
    { q: '\\ 5', want: ['NUT-M8'] },
    { q: `"wing"`, want: ['NUT-M8'] },
    { q: `''`, want: ['NUT-M8'] },
    { q: `' or 1=1 --`, want: [] },
    { q: 'H_x', want: [] },
    { q: 'H%x', want: [] },
    { q: '.*', want: [] },
    { q: ' ', want: ['BOLT-M8', 'NUT-M8', 'WASHER'] },
    { q: 'a+b&c=d#e', want: [] },
  ])('q $q lists $want, taken literally but for upper and lower case', async ({ q, want }) => {
    expect(await skus({ q })).toEqual(want)
  })

  it('all filters together', async () => {
    expect(await skus({ q: 'bolt', tag: 'fastener' })).toEqual(['BOLT-M8', 'RING_1'])
    expect(await skus({ q: 'bolt', tag: ['fastener', 'steel'] })).toEqual(['BOLT-M8'])
  })

  it('them on every page', async () => {
    const query = { tag: 'fastener', sort: '-name', limit: 1 }
    expect(skusOf(await walk(service, 'listItems', { query }))).toEqual(['RING_1', 'BOLT-M8'])
  })
})

describe('400', () => {
  const refusal = {
    status: 400,
    body: {
      type: 'urn:problem-type:gatehouse:invalid-request',
      errors: [{ in: 'query', pointer: '/cursor' }],
    },
  }

  it('refuses the cursor of another order', async () => {
    await add({ sku: 'A' }, { sku: 'B' })
    const { body } = await list({ sort: 'name', limit: 1 })
    for (const sort of ['-name', 'sku', 'updatedAt']) {
      expect(await list({ sort, limit: 1, cursor: body.nextCursor })).toMatchObject(refusal)
    }
  })

  it('refuses the cursor of another list', async () => {
    await stockItem(service.db, 'A', 1)
    const params = { sku: 'A' }
    await service.call('adjustStock', { params, body: { delta: 1, reason: 'counted' } })
    const { body } = await service.call('listAdjustments', { params, query: { limit: 1 } })
    expect(await list({ cursor: body.nextCursor })).toMatchObject(refusal)
  })

  it.each<{ given: string; cursor: string }>([
    { given: 'made up', cursor: 'AAAA' },
    { given: 'JSON, but no list', cursor: encode({ sku: 'A' }) },
    { given: 'a key too short', cursor: encode(['items by sku', 'A']) },
    { given: 'a key of other types', cursor: encode(['items by sku', 1, 2]) },
    { given: 'a key with NUL, which no database takes', cursor: encode(['items by sku', 'A\0', 'A']) },
    { given: 'an object that would change a query', cursor: encode(['items by sku', { sql: '1' }, 'A']) },
  ])('refuses a cursor that is $given', async ({ cursor }) => {
    expect(await list({ cursor })).toMatchObject(refusal)
  })

  it.each([
    { given: 'NUL', q: 'a\0b' },
    { given: 'nothing', q: '' },
  ])('refuses to search for $given', async ({ q }) => {
    expect(await list({ q })).toMatchObject({ status: 400, body: { type: expect.stringContaining(':') } })
  })
})

function encode(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}
