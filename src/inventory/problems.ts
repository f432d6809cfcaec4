import type { ProblemType } from '../problem/problem-types.js'

const inventory = (name: string, status: number, title: string): ProblemType => ({
  type: `urn:problem-type:inventory:${name}`,
  status,
  title,
})

/** Problems of this domain, beside those of the gate. */
export const inventoryProblems = {
  'sku-exists': inventory('sku-exists', 409, 'An item with this SKU exists'),
  'stock-in-use': inventory('stock-in-use', 409, 'Held reservations need the stock'),
  'stock-limit': inventory('stock-limit', 409, 'The quantity on hand would grow past its limit'),
  'insufficient-stock': inventory('insufficient-stock', 409, 'There is too little stock'),
  'reservation-closed': inventory('reservation-closed', 409, 'The reservation is closed'),
  'unknown-sku': inventory('unknown-sku', 422, 'No item has this SKU'),
  'duplicate-sku': inventory('duplicate-sku', 422, 'More than one line names this SKU'),
} as const satisfies Record<string, ProblemType>
