/*
 * A service of its own that installed the packed client: it reserves one piece for each order it is given, many at once,
 * and reports what was acknowledged. All it knows of the inventory is in its environment.
 */
import { createInventoryClient } from '@gatehouse/inventory-client'
import { createInterface } from 'node:readline'

const inventory = createInventoryClient({
  retries: 12,
  attemptTimeoutMs: 5_000,
  fetch: (...request) => fetch(...request).catch(reportUnreached),
  onRetry: ({ error }) => report({ retried: error.code, status: error.status }),
})

/** The client tells of its own calls; that the authorization server is gone shows here alone. */
function reportUnreached(error) {
  report({ unreached: error.cause?.code })
  throw error
}

function report(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

async function reserve(sku) {
  try {
    const { id } = await inventory.createReservation({ body: { lines: [{ sku, quantity: 1 }] } })
    report({ reserved: id })
  } catch (error) {
    report({ failed: String(error) })
  }
}

report({ ready: process.version })
// One line, one batch: `<sku> <how many>`.
for await (const line of createInterface({ input: process.stdin })) {
  const [sku, count] = line.split(' ')
  await Promise.all(Array.from({ length: Number(count) }, () => reserve(sku)))
  report({ done: Number(count) })
}
