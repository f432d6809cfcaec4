import { describe, expect, it } from 'vitest'
import { createInventoryClient } from '../../../generated/sdk/index.js'
import { createTokenSource } from '../../../src/sdk/token-source.js'
import { problemReply, reasonOf, serviceInMemory } from './service-in-memory.js'
import { createVirtualClock, settle } from './virtual-clock.js'

const ok = () => Response.json({ items: [] })
const scopesOf = (asked: readonly URLSearchParams[]) => asked.map((form) => form.get('scope'))

describe('the scopes that a client asks for', () => {
  it('are those of the operation, and grow with what the caller uses', async () => {
    const { inventory, asked, seen } = serviceInMemory([ok])
    await inventory.listItems()
    await inventory.listItems()
    await inventory.createItem({ body: { sku: 'A', name: 'a' } })
    await inventory.listItems()
    expect(scopesOf(asked)).toEqual(['items:read', 'items:read items:write'])
    expect(seen.map(({ headers }) => headers.get('Authorization')?.slice(-1))).toEqual(['1', '1', '2', '2'])
  })

  it('are joined for calls that begin together, in one request', async () => {
    const { inventory, asked } = serviceInMemory([ok])
    const calls = [
      inventory.listItems(),
      inventory.listReservations(),
      inventory.createItem({ body: { sku: 'A', name: 'a' } }),
    ]
    await Promise.all(calls)
    expect(scopesOf(asked)).toEqual(['items:read items:write reservations:read'])
  })

  it('are none for an operation that takes any token, and no token is asked for where none is needed', async () => {
    const { inventory, asked } = serviceInMemory([ok])
    await inventory.getStatus()
    expect(asked).toEqual([])
    await inventory.getCaller()
    expect(scopesOf(asked)).toEqual([null])
  })

  it('are of the alternative that is at hand already', async () => {
    const { inventory, asked } = serviceInMemory([ok])
    await inventory.releaseReservation({ path: { reservationId: '1' } })
    await inventory.getReservation({ path: { reservationId: '1' } })
    expect(scopesOf(asked)).toEqual(['reservations:write'])
  })

  it('are the pinned ones, and an operation beyond them is refused before anything is sent', async () => {
    const { settings, asked, seen } = serviceInMemory([ok])
    const scopes: readonly string[] = ['items:read', 'reservations:write']
    const inventory = createInventoryClient({ ...settings, scopes })
    await inventory.listItems()
    await inventory.getReservation({ path: { reservationId: '1' } })
    expect(scopesOf(asked)).toEqual(['items:read reservations:write'])
    expect(await reasonOf(inventory.createItem({ body: { sku: 'A', name: 'a' } }))).toMatchObject({
      code: 'options',
      message: 'createItem needs items:write: the client is pinned to items:read reservations:write',
    })
    expect(seen).toHaveLength(2)
  })

  it('are no others than the document’s: one that no operation needs is a mistake, which is named', () => {
    const create = (environment: Readonly<Record<string, string>>) =>
      serviceInMemory([ok], { environment, retries: -1 })
    expect(() => create({ INVENTORY_SCOPES: 'items:reed items:read openid' })).toThrow(
      /^scopes names items:reed openid, which no operation needs: leave it out, or write clients:register, items:read, .*tokenScope\nretries must/,
    )
  })

  it('are one name for all where the authorization server wants that', async () => {
    const { inventory, asked } = serviceInMemory([ok], { tokenScope: 'api://inventory/.default' })
    await inventory.listItems()
    await inventory.createItem({ body: { sku: 'A', name: 'a' } })
    expect(scopesOf(asked)).toEqual(['api://inventory/.default'])
  })
})

