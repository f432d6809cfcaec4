import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import type { Connection } from './database.js'
import { lockDirectory } from './directory-lock.js'

/**
 * PostgreSQL inside this process, with its files in `<dataDir>/postgres`; in memory without a `dataDir`. It takes one
 * statement at a time.
 *
 * @throws {StoreError} `data_directory_locked` where another process has it open: two would lose rows silently
 */
export async function openEmbedded(dataDir: string | undefined): Promise<Connection> {
  if (dataDir === undefined) {
    const client = await PGlite.create()
    return createEmbeddedConnection(client)
  }
  const directory = join(dataDir, 'postgres')
  await mkdir(dataDir, { recursive: true })
  const unlock = await lockDirectory(directory)
  try {
    // PGlite lets everybody write its files, so nobody else may get to them, as PostgreSQL has it for its own.
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const client = await PGlite.create(directory)
    return createEmbeddedConnection(client, async () => {
      await client.close()
      await unlock()
    })
  } catch (error) {
    await unlock()
    throw error
  }
}

/** A connection over a PGlite that is there already. `close` ends it too unless it is given. */
export function createEmbeddedConnection(client: PGlite, close = () => client.close()): Connection {
  const db = drizzle(client)
  return { db, withoutTimeLimit: (run) => run(db), close }
}
