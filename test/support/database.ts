import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { sql, type SQL } from 'drizzle-orm'
import pg from 'pg'
import type { Database } from '../../src/store/database.js'
import { createEmbeddedConnection } from '../../src/store/embedded.js'
import type { Migrations } from '../../src/store/migrate.js'
import { createStore, openStore, type Store, type StoreOptions } from '../../src/store/store.js'

/** The server that tests run on beside embedded PostgreSQL, from `TEST_DATABASE_URL`; its user may create databases. */
export const testServerUrl = process.env['TEST_DATABASE_URL']

export interface TestDatabase {
  readonly databaseUrl: string
  readonly drop: () => Promise<void>
}

/** A new, empty database on the test server. */
export async function createTestDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `gatehouse_test_${randomUUID().replaceAll('-', '')}`
  await onServer(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    databaseUrl: url.href,
    drop: () => onServer(serverUrl, `drop database ${name} with (force)`),
  }
}

export interface TestStore extends Store {
  /** Options to open the same database once more. In memory there is no second way in. */
  readonly databaseUrl: string | undefined
}

/**
 * A store of its own for one test file: a new database on the test server where there is one, else in memory. `close`
 * leaves nothing behind.
 */
export async function openTestStore(
  rooms: readonly Migrations[] = [],
  options: Pick<StoreOptions, 'poolSize' | 'logger'> = {},
): Promise<TestStore> {
  if (testServerUrl === undefined) {
    const client = await PGlite.create({ loadDataDir: await emptyDatabase() })
    return {
      ...(await migrated(createStore(createEmbeddedConnection(client)), rooms)),
      databaseUrl: undefined,
    }
  }
  const { databaseUrl, drop } = await createTestDatabase(testServerUrl)
  const store = await migrated(openStore({ ...options, databaseUrl }), rooms)
  return {
    ...store,
    databaseUrl,
    async close() {
      await store.close()
      await drop()
    },
  }
}

async function migrated(opening: Promise<Store>, rooms: readonly Migrations[]): Promise<Store> {
  const store = await opening
  for (const room of rooms) await store.migrate(room)
  return store
}

/**
 * An empty embedded database, to copy. Making one takes seconds, loading it a fraction; it holds no table, so that nothing
 * in it can be out of date.
 */
async function emptyDatabase(): Promise<Blob> {
  const library = dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'))
  const { version } = JSON.parse(await readFile(join(library, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  const path = join(tmpdir(), `gatehouse-pglite-${version}.tar`)
  try {
    return new Blob([await readFile(path)])
  } catch {
    const client = await PGlite.create()
    const dump = await client.dumpDataDir('none')
    await client.close()
    const own = `${path}.${randomUUID()}`
    await writeFile(own, Buffer.from(await dump.arrayBuffer()))
    await rename(own, path)
    return dump
  }
}

/** What a statement of a test's own gives. */
export async function rowsOf<Row>(db: Database, statement: SQL): Promise<readonly Row[]> {
  const { rows } = (await db.execute(statement)) as { readonly rows: readonly Row[] }
  return rows
}

/** Empties every table, between tests. One statement for all of them: embedded PostgreSQL takes 10 ms for each. */
export async function emptyTables(db: Database): Promise<void> {
  await db.execute(sql`
    do $$ begin
      execute (
        select 'truncate ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' cascade'
        from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema') and tablename <> 'migrations'
      );
    end $$`)
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
