import { describe, expect, it } from 'vitest'
import { ApiError, ConnectionError, TimeoutError } from '../../../src/sdk/errors.js'
import { problemReply, reasonOf, serviceInMemory, type Answer } from './service-in-memory.js'

const status = { status: 'ok', name: 'Inventory', version: '0.1.0' }
const ok = () => Response.json(status)
const reset = () => new TypeError('fetch failed')
const body = { lines: [{ sku: 'NUT-M8', quantity: 1 }] }
const reservation = () => Response.json({ id: '1', status: 'held', ...body }, { status: 201 })

describe('retries', () => {
  it.each([
    { title: 'a broken connection', answer: reset },
    ...[408, 429, 500, 502, 503, 504].map((code) => ({
      title: String(code),
      answer: () => problemReply(code),
    })),
  ])('pass over $title, twice, with full jitter that doubles', async ({ answer }) => {
    const { inventory, clock, seen } = serviceInMemory([answer, answer, ok])
    const call = inventory.getStatus()
    await clock.pass(149)
    expect(seen).toHaveLength(1)
    await clock.pass(1)
    expect(seen).toHaveLength(2)
    await clock.pass(299)
    expect(seen).toHaveLength(2)
    await clock.pass(1)
    expect(await call).toEqual(status)
    expect(clock.pending()).toEqual([])
  })

  it('end with the last error', async () => {
    const { inventory, clock, seen } = serviceInMemory([reset, reset, () => problemReply(503)])
    const call = reasonOf(inventory.getStatus())
    await clock.pass(10_000)
    expect(await call).toMatchObject({ code: 'api_error', status: 503 })
    expect(seen).toHaveLength(3)
  })

  it.each([400, 401, 403, 404, 409, 412, 422, 501])('are not for %i', async (code) => {
    const { inventory, clock, seen } = serviceInMemory([() => problemReply(code)])
    const call = reasonOf(inventory.getStatus())
    await clock.pass(10_000)
    expect(await call).toMatchObject({ status: code })
    expect(seen).toHaveLength(1)
  })

  it.each([
    { method: 'DELETE', wantCount: 3 },
    { method: 'POST', wantCount: 1 },
    { method: 'PATCH', wantCount: 1 },
  ])('make $wantCount attempts of a $method without a key', async ({ method, wantCount }) => {
    for (const answer of [reset, () => problemReply(503)]) {
      const { inventory, clock, seen } = serviceInMemory([answer])
      const path = { sku: 'A' }
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        DELETE: () => inventory.deleteItem({ path }),
        POST: () => inventory.createItem({ body: { sku: 'A', name: 'a' } }),
        PATCH: () => inventory.updateItem({ path, body: { name: 'b' } }),
      }
      const call = reasonOf(calls[method]?.() ?? Promise.resolve())
      await clock.pass(10_000)
      expect(await call).toBeInstanceOf(Error)
      expect(seen.map((request) => request.method)).toEqual(Array.from({ length: wantCount }, () => method))
    }
  })

  it('wait ten seconds at the most', async () => {
    const delays: number[] = []
    const { inventory, clock } = serviceInMemory([reset], {
      random: () => 1,
      retries: 8,
      onRetry: ({ delayMs }) => delays.push(delayMs),
    })
    const call = reasonOf(inventory.getStatus())
    await clock.pass(60_000)
    expect(await call).toBeInstanceOf(ConnectionError)
    expect(delays).toEqual([300, 600, 1_200, 2_400, 4_800, 9_600, 10_000, 10_000])
  })

  it('can be set, for the client and for a call', async () => {
    const { inventory, clock, seen } = serviceInMemory([reset], { retries: 4 })
    const call = reasonOf(inventory.getStatus())
    await clock.pass(60_000)
    expect(await call).toBeInstanceOf(ConnectionError)
    expect(seen).toHaveLength(5)
    expect(await reasonOf(inventory.getStatus({ retries: 0 }))).toBeInstanceOf(ConnectionError)
    expect(seen).toHaveLength(6)
  })

  it('pass over a reply that breaks off', async () => {
    const broken = () =>
      new Response(
        new ReadableStream({
          start: (controller) => {
            controller.error(new Error('reset'))
          },
        }),
        { headers: { 'Content-Type': 'application/json' } },
      )
    const { inventory, clock } = serviceInMemory([broken, ok])
    const call = inventory.getStatus()
    await clock.pass(150)
    expect(await call).toEqual(status)
  })
})

