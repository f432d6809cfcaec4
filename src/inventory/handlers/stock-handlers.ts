import { runOnce } from '../../store/idempotency.js'
import { transaction } from '../../store/transaction.js'
import { adjustStock, listAdjustments } from '../adjustments.js'
import type { InventoryParts, OperationHandlers } from './operation-handlers.js'
import { pageSize } from './page-size.js'

type StockHandlers = Pick<OperationHandlers, 'adjustStock' | 'listAdjustments'>

export function createStockHandlers({ db, randomId }: InventoryParts): StockHandlers {
  return {
    adjustStock({ params: { sku }, headers, body: { delta, reason, note } }, { issuer, clientId }) {
      const request = {
        issuer,
        clientId,
        operationId: 'adjustStock',
        key: headers['idempotency-key'],
        content: { sku, delta, reason, note },
      }
      return transaction(db, (tx) =>
        runOnce(tx, request, async () => ({
          status: 201,
          body: await adjustStock(tx, { id: randomId(), sku, delta, reason, note, createdBy: clientId }),
        })),
      )
    },

    async listAdjustments({ params, query: { limit = pageSize, cursor } }) {
      return { status: 200, body: await listAdjustments(db, params.sku, { limit, cursor }) }
    },
  }
}
