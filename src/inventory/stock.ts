import { and, asc, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm'
import type { Transaction } from '../store/database.js'
import { items, reservationLines, reservations } from './schema.js'

/*
 * Who changes stock, or depends on it, holds its items first. `reserved` is the sum of the lines of held reservations, so
 * an item cannot be oversold: two who want it wait for each other, and the second counts what the first has done.
 */

/** The largest quantity that the contract and the column hold. */
export const largestQuantity = 2_147_483_647

export type ItemRow = typeof items.$inferSelect

export interface LockedStock {
  readonly row: ItemRow
  /** Pieces that held reservations have promised. Never more than are on hand. */
  readonly reserved: number
}

/**
 * Locks items until the transaction ends, always in order of SKU, so that no two wait for each other. A reservation changes
 * only while its items are locked. Those of these items that have lapsed are marked expired: a clock that is set back
 * cannot revive what has been given to others.
 *
 * `at` is the moment to decide by. It comes from the database, whose clock all instances share: one that ran ahead would
 * give away stock that another still lets be confirmed. And it is read behind the locks, not when the transaction began,
 * since a reservation can lapse while one waits for them.
 */
export async function lockStock(
  tx: Transaction,
  skus: readonly string[],
): Promise<{ readonly at: Date; readonly stock: ReadonlyMap<string, LockedStock> }> {
  const rows = await tx.select().from(items).where(isAnyOf(skus)).orderBy(asc(items.sku)).for('update')
  const at = await currentMoment(tx)
  const held = and(anyLineOf(skus), isNotNull(reservationLines.heldUntil))
  await expireLapsed(tx, skus, at)
  const sums = await tx
    .select({ sku: reservationLines.sku, reserved: sql`sum(${reservationLines.quantity})`.mapWith(Number) })
    .from(reservationLines)
    .where(held)
    .groupBy(reservationLines.sku)
  const reserved = new Map(sums.map((sum) => [sum.sku, sum.reserved]))
  return { at, stock: new Map(rows.map((row) => [row.sku, { row, reserved: reserved.get(row.sku) ?? 0 }])) }
}

/** The items must be locked: only then can nobody confirm what is expired here. */
async function expireLapsed(tx: Transaction, skus: readonly string[], at: Date): Promise<void> {
  const lapsedHere = tx
    .select({ id: reservationLines.reservationId })
    .from(reservationLines)
    .where(and(anyLineOf(skus), lte(reservationLines.heldUntil, at)))
  const lapsed = await tx
    .select({ id: reservations.id })
    .from(reservations)
    .where(and(eq(reservations.status, 'held'), inArray(reservations.id, lapsedHere)))
    .orderBy(asc(reservations.id))
    .for('update')
  if (lapsed.length === 0) return
  const ids = sql.param(lapsed.map(({ id }) => id))
  await tx
    .update(reservations)
    .set({ status: 'expired' })
    .where(sql`${reservations.id} = any(${ids})`)
  await tx
    .update(reservationLines)
    .set({ heldUntil: null })
    .where(sql`${reservationLines.reservationId} = any(${ids})`)
}

async function currentMoment(tx: Transaction): Promise<Date> {
  const [clock] = await tx
    .select({ ms: sql`floor(extract(epoch from clock_timestamp()) * 1000)`.mapWith(Number) })
    .from(sql`(select 1) as one`)
  if (clock === undefined) throw new Error('The database told no time')
  return new Date(clock.ms)
}

// One array instead of a parameter for each SKU: an import has thousands.
const isAnyOf = (skus: readonly string[]) => sql`${items.sku} = any(${sql.param(skus)})`
const anyLineOf = (skus: readonly string[]) => sql`${reservationLines.sku} = any(${sql.param(skus)})`
