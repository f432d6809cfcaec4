import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Transaction } from '../../../src/store/database.js'
import { transaction } from '../../../src/store/transaction.js'
import { openTestStore, rowsOf, testServerUrl, type TestStore } from '../../support/database.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
  await store.db.execute(sql`create table counters (name text primary key, n int not null)`)
})
beforeEach(async () => {
  await store.db.execute(sql`truncate counters`)
  await store.db.execute(sql`insert into counters values ('a', 0), ('b', 0)`)
})
afterAll(() => store.close())

const bump = (tx: Transaction, name: string): Promise<unknown> =>
  Promise.resolve(tx.execute(sql`update counters set n = n + 1 where name = ${name}`))
const counts = (): Promise<readonly unknown[]> => rowsOf(store.db, sql`select n from counters order by name`)

/** Fails as the database does when it gives up one transaction for another. */
const giveUp = (tx: Transaction, code: string): Promise<unknown> =>
  Promise.resolve(
    tx.execute(sql.raw(`do $$ begin raise exception 'given up' using errcode = '${code}'; end $$`)),
  )

describe('a transaction', () => {
  it('returns what its function returns and keeps what it did', async () => {
    expect(
      await transaction(store.db, async (tx) => {
        await bump(tx, 'a')
        return 'done'
      }),
    ).toBe('done')
    expect(await counts()).toEqual([{ n: 1 }, { n: 0 }])
  })

  it('undoes everything when its function throws, throws that on and does not try again', async () => {
    const mistake = new Error('mistake')
    let tries = 0
    await expect(
      transaction(store.db, async (tx) => {
        tries += 1
        await bump(tx, 'a')
        throw mistake
      }),
    ).rejects.toBe(mistake)
    expect(tries).toBe(1)
    expect(await counts()).toEqual([{ n: 0 }, { n: 0 }])
  })

  it.each(['40001', '40P01'])(
    'is tried again from the start after %s, waiting longer each time',
    async (code) => {
      const waits: number[] = []
      let tries = 0
      await transaction(
        store.db,
        async (tx) => {
          tries += 1
          await bump(tx, 'a')
          if (tries < 4) await giveUp(tx, code)
        },
        { wait: async (ms) => waits.push(ms), random: () => 0.5 },
      )
      expect(waits).toEqual([10, 20, 40])
      expect(await counts()).toEqual([{ n: 1 }, { n: 0 }])
    },
  )

  it('is given up after as many tries as allowed, with the last failure', async () => {
    let tries = 0
    await expect(
      transaction(
        store.db,
        async (tx) => {
          tries += 1
          await giveUp(tx, '40001')
        },
        { attempts: 3, wait: async () => undefined },
      ),
    ).rejects.toMatchObject({ cause: { code: '40001' } })
    expect(tries).toBe(3)
  })

  it('is not tried again after a mistake in a statement', async () => {
    let tries = 0
    await expect(
      transaction(store.db, async (tx) => {
        tries += 1
        await giveUp(tx, '23505')
      }),
    ).rejects.toMatchObject({ cause: { code: '23505' } })
    expect(tries).toBe(1)
  })

  it.skipIf(testServerUrl === undefined)('gets through a deadlock', async () => {
    let arrived = 0
    let open: () => void = () => undefined
    const both = new Promise<void>((resolve) => (open = resolve))
    const crossing = (first: string, second: string): Promise<void> =>
      transaction(store.db, async (tx) => {
        await bump(tx, first)
        arrived += 1
        if (arrived === 2) open()
        await both
        await bump(tx, second)
      })
    await Promise.all([crossing('a', 'b'), crossing('b', 'a')])
    expect(arrived).toBe(3)
    expect(await counts()).toEqual([{ n: 2 }, { n: 2 }])
  })
})
