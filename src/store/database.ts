import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** What embedded and remote PostgreSQL have in common. A `Transaction` is one too. */
export type Database = PgDatabase<PgQueryResultHKT>

/**
 * A database inside a transaction. Functions that must see one consistent state, or must lock, ask for it by this type.
 * Inside a transaction never use the database that it was opened on: embedded PostgreSQL has one connection, and would
 * wait for itself for ever.
 */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

/** One of the two ways to reach PostgreSQL. */
export interface Connection {
  readonly db: Database
  /** Runs with a database whose statements may take as long as they need, as those of a migration do. */
  readonly withoutTimeLimit: <T>(run: (db: Database) => Promise<T>) => Promise<T>
  /** Waits for what is under way, then ends the connection. */
  readonly close: () => Promise<void>
}

/** What the store says by the way; a structured logger fits it. */
export interface StoreLogger {
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void
}
