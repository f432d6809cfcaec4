import { sql } from 'drizzle-orm'
import type { components } from '../../generated/server.js'
import { Problem } from '../problem/problem.js'
import type { Transaction } from '../store/database.js'
import type { Item, ItemCreate } from './items.js'
import { inventoryProblems } from './problems.js'
import { items } from './schema.js'
import { lockStock } from './stock.js'

export type ItemImport = ItemCreate & Pick<Item, 'onHand'>

/** Lines that one import takes at most: it holds them in memory, and their items locked. */
export const importLimit = 10_000
/** Rows that one statement writes. */
const batchSize = 500
/** SKUs that a problem names at most; the contract says so. */
const namedLimit = 100

/**
 * Reads all lines of an import, before any transaction: a slow client must not hold locks.
 *
 * @throws {Problem} `content-too-large`; `duplicate-sku`
 */
export async function readImport(lines: AsyncIterable<ItemImport>): Promise<readonly ItemImport[]> {
  const bySku = new Map<string, ItemImport>()
  const duplicates = new Set<string>()
  let count = 0
  for await (const line of lines) {
    count += 1
    if (count > importLimit) {
      throw new Problem('content-too-large', { detail: `An import takes at most ${importLimit} lines.` })
    }
    if (bySku.has(line.sku)) duplicates.add(line.sku)
    bySku.set(line.sku, line)
  }
  if (duplicates.size > 0) {
    throw new Problem(inventoryProblems['duplicate-sku'], {
      detail: `${duplicates.size} SKUs are named by more than one line.`,
      extensions: { skus: [...duplicates].slice(0, namedLimit) },
    })
  }
  // In one order in every import, so that two of them cannot wait for each other's new items.
  return [...bySku.values()].sort((a, b) => (a.sku < b.sku ? -1 : 1))
}

/**
 * Creates the items that do not exist and replaces those that do.
 *
 * @throws {Problem} `stock-in-use` where a line would leave less than is reserved
 */
export async function importItems(
  tx: Transaction,
  lines: readonly ItemImport[],
): Promise<components['schemas']['ItemImportSummary']> {
  const skus = lines.map(({ sku }) => sku)
  const created = new Set<string>()
  let locked = new Map() as Awaited<ReturnType<typeof lockStock>>['stock']
  let at = new Date()
  // Created first and locked then: an item that somebody else creates meanwhile is locked too before it is replaced. One
  // that somebody deletes in between is created in another round.
  for (let missing = lines; missing.length > 0; missing = missing.filter(({ sku }) => !locked.has(sku))) {
    for (const batch of batches(missing)) {
      const rows = await tx
        .insert(items)
        .values(batch.map(toRow))
        .onConflictDoNothing()
        .returning({ sku: items.sku })
      for (const { sku } of rows) created.add(sku)
    }
    ;({ at, stock: locked } = await lockStock(tx, skus))
  }
  const short = lines.filter(({ sku, onHand }) => onHand < (locked.get(sku)?.reserved ?? 0))
  if (short.length > 0) {
    throw new Problem(inventoryProblems['stock-in-use'], {
      detail: `${short.length} lines leave less than held reservations need.`,
      extensions: { skus: short.slice(0, namedLimit).map(({ sku }) => sku) },
    })
  }
  for (const batch of batches(lines.filter(({ sku }) => !created.has(sku)))) {
    await tx
      .insert(items)
      .values(batch.map(toRow))
      .onConflictDoUpdate({
        target: items.sku,
        set: {
          name: sql`excluded.name`,
          description: sql`excluded.description`,
          tags: sql`excluded.tags`,
          onHand: sql`excluded.on_hand`,
          updatedAt: at,
        },
      })
  }
  return { created: created.size, updated: lines.length - created.size }
}

function toRow({ sku, name, description, tags, onHand }: ItemImport): typeof items.$inferInsert {
  return { sku, name, description: description ?? null, tags: [...(tags ?? [])], onHand }
}

function* batches(lines: readonly ItemImport[]): Generator<readonly ItemImport[]> {
  for (let start = 0; start < lines.length; start += batchSize) yield lines.slice(start, start + batchSize)
}
