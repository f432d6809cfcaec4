import { and, arrayContains, asc, desc, gt, sql, type SQL } from 'drizzle-orm'
import type { components, operations } from '../../generated/server.js'
import type { Database } from '../store/database.js'
import { decodeCursor, encodeCursor, momentPart, textPart, type KeyPart } from './cursor.js'
import { selectItems, toItem, type Item } from './items.js'
import { items } from './schema.js'
import type { ItemRow } from './stock.js'

export type ItemSort = NonNullable<NonNullable<operations['listItems']['parameters']['query']>['sort']>

export interface ItemQuery {
  readonly limit: number
  readonly sort: ItemSort
  readonly cursor?: string | undefined
  /** Only items that carry all of these. */
  readonly tags?: readonly string[] | undefined
  /** Only items whose SKU or name contains this, in upper or lower case. */
  readonly search?: string | undefined
}

/** An order's first key; the SKU is the second, which makes it total. */
interface SortKey {
  readonly column: SQL
  readonly part: KeyPart<string | Date>
  readonly of: (row: ItemRow) => string | number
}

const sortKeys = {
  sku: { column: sql`${items.sku}`, part: textPart, of: (row) => row.sku },
  name: { column: sql`${items.name}`, part: textPart, of: (row) => row.name },
  updatedAt: { column: sql`${items.updatedAt}`, part: momentPart, of: (row) => row.updatedAt.getTime() },
} as const satisfies Record<string, SortKey>

/** @throws {Problem} `invalid-request` for a cursor that this order did not give */
export async function listItems(db: Database, query: ItemQuery): Promise<components['schemas']['ItemPage']> {
  const { limit, sort, cursor, tags, search } = query
  const list = `items by ${sort}`
  const descending = sort.startsWith('-')
  const { column, part, of }: SortKey = sortKeys[sort.replace('-', '') as keyof typeof sortKeys]
  const direction = descending ? desc : asc

  const conditions: SQL[] = []
  if (cursor !== undefined) {
    const [key, sku] = decodeCursor<[string | Date, string]>(list, cursor, [part, textPart])
    const bound = key instanceof Date ? sql`${key.toISOString()}::timestamptz` : sql`${key}`
    conditions.push(sql`(${column}, ${items.sku}) ${descending ? sql`<` : sql`>`} (${bound}, ${sku})`)
  }
  if (tags !== undefined && tags.length > 0) conditions.push(arrayContains(items.tags, [...tags]))
  if (search !== undefined) conditions.push(contains(search))

  const found = await selectItems(db)
    .where(and(...conditions))
    .orderBy(direction(column), direction(items.sku))
    .limit(limit + 1)
  const page = found.slice(0, limit)
  const last = page.at(-1)?.row
  return {
    items: page.map(({ row, reserved }) => toItem(row, reserved)),
    ...(last !== undefined &&
      found.length > limit && { nextCursor: encodeCursor(list, [of(last), last.sku]) }),
  }
}

/** `position`, not `LIKE`: nothing in the text is a wildcard. The columns' own collation knows no case beyond ASCII. */
function contains(search: string): SQL {
  const within = (column: typeof items.sku | typeof items.name): SQL =>
    sql`position(lower(${search}) in lower(${column} collate "default")) > 0`
  return sql`(${within(items.sku)} or ${within(items.name)})`
}

/** Items read at a time by an export. */
const exportPageSize = 500

/**
 * Every item in order of SKU. Read page by page, each as it is at that moment: a transaction around all of them would keep
 * a connection for as long as a slow client likes. Resolves once the first page is there, so that a database that does not
 * answer fails the call and not the stream.
 */
export async function exportItems(db: Database): Promise<AsyncIterable<Item>> {
  const readPage = async (after: string): Promise<readonly Item[]> => {
    const found = await selectItems(db)
      .where(gt(items.sku, after))
      .orderBy(asc(items.sku))
      .limit(exportPageSize)
    return found.map(({ row, reserved }) => toItem(row, reserved))
  }
  async function* pages(page: readonly Item[]): AsyncGenerator<Item> {
    for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
      yield* page
      page = await readPage(last.sku)
    }
  }
  return pages(await readPage(''))
}
