import { randomUUID } from 'node:crypto'
import type { Database } from '../../store/database.js'
import { createItemHandlers } from './item-handlers.js'
import { createReservationHandlers } from './reservation-handlers.js'
import { createStockHandlers } from './stock-handlers.js'
import { toStoreProblem } from './store-problem.js'
import { createTransferHandlers } from './transfer-handlers.js'

export interface InventoryOptions {
  readonly db: Database
  /** Names adjustments and reservations. Default: `crypto.randomUUID`. */
  readonly randomId?: () => string
}

export type InventoryHandlers = ReturnType<typeof createItemHandlers> &
  ReturnType<typeof createStockHandlers> &
  ReturnType<typeof createReservationHandlers> &
  ReturnType<typeof createTransferHandlers>

/**
 * The handlers of the domain. There is no clock among its parts: whether a reservation has lapsed is decided by the clock
 * of the database, which all instances share.
 */
export function createInventoryHandlers({
  db,
  randomId = () => randomUUID(),
}: InventoryOptions): InventoryHandlers {
  const parts = { db, randomId }
  return {
    ...answerStoreErrors(createItemHandlers(parts)),
    ...answerStoreErrors(createStockHandlers(parts)),
    ...answerStoreErrors(createReservationHandlers(parts)),
    ...answerStoreErrors(createTransferHandlers(parts)),
  }
}

type AnyHandler = (input: never, principal: never) => unknown

/** The store knows no problems, so what it refuses becomes one here, in one place for all operations. */
function answerStoreErrors<Group extends Readonly<Record<keyof Group, AnyHandler>>>(group: Group): Group {
  const answering = Object.entries<AnyHandler>(group).map(([operationId, handler]) => [
    operationId,
    async (input: never, principal: never) => {
      try {
        return await handler(input, principal)
      } catch (error) {
        throw toStoreProblem(error)
      }
    },
  ])
  // The same names with the same parameters and replies.
  return Object.fromEntries(answering) as Group
}