describe('Retry-After', () => {
  it.each([
    { title: 'seconds', headers: { 'Retry-After': '7' }, wantMs: 7_000 },
    { title: 'zero', headers: { 'Retry-After': '0' }, wantMs: 0 },
    {
      title: 'a date, by the clock of the answer',
      headers: { 'Retry-After': 'Mon, 02 Mar 2026 09:30:05 GMT', Date: 'Mon, 02 Mar 2026 09:30:00 GMT' },
      wantMs: 5_000,
    },
    { title: 'more than a minute', headers: { 'Retry-After': '3600' }, wantMs: 60_000 },
    { title: 'digits without end', headers: { 'Retry-After': '9'.repeat(400) }, wantMs: 60_000 },
    {
      title: 'a date that is over',
      headers: { 'Retry-After': 'Monday, 02-Mar-26 09:30:05 GMT', Date: 'Mon, 02 Mar 2026 09:31:00 GMT' },
      wantMs: 0,
    },
    ...['soon', 'soon 5', '-5', '7.5', '5, 10', '1e308', ''].map((value) => ({
      title: `no value, "${value}",`,
      headers: { 'Retry-After': value },
      wantMs: 150,
    })),
  ])('of $title waits $wantMs ms, without jitter', async ({ headers, wantMs }) => {
    const { inventory, clock, seen } = serviceInMemory([() => problemReply(503, headers), ok])
    const call = inventory.getStatus()
    if (wantMs > 0) await clock.pass(wantMs - 1)
    expect(seen).toHaveLength(wantMs > 0 ? 1 : 0)
    await clock.pass(1)
    expect(await call).toEqual(status)
    expect(seen).toHaveLength(2)
  })

  it('that goes beyond the time of the call is not waited for', async () => {
    const { inventory, clock } = serviceInMemory([() => problemReply(503, { 'Retry-After': '30' })])
    const error = await reasonOf(inventory.getStatus({ timeoutMs: 20_000 }))
    expect(error).toMatchObject({ status: 503, retryAfterSeconds: 30 })
    expect(clock.pending()).toEqual([])
  })

  it('brings back a request whose first attempt is still being carried out', async () => {
    const { inventory, clock, seen } = serviceInMemory([
      () => problemReply(409, { 'Retry-After': '1' }),
      reservation,
    ])
    const call = inventory.createReservation({ body })
    await clock.pass(1_000)
    expect(await call).toMatchObject({ id: '1' })
    expect(seen).toHaveLength(2)
  })

  it('does not bring back a conflict for good', async () => {
    const { inventory, clock, seen } = serviceInMemory([() => problemReply(409)])
    const call = reasonOf(inventory.createReservation({ body }))
    await clock.pass(10_000)
    expect(await call).toBeInstanceOf(ApiError)
    expect(seen).toHaveLength(1)
  })
})

describe('idempotency keys', () => {
  it('are one for each call, and the same on each of its attempts', async () => {
    const { inventory, clock, seen } = serviceInMemory([reset, () => problemReply(500), reservation])
    const call = inventory.createReservation({ body })
    await clock.pass(10_000)
    expect(await call).toMatchObject({ id: '1' })
    await inventory.createReservation({ body })
    const keys = seen.map(({ headers }) => headers.get('Idempotency-Key'))
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[0]])
    expect(keys[3]).not.toBe(keys[0])
    expect(seen.map((request) => request.body)).toEqual(seen.map(() => JSON.stringify(body)))
  })

  it('are the caller’s where it gives one', async () => {
    const { inventory, seen } = serviceInMemory([reservation])
    await inventory.createReservation({ body, headers: { 'Idempotency-Key': 'order-4711' } })
    expect(seen[0]?.headers.get('Idempotency-Key')).toBe('order-4711')
  })

  it('are sent to no operation that does not declare them', async () => {
    const { inventory, seen } = serviceInMemory([ok])
    await inventory.getStatus()
    expect(seen[0]?.headers.has('Idempotency-Key')).toBe(false)
  })
})

describe('time', () => {
  const never = (): Answer => undefined

  it('ends an attempt, and there is another one', async () => {
    const { inventory, clock, seen } = serviceInMemory([never, ok])
    const call = inventory.getStatus()
    await clock.pass(30_000)
    expect(seen).toHaveLength(1)
    await clock.pass(150)
    expect(await call).toEqual(status)
  })

  it('ends the call', async () => {
    const { inventory, clock, seen } = serviceInMemory([never])
    const call = reasonOf(inventory.getStatus({ attemptTimeoutMs: 700, timeoutMs: 1_000 }))
    await clock.pass(1_000)
    const error = await call
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({
      code: 'timeout',
      scope: 'call',
      message: 'No answer from https://inventory.example.com within 1000 ms, retries included',
    })
    expect(seen).toHaveLength(2)
    expect(clock.pending()).toEqual([])
  })

  it('that an attempt lacked is told where it is the last', async () => {
    const { inventory, clock } = serviceInMemory([never])
    const call = reasonOf(inventory.getStatus({ attemptTimeoutMs: 400, retries: 0 }))
    await clock.pass(400)
    expect(await call).toMatchObject({ code: 'timeout', scope: 'attempt', timeoutMs: 400 })
  })

  it('that went by without a token is not held against the service', async () => {
    const { inventory, clock } = serviceInMemory([ok], {
      tokenTimeoutMs: 60_000,
      fetch: async () => new Promise<never>(() => undefined),
    })
    const call = reasonOf(inventory.getCaller())
    await clock.pass(30_000)
    expect(await call).toMatchObject({
      name: 'TokenError',
      code: 'unreachable',
      message: 'No access token within 30000 ms',
    })
  })

  it('is not waited out by a caller that gives up during a pause', async () => {
    const { inventory, clock, seen } = serviceInMemory([reset])
    const abandon = new AbortController()
    const call = reasonOf(inventory.getStatus({ signal: abandon.signal }))
    await clock.pass(100)
    abandon.abort(new Error('no longer needed'))
    expect(await call).toMatchObject({ message: 'no longer needed' })
    expect(clock.pending()).toEqual([])
    await clock.pass(10_000)
    expect(seen).toHaveLength(1)
  })
})
