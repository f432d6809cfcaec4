import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { adjustStock } from '../../src/inventory/adjustments.js'
import { createItem } from '../../src/inventory/items.js'
import type { Database } from '../../src/store/database.js'

/** Makes an item with so much stock. */
export async function stockItem(
  db: Database,
  sku: string,
  onHand: number,
  name = `Item ${sku}`,
): Promise<void> {
  await createItem(db, { sku, name })
  if (onHand === 0) return
  await db.transaction((tx) =>
    adjustStock(tx, { id: randomUUID(), sku, delta: onHand, reason: 'received', createdBy: 'stock' }),
  )
}

/** Lets time pass for all reservations: nothing in the domain reads a clock that a test could set. */
export async function letTimePass(db: Database, seconds: number): Promise<void> {
  const earlier = sql`make_interval(secs => ${seconds})`
  await db.execute(
    sql`update inventory.reservations set created_at = created_at - ${earlier}, expires_at = expires_at - ${earlier}`,
  )
  await db.execute(sql`update inventory.reservation_lines set held_until = held_until - ${earlier}`)
}
