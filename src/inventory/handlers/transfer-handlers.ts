import { transaction } from '../../store/transaction.js'
import { importItems, readImport } from '../item-import.js'
import { exportItems } from '../item-list.js'
import type { InventoryParts, OperationHandlers } from './operation-handlers.js'

type TransferHandlers = Pick<OperationHandlers, 'importItems' | 'exportItems'>

/** All items at once, a line each. */
export function createTransferHandlers({ db }: InventoryParts): TransferHandlers {
  return {
    async importItems({ body }) {
      const lines = await readImport(body)
      return { status: 200, body: await transaction(db, (tx) => importItems(tx, lines)) }
    },

    async exportItems() {
      return { status: 200, body: await exportItems(db) }
    },
  }
}
