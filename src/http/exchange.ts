import type { DecisionLog } from '../auth/authorize.js'
import type { Operation } from '../contract/operations/operation.js'
import type { Principal } from '../contract/principal.js'

/** What the middleware knows of a request, in Koa's `ctx.state`. */
export interface ExchangeState {
  requestId?: string
  /** The operation that the request leads to. */
  operation?: Operation
  /** Who calls, once authorized. */
  principal?: Principal
  /** Whether the caller may, and why; for the access log. */
  decision?: DecisionLog
  /** Whether an access log around this takes the decision into its line. */
  hasAccessLog?: boolean
  /** What went wrong, for the access log. */
  error?: unknown
}
