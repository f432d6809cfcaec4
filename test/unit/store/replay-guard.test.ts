import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createReplayGuard } from '../../../src/store/replay-guard.js'
import { openStore } from '../../../src/store/store.js'
import { emptyTables, openTestStore, rowsOf, type TestStore } from '../../support/database.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(() => emptyTables(store.db))
afterAll(() => store.close())

const ids = async (): Promise<readonly string[]> =>
  (await rowsOf<{ id: string }>(store.db, sql`select id from gatehouse.used_proofs order by id`)).map(
    ({ id }) => id,
  )
const age = (interval: string): PromiseLike<unknown> =>
  store.db.execute(sql`update gatehouse.used_proofs set expires_at = expires_at - ${interval}::interval`)

describe('the replay guard of the store', () => {
  it('lets an id through once', async () => {
    const guard = createReplayGuard(store.db)
    expect([await guard.claim('a', 60), await guard.claim('a', 60), await guard.claim('b', 60)]).toEqual([
      true,
      false,
      true,
    ])
  })

  it('lets exactly one of many claims at once through, of several instances', async () => {
    // A connection of its own for the second instance, where there is a server to have one at.
    const { databaseUrl } = store
    const second = databaseUrl === undefined ? store : await openStore({ databaseUrl })
    const guards = [createReplayGuard(store.db), createReplayGuard(second.db)]
    const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => guards[n % 2]!.claim('a', 60)))
    expect(claims.filter(Boolean)).toHaveLength(1)
    if (second !== store) await second.close()
  })

  it('remembers an id for its lifetime and not longer', async () => {
    const guard = createReplayGuard(store.db)
    await guard.claim('a', 60)
    await age('59 seconds')
    await expect(guard.claim('a', 60)).resolves.toBe(false)
    await age('1 second')
    await expect(guard.claim('a', 60)).resolves.toBe(true)
    await expect(guard.claim('a', 60)).resolves.toBe(false)
  })

  it('sweeps expired ids, a few with each claim, and no others', async () => {
    const guard = createReplayGuard(store.db)
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await guard.claim(id, 60)
    await age('61 seconds')
    await guard.claim('x', 60)
    expect(await ids()).toHaveLength(3)
    await guard.claim('y', 60)
    expect(await ids()).toEqual(['x', 'y'])
    await guard.claim('z', 60)
    expect(await ids()).toEqual(['x', 'y', 'z'])
  })

  it('rejects where the database is gone, and claims nothing', async () => {
    const closed = await openTestStore()
    const guard = createReplayGuard(closed.db)
    await closed.close()
    await expect(guard.claim('a', 60)).rejects.toThrow()
  })
})
