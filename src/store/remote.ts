import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Connection, StoreLogger } from './database.js'
import { isUnavailable } from './store-error.js'

export interface RemoteOptions {
  /** Connections at most. Default: 10. */
  readonly poolSize?: number
  /**
   * How long one statement may run, milliseconds; 0 for no limit, which connection poolers need that refuse start-up
   * parameters. Default: 10,000.
   */
  readonly statementTimeoutMs?: number
  /** How long to wait for a connection, milliseconds. Default: 5,000. */
  readonly connectTimeoutMs?: number
}

/** PostgreSQL, or what speaks its protocol, somewhere else. Connects with the first query. */
export function openRemote(
  databaseUrl: string,
  logger: StoreLogger | undefined,
  options: RemoteOptions = {},
): Connection {
  const { poolSize = 10, statementTimeoutMs = 10_000, connectTimeoutMs = 5_000 } = options
  const server = {
    connectionString: databaseUrl,
    application_name: 'gatehouse',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  }
  const pool = new pg.Pool({
    ...server,
    max: poolSize,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    // For a server that is gone without a word: its own timeout never arrives.
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + 2_000,
  })
  const lost = (error: Error): void => {
    logger?.warn({ err: error }, 'database connection lost')
  }
  // Without a listener an idle connection that the server ends would end this process.
  pool.on('error', lost)

  const db = drizzle(pool)
  // Drizzle's own takes a connection from the pool and loses it for good when `begin` fails, and leaves it without a
  // listener while it is out, so that a server that restarts would end this process.
  db.transaction = async (run, config) => {
    const client = await pool.connect()
    let broken: Error | undefined
    const onError = (error: Error): void => {
      broken = error
      lost(error)
    }
    client.on('error', onError)
    try {
      return await drizzle(client).transaction(run, config)
    } catch (error) {
      if (isUnavailable(error)) broken ??= new Error('The connection is in doubt', { cause: error })
      throw error
    } finally {
      client.release(broken)
      client.off('error', onError)
    }
  }
  return {
    db,
    async withoutTimeLimit(run) {
      const client = new pg.Client(server)
      client.on('error', lost)
      await client.connect()
      try {
        return await run(drizzle(client))
      } finally {
        await client.end()
      }
    },
    close: () => pool.end(),
  }
}
