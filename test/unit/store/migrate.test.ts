import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openStore } from '../../../src/store/store.js'
import { openTestStore, rowsOf, testServerUrl, type TestStore } from '../../support/database.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.close())

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-migrations-'))
})
afterEach(async () => {
  await store.db.execute(sql`drop schema if exists room cascade`)
  await rm(folder, { recursive: true })
})

/** Writes a folder as drizzle-kit does. */
async function write(...migrations: readonly { when: number; tag: string; sql: string }[]): Promise<URL> {
  await mkdir(join(folder, 'meta'), { recursive: true })
  const entries = migrations.map(({ when, tag }, idx) => ({
    idx,
    when,
    tag,
    version: '7',
    breakpoints: true,
  }))
  await writeFile(
    join(folder, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
  )
  for (const { tag, sql: text } of migrations) await writeFile(join(folder, `${tag}.sql`), text)
  return pathToFileURL(`${folder}/`)
}

const create = {
  when: 1000,
  tag: '0000_create',
  sql: 'create table room.notes (n int);\n--> statement-breakpoint\ninsert into room.notes values (1);',
}
const add = { when: 2000, tag: '0001_add', sql: 'insert into room.notes values (2);' }
const rows = (query: string): Promise<readonly unknown[]> => rowsOf(store.db, sql.raw(query))

describe('migrations', () => {
  it('are applied in order, and each once', async () => {
    await store.migrate({ name: 'room', folder: await write(create) })
    await store.migrate({ name: 'room', folder: await write(create, add) })
    await store.migrate({ name: 'room', folder: await write(create, add) })
    expect(await rows('select n from room.notes order by n')).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('are applied although a later one was applied before, as after merging two branches', async () => {
    const early = { when: 1500, tag: '0001_early', sql: 'insert into room.notes values (3);' }
    await store.migrate({ name: 'room', folder: await write(create, add) })
    await store.migrate({ name: 'room', folder: await write(create, early, add) })
    expect(await rows('select n from room.notes order by n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it('are applied all or none', async () => {
    const broken = { when: 3000, tag: '0002_broken', sql: 'insert into room.missing values (1);' }
    await expect(store.migrate({ name: 'room', folder: await write(create, broken) })).rejects.toMatchObject({
      cause: { code: '42P01' },
    })
    expect(await rows(`select to_regclass('room.notes') as notes`)).toEqual([{ notes: null }])
  })

  it('are kept apart by room', async () => {
    const folderUrl = await write({ ...create, sql: 'select 1' })
    await store.migrate({ name: 'room', folder: folderUrl })
    expect(await rows('select created_at::int as at from room.migrations')).toEqual([{ at: 1000 }])
    expect(await rows('select count(*)::int as n from gatehouse.migrations where created_at = 1000')).toEqual(
      [{ n: 0 }],
    )
  })

  it('are missed where the folder is not there', async () => {
    await expect(
      store.migrate({ name: 'room', folder: pathToFileURL(join(folder, 'nowhere/')) }),
    ).rejects.toMatchObject({ code: 'migrations_missing' })
  })

  it.skipIf(testServerUrl === undefined)(
    'are applied once by several instances that start together',
    async () => {
      const folderUrl = await write(create, add)
      const instances = await Promise.all(
        Array.from({ length: 6 }, () => openStore({ databaseUrl: store.databaseUrl ?? '', poolSize: 1 })),
      )
      await Promise.all(instances.map((instance) => instance.migrate({ name: 'room', folder: folderUrl })))
      expect(await rows('select n from room.notes order by n')).toEqual([{ n: 1 }, { n: 2 }])
      await Promise.all(instances.map((instance) => instance.close()))
    },
  )

  it.skipIf(testServerUrl === undefined)('may take longer than a statement may', async () => {
    const slow = { when: 1000, tag: '0000_slow', sql: 'select pg_sleep(0.3)' }
    const instance = await openStore({ databaseUrl: store.databaseUrl ?? '', statementTimeoutMs: 100 })
    await instance.migrate({ name: 'room', folder: await write(slow) })
    expect(await rows('select created_at::int as at from room.migrations')).toEqual([{ at: 1000 }])
    await instance.close()
  })
})
