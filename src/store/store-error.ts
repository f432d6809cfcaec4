export type StoreErrorCode =
  | 'data_directory_locked'
  | 'database_unusable'
  | 'migrations_missing'
  | 'idempotency_key_reused'
  | 'idempotency_key_in_flight'

/** What the store refuses. Everything else that it throws comes from the database driver. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  /** Discriminant. */
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}

/**
 * The SQLSTATE (PostgreSQL appendix A) or the system error code, e.g. `40001` or `ECONNREFUSED`. Drizzle wraps what the
 * driver throws, so it is looked for along the chain of causes.
 */
export function databaseErrorCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error && !(cause instanceof StoreError); cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return undefined
}

/** Nothing was done, and the same transaction may well succeed now: serialization_failure, deadlock_detected. */
export function isRetryable(error: unknown): boolean {
  const code = databaseErrorCode(error)
  return code === '40001' || code === '40P01'
}

/**
 * connection_exception, insufficient_resources, operator_intervention (57014 is a statement that ran into its timeout),
 * lock_not_available, idle_in_transaction_session_timeout, and read_only_sql_transaction, as a server says that is no
 * primary any more.
 */
const unavailableCodes = ['08', '53', '57', '55P03', '25P03', '25006']

const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

/** The driver and its pool give these failures no code. */
const uncoded =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end|PGlite is clos)/

/** Whether the database cannot serve this now, as opposed to a mistake of ours. Contention past all retries is one. */
export function isUnavailable(error: unknown): boolean {
  const code = databaseErrorCode(error)
  if (code !== undefined) {
    return (
      isRetryable(error) ||
      systemCodes.has(code) ||
      unavailableCodes.some((prefix) => code.startsWith(prefix))
    )
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (uncoded.test(cause.message)) return true
  }
  return false
}
