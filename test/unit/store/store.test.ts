import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openStore } from '../../../src/store/store.js'
import {
  createTestDatabase,
  openTestStore,
  testServerUrl,
  type TestDatabase,
} from '../../support/database.js'

// A new folder takes embedded PostgreSQL seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('a store', () => {
  it('is ready while its database answers, and has its own tables from the start', async () => {
    const store = await openTestStore()
    expect(await store.ready()).toBe(true)
    await store.db.execute(sql`select status from gatehouse.idempotency_keys`)
    await store.close()
  })

  it('is not ready any more once it is closed', async () => {
    const store = await openTestStore()
    await store.close()
    expect(await store.ready()).toBe(false)
  })
})

describe('an embedded store', () => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-store-'))
  })
  afterAll(async () => {
    await rm(dataDir, { recursive: true })
  })

  it('keeps what was written in its folder, which nobody else can open meanwhile', async () => {
    const first = await openStore({ dataDir: join(dataDir, 'made', 'below') })
    await first.db.execute(sql`create table kept as select 7 as n`)
    await expect(openStore({ dataDir: join(dataDir, 'made', 'below') })).rejects.toMatchObject({
      code: 'data_directory_locked',
    })
    await first.close()

    const second = await openStore({ dataDir: join(dataDir, 'made', 'below') })
    expect(await second.db.execute(sql`select n from kept`)).toMatchObject({ rows: [{ n: 7 }] })
    await second.close()
  })

  it.skipIf(process.platform === 'win32')('keeps its folder to its owner', async () => {
    const { mode } = await stat(join(dataDir, 'made', 'below', 'postgres'))
    expect((mode & 0o777).toString(8)).toBe('700')
  })

  it('waits for a transaction under way before it closes', async () => {
    const store = await openStore({ dataDir: join(dataDir, 'made', 'below') })
    let closing: Promise<void> | undefined
    await store.db.transaction(async (tx) => {
      closing = store.close()
      await tx.execute(sql`update kept set n = 8`)
    })
    await closing
    const again = await openStore({ dataDir: join(dataDir, 'made', 'below') })
    expect(await again.db.execute(sql`select n from kept`)).toMatchObject({ rows: [{ n: 8 }] })
    await again.close()
  })

  it('leaves the folder unlocked when it cannot be opened', async () => {
    await writeFile(join(dataDir, 'postgres'), 'a file where the folder should be')
    await expect(openStore({ dataDir })).rejects.toThrow()
    expect(await readdir(join(dataDir, 'postgres.lock'))).toEqual([])
  })
})

describe('a remote store', () => {
  it('cannot be opened where nothing listens, and says where without the password', async () => {
    const opening = openStore({ databaseUrl: 'postgres://gatehouse:secret@127.0.0.1:1/none' })
    await expect(opening).rejects.toMatchObject({
      code: 'database_unusable',
      message: 'The database at 127.0.0.1:1/none cannot be used: connect ECONNREFUSED 127.0.0.1:1',
    })
  })

  it('cannot be opened by what is no URL', async () => {
    await expect(openStore({ databaseUrl: 'postgres://%' })).rejects.toMatchObject({
      code: 'database_unusable',
    })
  })

  it('gives up on a server that accepts but never answers', async () => {
    const sockets = new Set<Socket>()
    const silent = createServer((socket) => sockets.add(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    await expect(
      openStore({ databaseUrl: `postgres://gatehouse@127.0.0.1:${port}/none`, connectTimeoutMs: 50 }),
    ).rejects.toThrow(/timeout/)
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
  })
})

describe.skipIf(testServerUrl === undefined)('a remote store on PostgreSQL', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase(testServerUrl ?? '')
  })
  afterEach(async () => {
    await database.drop()
  })

  it('cannot be opened where the server knows no such database', async () => {
    const url = new URL(database.databaseUrl)
    url.pathname = '/gatehouse_missing'
    await expect(openStore({ databaseUrl: url.href })).rejects.toMatchObject({
      code: 'database_unusable',
      message: expect.stringMatching(/database "gatehouse_missing" does not exist/),
    })
  })

  it('ends a statement that runs too long', async () => {
    const store = await openStore({ databaseUrl: database.databaseUrl, statementTimeoutMs: 50 })
    await expect(store.db.execute(sql`select pg_sleep(30)`)).rejects.toMatchObject({
      cause: { code: '57014' },
    })
    await store.close()
  })

  it('survives connections that the server ends, idle or amid a transaction, and loses none of its pool', async () => {
    const warnings: string[] = []
    const logger = { warn: (_fields: object, message: string) => warnings.push(message) }
    const store = await openStore({ databaseUrl: database.databaseUrl, poolSize: 1, logger })
    for (let round = 0; round < 3; round += 1) {
      await expect(
        store.db.transaction((tx) => tx.execute(sql`select pg_terminate_backend(pg_backend_pid())`)),
      ).rejects.toThrow()
    }
    expect(await store.ready()).toBe(true)

    const killer = await openStore({ databaseUrl: database.databaseUrl })
    const before = warnings.length
    await killer.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await killer.close()
    await expect.poll(() => warnings.slice(before)).toContain('database connection lost')
    expect(await store.db.transaction((tx) => tx.execute(sql`select 1 as n`))).toMatchObject({
      rows: [{ n: 1 }],
    })
    await store.close()
  })

  it('loses no connection to a transaction that cannot begin', async () => {
    const store = await openStore({ databaseUrl: database.databaseUrl, poolSize: 1, connectTimeoutMs: 1_000 })
    const refused = store.db.transaction(async () => undefined, { isolationLevel: 'nonsense' as never })
    await expect(refused).rejects.toMatchObject({ cause: { code: '42601' } })
    expect(await store.ready()).toBe(true)
    await store.close()
  })

  it('is not ready while every connection is busy for longer than it waits', async () => {
    const store = await openStore({
      databaseUrl: database.databaseUrl,
      poolSize: 1,
      connectTimeoutMs: 30_000,
      readyTimeoutMs: 50,
    })
    await store.db.transaction(async () => {
      const asked = Date.now()
      expect(await store.ready()).toBe(false)
      expect(Date.now() - asked).toBeLessThan(1_500)
    })
    expect(await store.ready()).toBe(true)
    await store.close()
  })
})
