import { and, eq, gt, sql } from 'drizzle-orm'
import type { components } from '../../generated/server.js'
import { Problem } from '../problem/problem.js'
import type { Database, Transaction } from '../store/database.js'
import { mergePatch } from './merge-patch.js'
import { inventoryProblems } from './problems.js'
import { items, reservationLines } from './schema.js'
import { lockStock, type ItemRow } from './stock.js'

export type Item = components['schemas']['Item']
export type ItemCreate = Pick<Item, 'sku' | 'name' | 'description'> & Partial<Pick<Item, 'tags'>>
export type ItemPatch = components['schemas']['ItemPatch']

/** Throws unless the item may be changed as it is now. Called while the item is locked. */
export type ItemCheck = (item: Item) => void

/** @throws {Problem} `sku-exists` */
export async function createItem(db: Database, { sku, name, description, tags }: ItemCreate): Promise<Item> {
  const [row] = await db
    .insert(items)
    .values({ sku, name, description: description ?? null, tags: [...(tags ?? [])], onHand: 0 })
    .onConflictDoNothing()
    .returning()
  if (row === undefined) {
    throw new Problem(inventoryProblems['sku-exists'], { detail: `There is an item ${sku} already.` })
  }
  return toItem(row, 0)
}

/** @throws {Problem} `not-found` */
export async function getItem(db: Database, sku: string): Promise<Item> {
  const [found] = await selectItems(db).where(eq(items.sku, sku))
  if (found === undefined) throw noSuchItem(sku)
  return toItem(found.row, found.reserved)
}

/**
 * Applies a merge patch.
 *
 * @throws {Problem} `not-found`, and whatever `check` throws
 */
export async function updateItem(
  tx: Transaction,
  sku: string,
  patch: ItemPatch,
  check: ItemCheck,
): Promise<Item> {
  const { at, stock } = await lockStock(tx, [sku])
  const found = stock.get(sku)
  if (found === undefined) throw noSuchItem(sku)
  const current = toItem(found.row, found.reserved)
  check(current)
  // The contract lets a patch name only these members, and never remove the name.
  const { name, description, tags } = mergePatch(current, patch) as Pick<Item, 'name'> & Partial<Item>
  const [row] = await tx
    .update(items)
    .set({ name, description: description ?? null, tags: [...(tags ?? [])], updatedAt: at })
    .where(eq(items.sku, sku))
    .returning()
  if (row === undefined) throw noSuchItem(sku)
  return toItem(row, found.reserved)
}

/**
 * Deletes an item together with its adjustments.
 *
 * @throws {Problem} `not-found`; `stock-in-use` while held reservations need it; and whatever `check` throws
 */
export async function deleteItem(tx: Transaction, sku: string, check: ItemCheck): Promise<void> {
  const { stock } = await lockStock(tx, [sku])
  const found = stock.get(sku)
  if (found === undefined) throw noSuchItem(sku)
  check(toItem(found.row, found.reserved))
  if (found.reserved > 0) {
    throw new Problem(inventoryProblems['stock-in-use'], {
      detail: `Held reservations need ${found.reserved} pieces of ${sku}.`,
    })
  }
  await tx.delete(items).where(eq(items.sku, sku))
}

/**
 * Items with what is reserved of them now. One statement, so that both are of one moment; a lateral join, so that only
 * the lines of the items asked for are summed.
 */
export function selectItems(db: Database) {
  const reserved = db
    .select({ sum: sql`coalesce(sum(${reservationLines.quantity}), 0)`.mapWith(Number).as('sum') })
    .from(reservationLines)
    .where(and(eq(reservationLines.sku, items.sku), gt(reservationLines.heldUntil, sql`now()`)))
    .as('reserved')
  return db.select({ row: items, reserved: reserved.sum }).from(items).crossJoinLateral(reserved).$dynamic()
}

/** The representation, its members always in this order: its entity tag depends on it. */
export function toItem(row: ItemRow, reserved: number): Item {
  return {
    sku: row.sku,
    name: row.name,
    ...(row.description !== null && { description: row.description }),
    tags: row.tags,
    onHand: row.onHand,
    reserved,
    available: row.onHand - reserved,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}

export function noSuchItem(sku: string): Problem {
  return new Problem('not-found', { detail: `There is no item ${sku}.` })
}
