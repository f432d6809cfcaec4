import { and, desc, eq, lt } from 'drizzle-orm'
import type { components } from '../../generated/server.js'
import type { ForReply } from '../contract/handler.js'
import { Problem } from '../problem/problem.js'
import type { Database, Transaction } from '../store/database.js'
import { decodeCursor, encodeCursor, sequencePart } from './cursor.js'
import { noSuchItem } from './items.js'
import { inventoryProblems } from './problems.js'
import { adjustments, items } from './schema.js'
import { largestQuantity, lockStock } from './stock.js'

export type Adjustment = ForReply<components['schemas']['Adjustment']>

export interface AdjustmentRequest {
  readonly id: string
  readonly sku: string
  readonly delta: number
  readonly reason: Adjustment['reason']
  readonly note?: string | undefined
  /** The client that asks for it. */
  readonly createdBy: string
}

/** @throws {Problem} `not-found`; `stock-in-use` below what is reserved; `stock-limit` */
export async function adjustStock(tx: Transaction, request: AdjustmentRequest): Promise<Adjustment> {
  const { sku, delta, note } = request
  const { at, stock } = await lockStock(tx, [sku])
  const found = stock.get(sku)
  if (found === undefined) throw noSuchItem(sku)
  const { row, reserved } = found
  const onHand = row.onHand + delta
  if (onHand < reserved) {
    throw new Problem(inventoryProblems['stock-in-use'], {
      detail: `${row.onHand} pieces on hand, ${reserved} of them reserved; ${row.onHand - reserved} can be taken.`,
    })
  }
  if (onHand > largestQuantity) {
    throw new Problem(inventoryProblems['stock-limit'], {
      detail: `${row.onHand} pieces on hand; ${largestQuantity - row.onHand} can be added.`,
    })
  }
  await tx.update(items).set({ onHand, updatedAt: at }).where(eq(items.sku, sku))
  const [adjustment] = await tx
    .insert(adjustments)
    .values({ ...request, note: note ?? null, onHand, createdAt: at })
    .returning()
  if (adjustment === undefined) throw new Error('The adjustment was not stored')
  return toAdjustment(adjustment)
}

/**
 * The adjustments of an item, newest first.
 *
 * @throws {Problem} `not-found`; `invalid-request` for a cursor that this list did not give
 */
export async function listAdjustments(
  db: Database,
  sku: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<ForReply<components['schemas']['AdjustmentPage']>> {
  const list = `adjustments of ${sku}`
  const [before] = cursor === undefined ? [] : decodeCursor<[number]>(list, cursor, [sequencePart])
  const [item] = await db.select({ sku: items.sku }).from(items).where(eq(items.sku, sku))
  if (item === undefined) throw noSuchItem(sku)
  const found = await db
    .select()
    .from(adjustments)
    .where(and(eq(adjustments.sku, sku), before === undefined ? undefined : lt(adjustments.sequence, before)))
    .orderBy(desc(adjustments.sequence))
    .limit(limit + 1)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(toAdjustment),
    ...(last !== undefined && found.length > limit && { nextCursor: encodeCursor(list, [last.sequence]) }),
  }
}

function toAdjustment(row: typeof adjustments.$inferSelect): Adjustment {
  return {
    id: row.id,
    sku: row.sku,
    delta: row.delta,
    reason: row.reason,
    ...(row.note !== null && { note: row.note }),
    onHand: row.onHand,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
  }
}
