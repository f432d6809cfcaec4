import { setTimeout as delay } from 'node:timers/promises'
import type { Database, Transaction } from './database.js'
import { isRetryable } from './store-error.js'

export interface TransactionOptions {
  /** How often to try in all. Default: 5. */
  readonly attempts?: number
  /** Waits before another try, milliseconds. Default: a timer. */
  readonly wait?: (ms: number) => Promise<unknown>
  /** A number from 0 up to 1, spreads the waits of those who collided. Default: `Math.random`. */
  readonly random?: () => number
}

/** The wait before the second try is up to this long, and doubles with each further one. */
const firstWaitMs = 20

/**
 * Runs `run` in a transaction: all of it or nothing. A serialization failure or a deadlock is tried again from the
 * start, so `run` must have no effect but on the transaction. What `run` throws rolls back and is thrown on.
 */
export async function transaction<T>(
  db: Database,
  run: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { attempts = 5, wait = delay, random = Math.random } = options
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(run)
    } catch (error) {
      if (attempt >= attempts || !isRetryable(error)) throw error
      await wait(random() * firstWaitMs * 2 ** (attempt - 1))
    }
  }
}
