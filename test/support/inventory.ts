import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { adjustStock } from '../../src/inventory/adjustments.js'
import { createItem } from '../../src/inventory/items.js'
import type { Database } from '../../src/store/database.js'
import type { Call, OperationId, TestService } from './service.js'

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

/** The entries of all pages of a list, page by page in one array. `between` runs before each page but the first. */
export async function walk(
  service: TestService,
  operationId: OperationId,
  { query = {}, ...call }: Call = {},
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly unknown[]> {
  const entries: unknown[] = []
  let { body } = await service.call(operationId, { ...call, query })
  for (let page = 1; ; page += 1) {
    entries.push(...(body.items as unknown[]))
    if (body.nextCursor === undefined) return entries
    await between(page)
    ;({ body } = await service.call(operationId, { ...call, query: { ...query, cursor: body.nextCursor } }))
  }
}
