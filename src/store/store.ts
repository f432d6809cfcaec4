import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Connection, Database, StoreLogger } from './database.js'
import { openEmbedded } from './embedded.js'
import { migrate, type Migrations } from './migrate.js'
import { openRemote, type RemoteOptions } from './remote.js'
import { StoreError } from './store-error.js'

export interface StoreOptions extends RemoteOptions {
  /** `postgres:` URL. Default: PostgreSQL embedded in this process. */
  readonly databaseUrl?: string
  /** Folder that embedded PostgreSQL keeps its files below. Default: none, everything is in memory. */
  readonly dataDir?: string
  /** Default: says nothing. */
  readonly logger?: StoreLogger
  /** How long `ready` waits for the database, milliseconds. Default: 2,000. */
  readonly readyTimeoutMs?: number
}

/** One connection abstraction over embedded and remote PostgreSQL. */
export interface Store {
  readonly db: Database
  /** Brings the tables of a room up to date. Safe where several instances start at once. */
  readonly migrate: (migrations: Migrations) => Promise<void>
  /** Whether the database answers in time. Never rejects. */
  readonly ready: () => Promise<boolean>
  /** Waits for what is under way, then lets the database go. */
  readonly close: () => Promise<void>
}

const ownMigrations: Migrations = { name: 'gatehouse', folder: new URL('migrations/', import.meta.url) }

/**
 * Opens the database and brings the store's own tables up to date.
 *
 * @throws {StoreError} `data_directory_locked` where another process has the embedded database open;
 * `database_unusable` where the remote one cannot be reached or refuses
 */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const { databaseUrl, dataDir, logger } = options
  if (databaseUrl === undefined) return createStore(await openEmbedded(dataDir), options)
  try {
    return await createStore(openRemote(databaseUrl, logger, options), options)
  } catch (error) {
    throw unusable(databaseUrl, error)
  }
}

/** Says which database and why, and not the password. */
function unusable(databaseUrl: string, error: unknown): unknown {
  if (error instanceof StoreError) return error
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined
  const name = url === undefined ? 'that DATABASE_URL names' : `at ${url.host}${url.pathname}`
  const reason = rootCause(error).message
  return new StoreError('database_unusable', `The database ${name} cannot be used: ${reason}`, {
    cause: error,
  })
}

/** Drizzle's own message is the statement; the driver's says what happened. */
function rootCause(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error.cause]
  return first instanceof Error ? rootCause(first) : error
}

/** A store over a connection that is there already, which it closes when its tables cannot be brought up to date. */
export async function createStore(
  { db, withoutTimeLimit, close }: Connection,
  options: Pick<StoreOptions, 'readyTimeoutMs'> = {},
): Promise<Store> {
  const { readyTimeoutMs = 2_000 } = options
  const migrateRoom = (migrations: Migrations): Promise<void> =>
    withoutTimeLimit((unhurried) => migrate(unhurried, migrations))
  try {
    await migrateRoom(ownMigrations)
  } catch (error) {
    await close()
    throw error
  }
  return { db, migrate: migrateRoom, ready: () => answers(db, readyTimeoutMs), close }
}

async function answers(db: Database, timeoutMs: number): Promise<boolean> {
  const timeout = new AbortController()
  try {
    return await Promise.race([
      db.execute(sql`select 1`).then(
        () => true,
        () => false,
      ),
      delay(timeoutMs, false, { signal: timeout.signal }),
    ])
  } finally {
    timeout.abort()
  }
}
