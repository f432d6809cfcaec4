import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { runOnce, type IdempotentRequest, type StorableReply } from '../../../src/store/idempotency.js'
import { transaction } from '../../../src/store/transaction.js'
import { emptyTables, openTestStore, rowsOf, testServerUrl, type TestStore } from '../../support/database.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
  await store.db.execute(sql`create table effects (n int)`)
})
beforeEach(() => emptyTables(store.db))
afterAll(() => store.close())

const request: IdempotentRequest = {
  issuer: 'https://issuer.test',
  clientId: 'client',
  operationId: 'adjustStock',
  key: 'key-1',
  content: { sku: 'A', delta: 1 },
}

let serial = 0
const send = (change: Partial<IdempotentRequest> = {}, reply?: StorableReply): Promise<StorableReply> =>
  transaction(store.db, (tx) =>
    runOnce(tx, { ...request, ...change }, async () => {
      serial += 1
      await tx.execute(sql`insert into effects values (${serial})`)
      return reply ?? { status: 201, headers: { Location: `/${serial}` }, body: { serial } }
    }),
  )
const count = async (table: string): Promise<number | undefined> =>
  (await rowsOf<{ n: number }>(store.db, sql`select count(*)::int as n from ${sql.raw(table)}`))[0]?.n
const age = (interval: string): PromiseLike<unknown> =>
  store.db.execute(sql`update gatehouse.idempotency_keys set expires_at = expires_at - ${interval}::interval`)

describe('a request with an idempotency key', () => {
  it('has its effect once; a repetition gets the first reply', async () => {
    const first = await send()
    expect(await send()).toEqual(first)
    expect(await count('effects')).toBe(1)
  })

  it('is the same request whatever the order of its members', async () => {
    const first = await send({ content: { sku: 'A', lines: [{ a: 1, b: 2 }] } })
    expect(await send({ content: { lines: [{ b: 2, a: 1 }], sku: 'A' } })).toEqual(first)
  })

  it('is another request when the order of a list differs', async () => {
    await send({ content: { lines: [1, 2] } })
    await expect(send({ content: { lines: [2, 1] } })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    })
  })

  it('is refused when the key was used with another one, and changes nothing', async () => {
    await send()
    await expect(send({ content: { sku: 'A', delta: 2 } })).rejects.toMatchObject({
      name: 'StoreError',
      code: 'idempotency_key_reused',
    })
    expect(await count('effects')).toBe(1)
  })

  it.each([
    { issuer: 'https://other.test' },
    { clientId: 'other' },
    { operationId: 'createReservation' },
    { key: 'key-2' },
    { clientId: 'client","adjustStock', operationId: 'x' },
  ])('has its effect besides when it differs by %o', async (change) => {
    await send()
    await send(change)
    expect(await count('effects')).toBe(2)
  })

  it.each<StorableReply>([
    { status: 204 },
    { status: 200, body: [] },
    { status: 200, body: false },
    { status: 201, headers: {}, body: { b: 1, a: 'U+0000 \u0000, a lone \ud800, 🔩' } },
  ])('gets back exactly the reply of %o', async (reply) => {
    await send({}, reply)
    const again = await send({}, reply)
    expect(again).toEqual(reply)
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(reply.body))
    expect(await count('effects')).toBe(1)
  })

  it('may be tried again after its effect failed', async () => {
    const failing = transaction(store.db, (tx) =>
      runOnce(tx, request, async () => {
        await tx.execute(sql`insert into effects values (0)`)
        throw new Error('too little stock')
      }),
    )
    await expect(failing).rejects.toThrow('too little stock')
    expect(await send()).toMatchObject({ status: 201 })
    expect(await count('effects')).toBe(1)
  })

  it('counts for 24 hours', async () => {
    const first = await send()
    await age('23 hours 59 minutes')
    expect(await send()).toEqual(first)
    await age('1 minute')
    const second = await send({ content: 'another' })
    expect(second).not.toEqual(first)
    expect(await send({ content: 'another' })).toEqual(second)
    expect(await count('effects')).toBe(2)
  })

  it('clears expired keys away, a few at a time', async () => {
    await store.db.execute(
      sql`insert into gatehouse.idempotency_keys select i::text, 'f', 204, null, null, now() - interval '1 hour' from generate_series(1, 25) i`,
    )
    await send()
    expect(await count('gatehouse.idempotency_keys')).toBe(6)
    await send({ key: 'key-2' })
    expect(await count('gatehouse.idempotency_keys')).toBe(2)
  })
})

describe.skipIf(testServerUrl === undefined)('requests with one idempotency key at the same time', () => {
  it('have one effect: the others are told that it is in flight, or get its reply', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => send()))
    const replies = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(await count('effects')).toBe(1)
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1)
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'idempotency_key_in_flight' })
  })

  it('do not wait for each other', async () => {
    await transaction(store.db, (tx) =>
      runOnce(tx, request, async () => {
        await expect(send()).rejects.toMatchObject({ code: 'idempotency_key_in_flight' })
        expect(await send({ key: 'key-2' })).toMatchObject({ status: 201 })
        return { status: 204 }
      }),
    )
    expect(await send()).toEqual({ status: 204 })
  })

  it('have one effect even where advisory locks do nothing', async () => {
    await send()
    await store.db.execute(sql`create table finished as select * from gatehouse.idempotency_keys`)
    await store.db.execute(sql`truncate gatehouse.idempotency_keys, effects`)
    const late = transaction(store.db, (tx) =>
      runOnce(tx, request, async () => {
        await tx.execute(sql`insert into effects values (1)`)
        // What a database without these locks lets happen: the other request is carried out to its end meanwhile.
        await store.db.execute(sql`insert into gatehouse.idempotency_keys select * from finished`)
        return { status: 204 }
      }),
    )
    await expect(late).rejects.toMatchObject({ code: 'idempotency_key_in_flight' })
    expect(await count('effects')).toBe(0)
  })
})
