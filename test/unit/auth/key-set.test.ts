import type { JWTHeaderParameters } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createRemoteKeySet,
  createStaticKeySet,
  type KeySet,
  type KeySetOptions,
} from '../../../src/auth/key-set.js'
import { createTestIssuer, mintKey, type TestIssuer, type TestKey } from '../../support/keys.js'

const headerOf = ({ alg, kid }: TestKey): JWTHeaderParameters => ({ alg, kid })
const unavailable = { code: 'key_set_unavailable' }
const unknown = { code: 'unknown_key' }

describe('createRemoteKeySet', () => {
  let issuer: TestIssuer
  let key: TestKey
  let seconds: number
  let logged: { level: string; fields: Readonly<Record<string, unknown>> }[]

  beforeEach(async () => {
    issuer = await createTestIssuer()
    await issuer.start()
    key = issuer.key('ES256')
    seconds = 0
    logged = []
  })
  afterEach(() => issuer.close())

  function create(options: KeySetOptions = {}): KeySet {
    const log = (level: string) => (fields: Readonly<Record<string, unknown>>) => {
      logged.push({ level, fields })
    }
    return createRemoteKeySet(() => Promise.resolve(issuer.jwksUri), {
      now: () => seconds * 1000,
      logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      ...options,
    })
  }
  const outage = (): void => issuer.answer((_, response) => response.writeHead(500).end())
  const recovery = (): void => issuer.answer()

  it('fetches nothing before it is asked', () => {
    create()
    expect(issuer.requests).toEqual([])
  })

  it('finds a key by kid and algorithm, and fetches the set once for everybody', async () => {
    const keySet = create()
    const found = await Promise.all(Array.from({ length: 50 }, () => keySet.findKey(headerOf(key))))
    expect(new Set(found).size).toBe(1)
    expect(found[0]).toMatchObject({ type: 'public', algorithm: { name: 'ECDSA', namedCurve: 'P-256' } })
    expect(issuer.requests).toEqual(['/jwks'])
  })

  it('finds a key without a kid where just one fits', async () => {
    const keySet = create()
    await expect(keySet.findKey({ alg: 'ES256' })).resolves.toMatchObject({ type: 'public' })
    issuer.rotate([key, await mintKey()])
    seconds = 601
    await expect(keySet.findKey({ alg: 'ES256' })).rejects.toMatchObject(unknown)
  })

  describe('for a key that is not in the set', () => {
    it('fetches once for 50 tokens at the same time, and finds the key if it is new', async () => {
      const keySet = create()
      await keySet.findKey(headerOf(key))
      const next = await mintKey()
      issuer.rotate([next])
      seconds = 30
      await Promise.all(Array.from({ length: 50 }, () => keySet.findKey(headerOf(next))))
      expect(issuer.requests).toHaveLength(2)
      await expect(keySet.findKey(headerOf(key))).rejects.toMatchObject(unknown)
    })

    it('finds a key that the issuer made right after the keys were loaded', async () => {
      const keySet = create()
      await keySet.findKey(headerOf(key))
      const newKey = await mintKey()
      issuer.rotate([key, newKey])
      await expect(keySet.findKey(headerOf(newKey))).resolves.toBeDefined()
    })

    it('fetches once per cooldown, however many tokens name one', async () => {
      const keySet = create()
      await keySet.findKey(headerOf(key))
      for (let token = 0; token < 1000; token++) {
        seconds = token * 0.12
        await expect(keySet.findKey({ alg: 'ES256', kid: `unknown-${token}` })).rejects.toMatchObject(unknown)
      }
      expect(issuer.requests).toHaveLength(1 + 4)
    })

    it.each(['__proto__', 'constructor', '../../etc/passwd', "' OR 1=1 --", '', 'k'.repeat(10_000)])(
      'does not find %j',
      async (kid) => {
        await expect(create().findKey({ alg: 'ES256', kid })).rejects.toMatchObject(unknown)
      },
    )

    it.each(['RS256', 'HS256', 'none', 'ES384', 'toString'])('does not find a key for %s', async (alg) => {
      await expect(create().findKey({ alg, kid: key.kid })).rejects.toMatchObject(unknown)
    })

    it('cannot tell while the issuer cannot be asked', async () => {
      const keySet = create()
      await keySet.findKey(headerOf(key))
      await expect(keySet.findKey({ alg: 'ES256', kid: 'other' })).rejects.toMatchObject(unknown)
      outage()
      seconds = 29
      await expect(keySet.findKey({ alg: 'ES256', kid: 'other' })).rejects.toMatchObject(unknown)
      seconds = 30
      await expect(keySet.findKey({ alg: 'ES256', kid: 'other' })).rejects.toMatchObject(unavailable)
      await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
      expect(issuer.requests).toHaveLength(3)
      recovery()
      seconds = 31
      await expect(keySet.findKey({ alg: 'ES256', kid: 'other' })).rejects.toMatchObject(unknown)
    })
  })

  describe('as keys age', () => {
    it('renews them in the background from half of their time', async () => {
      const keySet = create()
      await keySet.findKey(headerOf(key))
      seconds = 300
      await keySet.findKey(headerOf(key))
      expect(issuer.requests).toHaveLength(1)
      seconds = 301
      issuer.rotate([await mintKey()])
      await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
      await vi.waitFor(() => expect(logged).toHaveLength(2), { timeout: 4000 })
      expect(issuer.requests).toHaveLength(2)
      await expect(keySet.findKey(headerOf(key))).rejects.toMatchObject(unknown)
    })

    it('accepts a key that was removed no longer than for that time', async () => {
      const keySet = create()
      await keySet.findKey(headerOf(key))
      issuer.rotate([await mintKey()])
      seconds = 601
      await expect(keySet.findKey(headerOf(key))).rejects.toMatchObject(unknown)
    })

    it('goes on with old keys through an outage, for an hour and no longer', async () => {
      const keySet = create()
      await keySet.findKey(headerOf(key))
      outage()
      seconds = 601
      await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
      seconds = 600 + 3600
      await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
      seconds = 600 + 3601
      await expect(keySet.findKey(headerOf(key))).rejects.toMatchObject(unavailable)
      recovery()
      seconds += 60
      await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
    })

    it('lets nobody wait for an endpoint that is known to be slow', async () => {
      const failing: ((reason: Error) => void)[] = []
      let slow = false
      const keySet = create({
        fetch: (...call) =>
          slow ? new Promise((_resolve, reject) => failing.push(reject)) : globalThis.fetch(...call),
      })
      await keySet.findKey(headerOf(key))
      slow = true
      seconds = 601
      const waiting = keySet.findKey(headerOf(key))
      await vi.waitFor(() => expect(failing).toHaveLength(1), { timeout: 4000 })
      failing[0]?.(new Error('slow'))
      await expect(waiting).resolves.toBeDefined()
      seconds = 700
      await keySet.findKey(headerOf(key))
      await keySet.findKey(headerOf(key))
      expect(failing).toHaveLength(2)
      expect(logged.map(({ level }) => level)).toEqual(['debug', 'warn'])
      failing[1]?.(new Error('slow'))
    })
  })

  describe('with an issuer that does not answer', () => {
    let isSlow: boolean
    let calls: (() => void)[]
    /** While it is slow, a call goes on when it is told to. */
    const slowFetch: typeof fetch = async (...call) => {
      if (isSlow) await new Promise<void>((resolve) => calls.push(resolve))
      return fetch(...call)
    }
    beforeEach(() => {
      isSlow = true
      calls = []
    })

    it('keeps nobody waiting for longer than it may, and nobody at all after that', async () => {
      const keySet = create({ fetch: slowFetch, firstWaitMs: 20 })
      const early = Array.from({ length: 50 }, () => keySet.findKey(headerOf(key)))
      for (const { status } of await Promise.allSettled(early)) expect(status).toBe('rejected')
      const late = await Promise.race([
        keySet.findKey(headerOf(key)).catch((reason: unknown) => reason),
        new Promise((resolve) => setImmediate(resolve, 'waited')),
      ])
      expect(late).toMatchObject({ ...unavailable, retryAfterSeconds: 1 })
      await expect(keySet.ready()).resolves.toBe(false)
      expect(calls).toHaveLength(1)

      calls[0]?.()
      await vi.waitFor(() => expect(logged).toHaveLength(1), { timeout: 4000 })
      await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
      expect(issuer.requests).toEqual(['/jwks'])
    })

    it('says of an unknown key that it cannot tell, and goes on with those it knows', async () => {
      isSlow = false
      const keySet = create({ fetch: slowFetch, waitMs: 20 })
      await keySet.findKey(headerOf(key))
      isSlow = true
      seconds = 30
      const forged = Array.from({ length: 50 }, (_, index) =>
        keySet.findKey({ alg: 'ES256', kid: `unknown-${index}` }),
      )
      for (const one of await Promise.allSettled(forged)) {
        expect(one).toMatchObject({ status: 'rejected', reason: unavailable })
      }
      await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
      expect(calls).toHaveLength(1)
    })

    it('goes on with keys that are old rather than wait', async () => {
      isSlow = false
      const keySet = create({ fetch: slowFetch, waitMs: 20 })
      await keySet.findKey(headerOf(key))
      isSlow = true
      seconds = 601
      await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
      expect(calls).toHaveLength(1)
    })
  })

  it('counts a generation for each change of keys, and none for keys that stay', async () => {
    const keySet = create()
    expect(keySet.generation()).toBe(0)
    const found = await keySet.findKey(headerOf(key))
    expect(keySet.generation()).toBe(0)
    seconds = 601
    expect(await keySet.findKey(headerOf(key))).toBe(found)
    expect(keySet.generation()).toBe(0)
    issuer.rotate([key, await mintKey()])
    seconds = 1202
    await keySet.findKey(headerOf(key))
    expect(keySet.generation()).toBe(1)
    outage()
    seconds = 1803
    await keySet.findKey(headerOf(key))
    expect(keySet.generation()).toBe(1)
    expect(issuer.requests).toHaveLength(4)
  })

  describe('with the issuer down from the start', () => {
    it('is unavailable, asks again after 1, 2, 4 … 30 seconds, and says when', async () => {
      outage()
      const keySet = create()
      const waits: number[] = []
      for (let failures = 1; failures <= 7; failures++) {
        const error: unknown = await keySet.findKey(headerOf(key)).catch((reason: unknown) => reason)
        expect(error).toMatchObject(unavailable)
        const { retryAfterSeconds } = error as { retryAfterSeconds: number }
        waits.push(retryAfterSeconds)
        expect(issuer.requests).toHaveLength(failures)
        seconds += retryAfterSeconds - 0.1
        await expect(keySet.findKey(headerOf(key))).rejects.toMatchObject({
          ...unavailable,
          retryAfterSeconds: 1,
        })
        expect(issuer.requests).toHaveLength(failures)
        seconds += 0.1
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30])
    })

    it('is not ready, and becomes so without any token', async () => {
      outage()
      const keySet = create()
      await expect(keySet.ready()).resolves.toBe(false)
      await expect(keySet.ready()).resolves.toBe(false)
      expect(issuer.requests).toHaveLength(1)
      recovery()
      seconds = 1
      await expect(keySet.ready()).resolves.toBe(true)
    })

    it('stays ready once it was, so that an outage takes no instance out of service', async () => {
      const keySet = create()
      await expect(keySet.ready()).resolves.toBe(true)
      outage()
      seconds = 100_000
      await expect(keySet.ready()).resolves.toBe(true)
    })

    it('passes on why', async () => {
      outage()
      await expect(create().findKey(headerOf(key))).rejects.toMatchObject({ cause: { code: 'status' } })
      expect(logged).toMatchObject([{ level: 'warn', fields: { failures: 1, err: { code: 'status' } } }])
    })
  })

  it.each([
    { title: 'no JWK Set', body: '{}' },
    { title: 'an empty one', body: '{"keys":[]}' },
    { title: 'one with secrets alone', body: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' },
    { title: 'HTML', body: '<!doctype html>' },
  ])('keeps the keys it has when the endpoint answers with $title', async ({ body }) => {
    const keySet = create()
    await keySet.findKey(headerOf(key))
    issuer.answer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body))
    seconds = 601
    await expect(keySet.findKey(headerOf(key))).resolves.toBeDefined()
    expect(logged.at(-1)).toMatchObject({ level: 'warn' })
  })

  it('treats an address that cannot be found like an outage', async () => {
    const keySet = createRemoteKeySet(() => Promise.reject(new Error('no metadata')))
    await expect(keySet.findKey(headerOf(key))).rejects.toMatchObject({
      ...unavailable,
      cause: { message: 'no metadata' },
    })
  })

  it('says that a key cannot be used if its numbers make no key', async () => {
    issuer.answer((_, response) => {
      const broken = { ...key.publicJwk, x: key.publicJwk.y }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [broken] }))
    })
    await expect(create().findKey(headerOf(key))).rejects.toMatchObject(unknown)
  })
})

describe('createStaticKeySet', () => {
  it('is ready, knows its keys and no others', async () => {
    const key = await mintKey()
    const keySet = createStaticKeySet({ keys: [key.publicJwk] })
    await expect(keySet.ready()).resolves.toBe(true)
    await expect(keySet.findKey(headerOf(key))).resolves.toMatchObject({ type: 'public' })
    await expect(keySet.findKey({ alg: 'ES256', kid: 'other' })).rejects.toMatchObject(unknown)
  })

  it('refuses at once what is no set of public keys', () => {
    expect(() => createStaticKeySet({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] })).toThrow(
      expect.objectContaining({ code: 'jwk_set_invalid' }),
    )
  })
})
