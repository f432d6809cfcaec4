import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { bigint, pgSchema, text, timestamp } from 'drizzle-orm/pg-core'
import { advisoryLockId } from './advisory-lock.js'
import type { Database } from './database.js'
import { StoreError } from './store-error.js'

/** The migrations of one room. */
export interface Migrations {
  /** PostgreSQL schema that the room keeps its tables in, and the record of its migrations beside them. */
  readonly name: string
  /** Folder that drizzle-kit writes, with `meta/` in it; resolve it against `import.meta.url`. */
  readonly folder: URL
}

/**
 * Brings the tables of a room up to date, all in one transaction. Several instances may start at once: one migrates, the
 * others wait and find nothing left to do. Drizzle's own migrator takes no lock.
 *
 * @throws {StoreError} `migrations_missing` where the folder is not there
 */
export async function migrate(db: Database, { name, folder }: Migrations): Promise<void> {
  const migrationsFolder = fileURLToPath(folder)
  if (!existsSync(join(migrationsFolder, 'meta', '_journal.json'))) {
    throw new StoreError(
      'migrations_missing',
      `No migrations in ${migrationsFolder}: was it left out of the build?`,
    )
  }
  const migrations = readMigrationFiles({ migrationsFolder })
  const schema = pgSchema(name)
  const applied = schema.table('migrations', {
    createdAt: bigint('created_at', { mode: 'number' }).primaryKey(),
    hash: text('hash').notNull(),
    appliedAt: timestamp('applied_at', { withTimezone: true }).notNull().defaultNow(),
  })
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${advisoryLockId('migrate', name)})`)
    await tx.execute(sql`create schema if not exists ${sql.identifier(name)}`)
    await tx.execute(
      sql`create table if not exists ${applied} (created_at bigint primary key, hash text not null, applied_at timestamptz not null default now())`,
    )
    const known = new Set((await tx.select({ at: applied.createdAt }).from(applied)).map(({ at }) => at))
    for (const { folderMillis, hash, sql: statements } of migrations) {
      if (known.has(folderMillis)) continue
      for (const statement of statements) await tx.execute(sql.raw(statement))
      await tx.insert(applied).values({ createdAt: folderMillis, hash })
    }
  })
}
