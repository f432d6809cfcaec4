import { randomUUID } from 'node:crypto'
import type { InventoryClient } from '../../generated/sdk/index.js'

/** Calls every operation of the document, each in a state of the inventory in which it succeeds. */
export async function callEveryOperation(inventory: InventoryClient): Promise<void> {
  const sku = 'BOLT-M8-40'
  const path = { sku }
  const once = () => ({ 'Idempotency-Key': randomUUID() })

  await inventory.getStatus()
  await inventory.getCaller()
  await inventory.registerClient({ body: { clientName: 'Stock display', scopes: ['items:read'] } })

  await inventory.createItem({ body: { sku, name: 'Hex bolt M8 × 40' } })
  await inventory.adjustStock({ path, headers: once(), body: { delta: 40, reason: 'received' } })
  await inventory.listAdjustments({ path })
  await inventory.listItems()

  const body = { lines: [{ sku, quantity: 1 }] }
  const [toConfirm, toRelease] = [
    await inventory.createReservation({ headers: once(), body }),
    await inventory.createReservation({ headers: once(), body }),
  ]
  await inventory.getReservation({ path: { reservationId: toConfirm.id } })
  await inventory.confirmReservation({ path: { reservationId: toConfirm.id } })
  await inventory.releaseReservation({ path: { reservationId: toRelease.id } })
  await inventory.listReservations()

  await inventory.importItems({ body: lines({ sku: 'NUT-M8', name: 'Hex nut M8', onHand: 3 }) })
  for await (const item of await inventory.exportItems()) if (item.sku === sku) break

  // After the stock of it has changed for the last time: its entity tag changes with that.
  const unused = { path: { sku: 'NUT-M8' } }
  const etag = await etagOf(inventory.getItem(unused))
  const changed = { ...unused, headers: { 'If-Match': etag }, body: { name: 'Hexagon nut M8' } }
  await inventory.updateItem(changed)
  const newEtag = await etagOf(inventory.getItem(unused))
  await inventory.deleteItem({ ...unused, headers: { 'If-Match': newEtag } })
}

async function etagOf(call: ReturnType<InventoryClient['getItem']>): Promise<string> {
  const { response } = await call.withResponse()
  return response.headers.get('ETag') ?? ''
}

async function* lines<T>(...values: readonly T[]): AsyncIterable<T> {
  yield* values
}