describe('a scope that the client may not have', () => {
  const setUp = () => {
    const asked: string[] = []
    const clock = createVirtualClock()
    const source = createTokenSource({
      clientId: 'a',
      clientSecret: 'b',
      tokenEndpoint: 'https://issuer.example.com/token',
      now: clock.now,
      schedule: clock.schedule,
      fetch: async (input, init) => {
        const scope = new URLSearchParams(await new Request(input, init).text()).get('scope') ?? ''
        asked.push(scope)
        if (scope.includes('no')) return Response.json({ error: 'invalid_scope' }, { status: 400 })
        return Response.json({
          access_token: `for-${scope.replaceAll(' ', '-')}`,
          token_type: 'Bearer',
          expires_in: 100,
        })
      },
    })
    return { source, asked, clock }
  }

  it('does not cost it the others', async () => {
    const { source, asked } = setUp()
    const used = new Set(['a', 'no'])
    expect(await reasonOf(source.accessToken(['no'], used))).toMatchObject({ error: 'invalid_scope' })
    expect((await source.accessToken(['a'], used)).value).toBe('for-a')
    expect(asked).toEqual(['a no', 'no', 'a'])
  })

  it('is asked for again when it is needed again', async () => {
    const { source, asked } = setUp()
    await reasonOf(source.accessToken(['no']))
    await reasonOf(source.accessToken(['no']))
    expect(asked).toEqual(['no', 'no'])
  })
})

describe('a token that the service refuses', () => {
  const refuse = () => problemReply(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })

  it('is replaced once, and the call is made again', async () => {
    const { inventory, asked, seen } = serviceInMemory([refuse, ok])
    expect(await inventory.listItems()).toEqual({ items: [] })
    expect(asked).toHaveLength(2)
    expect(seen.map(({ headers }) => headers.get('Authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
  })

  it('is replaced for a request that must not be repeated otherwise: it was not carried out', async () => {
    const { inventory, seen } = serviceInMemory([refuse, ok])
    await inventory.createItem({ body: { sku: 'A', name: 'a' } })
    expect(seen.map(({ body }) => body)).toEqual(['{"sku":"A","name":"a"}', '{"sku":"A","name":"a"}'])
  })

  it('is not replaced twice', async () => {
    const { inventory, asked, seen } = serviceInMemory([refuse])
    expect(await reasonOf(inventory.listItems())).toMatchObject({ status: 401 })
    expect([asked.length, seen.length]).toEqual([2, 2])
  })

  it('is replaced by one request, however many calls carried it', async () => {
    const { inventory, asked } = serviceInMemory([
      ({ headers }) => (headers.get('Authorization') === 'Bearer token-1' ? refuse() : ok()),
    ])
    await Promise.all(Array.from({ length: 20 }, async () => inventory.listItems()))
    expect(asked).toHaveLength(2)
  })

  it('is kept where it only lacks a scope', async () => {
    const { inventory, asked, seen } = serviceInMemory([() => problemReply(403)])
    expect(await reasonOf(inventory.listItems())).toMatchObject({ status: 403 })
    expect([asked.length, seen.length]).toEqual([1, 1])
  })

  it('is not replaced for a stream, which cannot be sent again', async () => {
    const { inventory, seen } = serviceInMemory([refuse])
    const lines = async function* () {
      yield { sku: 'A', name: 'a', onHand: 1 }
      await settle()
    }
    expect(await reasonOf(inventory.importItems({ body: lines() }))).toMatchObject({ status: 401 })
    expect(seen).toHaveLength(1)
  })
})

describe('an authorization server that does not answer', () => {
  it('is asked again, by one for all who wait', async () => {
    const clock = createVirtualClock()
    let count = 0
    const source = createTokenSource({
      clientId: 'a',
      clientSecret: 'b',
      tokenEndpoint: 'https://issuer.example.com/token',
      random: () => 0.5,
      now: clock.now,
      schedule: clock.schedule,
      fetch: async () => {
        count += 1
        if (count < 3) throw new TypeError('fetch failed')
        return Response.json({ access_token: 't', token_type: 'Bearer', expires_in: 100 })
      },
    })
    const tokens = Promise.all([source.accessToken(['a']), source.accessToken(['a'])])
    await clock.pass(450)
    expect((await tokens).map(({ value }) => value)).toEqual(['t', 't'])
    expect(count).toBe(3)
  })

  it('is waited for no longer than it may take', async () => {
    const clock = createVirtualClock()
    const source = createTokenSource({
      clientId: 'a',
      clientSecret: 'b',
      tokenEndpoint: 'https://issuer.example.com/token',
      retries: 0,
      now: clock.now,
      schedule: clock.schedule,
      fetch: async (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => {
            reject(init.signal?.reason as Error)
          })
        }),
    })
    const token = reasonOf(source.accessToken())
    await clock.pass(10_000)
    expect(await token).toMatchObject({ name: 'TokenError', code: 'unreachable' })
    expect(clock.pending()).toEqual([])
  })
})
