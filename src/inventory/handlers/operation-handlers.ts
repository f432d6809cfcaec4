import type { scopes } from '../../../generated/scopes.js'
import type { operations } from '../../../generated/server.js'
import type { Handlers } from '../../contract/handler.js'
import type { Database } from '../../store/database.js'

/** A handler for each operation, typed by the document. */
export type OperationHandlers = Handlers<operations, typeof scopes>

/** What the handlers of the domain are made of. */
export interface InventoryParts {
  readonly db: Database
  /** Names adjustments and reservations. */
  readonly randomId: () => string
}
