import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Authentication } from '../../../src/auth/authenticator.js'
import { createStaticKeySet, type KeySet } from '../../../src/auth/key-set.js'
import { resolvePolicy, type AccessTokenPolicyInput } from '../../../src/auth/policy.js'
import {
  createTokenVerifier,
  type AskedIssuer,
  type TokenVerifierOptions,
} from '../../../src/auth/token-verifier.js'
import { createTestIssuer, encodePart, type TestIssuer } from '../../support/keys.js'

const audience = 'api://inventory'
const credentials = { clientId: 'api', clientSecret: 'secret' }

describe('createTokenVerifier', () => {
  let first: TestIssuer
  let second: TestIssuer
  let asked: string[]
  let seconds: number
  let generation: number
  let searches: number

  beforeAll(async () => {
    first = await createTestIssuer({ issuer: 'https://first.test', audience })
    second = await createTestIssuer({ issuer: 'https://second.test', audience })
  })
  beforeEach(() => {
    asked = []
    seconds = Math.floor(Date.now() / 1000)
    generation = 0
    searches = 0
  })

  /** What an issuer says of every token it is asked about. */
  type Says = 'inactive' | 'down' | 'another issuer' | 'no audience' | 'active'

  function toAnswer(issuer: string, says: Says): Authentication {
    switch (says) {
      case 'active': {
        const principal = { issuer, clientId: 'opaque-client', scopes: [], expiresAt: seconds + 300 }
        return { ok: true, principal }
      }
      case 'down':
        return { ok: false, reason: 'unavailable', code: 'introspection_unavailable', retryAfterSeconds: 4 }
      case 'inactive':
        return { ok: false, reason: 'invalid', code: 'inactive', issuer }
      case 'another issuer':
        return { ok: false, reason: 'invalid', code: 'issuer' }
      case 'no audience':
        return { ok: false, reason: 'invalid', code: 'audience', issuer }
    }
  }

  function trust(from: TestIssuer, says?: Says, changed: Partial<AccessTokenPolicyInput> = {}): AskedIssuer {
    const introspection = says === undefined ? {} : { introspection: credentials }
    const policy = resolvePolicy({
      issuer: from.issuer,
      audiences: [audience],
      ...introspection,
      ...changed,
    })
    const keys = createStaticKeySet(from.jwks)
    const keySet: KeySet = {
      ...keys,
      findKey: (header) => {
        searches++
        return keys.findKey(header)
      },
      generation: () => generation,
    }
    if (says === undefined) return { policy, keySet }
    return {
      policy,
      keySet,
      introspect: (token) => {
        asked.push(`${from.issuer} ${token}`)
        return Promise.resolve(toAnswer(from.issuer, says))
      },
    }
  }
  const create = (
    issuers: readonly AskedIssuer[],
    options: TokenVerifierOptions = {},
  ): ReturnType<typeof createTokenVerifier> =>
    createTokenVerifier(new Map(issuers.map((issuer) => [issuer.policy.issuer, issuer])), {
      now: () => seconds * 1000,
      ...options,
    })

  describe('verifies a JWT itself', () => {
    it('also of an issuer that could be asked', async () => {
      const verify = create([trust(first, 'inactive')])
      expect(await verify(first.token())).toMatchObject({
        ok: true,
        principal: { issuer: first.issuer, clientId: 'test-client' },
      })
      expect(asked).toEqual([])
    })

    it('once a minute, and again when keys have changed', async () => {
      const verify = create([trust(first), trust(second)])
      const token = first.token()
      await verify(token)
      expect(verify(token)).toMatchObject({ ok: true })
      seconds += 59
      expect(verify(token)).toMatchObject({ ok: true })
      expect(searches).toBe(1)
      seconds += 1
      await verify(token)
      expect(searches).toBe(2)
      generation = 1
      await verify(token)
      expect(searches).toBe(3)
    })

    it('and not again beyond its end, by the tolerance for clocks', async () => {
      const verify = create([trust(first)])
      const token = first.token({ claims: { exp: seconds + 20 } })
      for (const [passed, ok] of [
        [0, true],
        [19, true],
        [21, true],
        [49, true],
        [50, false],
      ] as const) {
        const at = seconds
        seconds += passed
        expect(await verify(token)).toMatchObject({ ok })
        seconds = at
      }
      // At 0, and then for each that comes after its end.
      expect(searches).toBe(4)
    })

    it('every time where the cache is off', async () => {
      for (const options of [{ tokenCacheSeconds: 0 }, { tokenCacheEntries: 0 }]) {
        searches = 0
        const verify = create([trust(first)], options)
        const token = first.token()
        await verify(token)
        await verify(token)
        expect(searches).toBe(2)
      }
    })

    it('but keeps it no longer than five minutes', () => {
      for (const tokenCacheSeconds of [-1, 301, NaN]) {
        expect(() => create([trust(first)], { tokenCacheSeconds })).toThrow(/0 to 300/)
      }
    })
  })

  describe('sends to nobody', () => {
    it.each<{ title: string; token: () => string; code: string }>([
      {
        title: 'a JWT of an issuer that is not known',
        token: () => first.token({ claims: { iss: 'https://elsewhere.test' } }),
        code: 'issuer',
      },
      {
        title: 'a JWT without an issuer',
        token: () => first.token({ claims: { iss: undefined } }),
        code: 'issuer',
      },
      { title: 'a JWT that has expired', token: () => first.token({ claims: { exp: 1 } }), code: 'expired' },
      {
        title: 'a JWT without its signature',
        token: () => first.token().replace(/[^.]*$/, ''),
        code: 'malformed',
      },
      { title: 'a JWT with padding', token: () => `${first.token()}=`, code: 'malformed' },
      {
        title: 'a JWE',
        token: () => `${encodePart({ alg: 'dir', enc: 'A256GCM' })}..a.b.c`,
        code: 'malformed',
      },
      {
        title: 'a JWT with alg none',
        token: () => `${encodePart({ alg: 'none' })}.${encodePart({})}.`,
        code: 'malformed',
      },
    ])('$title', async ({ token, code }) => {
      const verify = create([trust(first, 'active'), trust(second, 'active')])
      expect(await verify(token())).toMatchObject({ ok: false, reason: 'invalid', code })
      expect(asked).toEqual([])
    })

    it('an opaque token where no policy says how to ask', async () => {
      const verify = create([trust(first)])
      expect(await verify('opaque')).toMatchObject({ ok: false, reason: 'invalid', code: 'malformed' })
    })
  })

  describe('asks about an opaque token', () => {
    it.each(['opaque', 'v2.local.payload', 'a.b', 'bnVsbA.b.c', 'NDI.b.c', '.b.c'])(
      'such as %s',
      async (token) => {
        const verify = create([trust(second), trust(first, 'active')])
        expect(await verify(token)).toMatchObject({ ok: true, principal: { issuer: first.issuer } })
        expect(asked).toEqual([`https://first.test ${token}`])
      },
    )

    it.each<{ says: readonly [Says, Says]; want: object; questions: number }>([
      {
        says: ['active', 'active'],
        want: { ok: true, principal: { issuer: 'https://first.test' } },
        questions: 1,
      },
      {
        says: ['inactive', 'active'],
        want: { ok: true, principal: { issuer: 'https://second.test' } },
        questions: 2,
      },
      {
        says: ['another issuer', 'active'],
        want: { ok: true, principal: { issuer: 'https://second.test' } },
        questions: 2,
      },
      {
        says: ['down', 'active'],
        want: { ok: true, principal: { issuer: 'https://second.test' } },
        questions: 2,
      },
      { says: ['no audience', 'active'], want: { ok: false, code: 'audience' }, questions: 1 },
      { says: ['inactive', 'inactive'], want: { ok: false, code: 'inactive' }, questions: 2 },
      { says: ['down', 'inactive'], want: { reason: 'unavailable', retryAfterSeconds: 4 }, questions: 2 },
      { says: ['inactive', 'down'], want: { reason: 'unavailable', retryAfterSeconds: 4 }, questions: 2 },
      { says: ['down', 'no audience'], want: { ok: false, code: 'audience' }, questions: 2 },
    ])('in the order of policies: $says', async ({ says, want, questions }) => {
      const verify = create([trust(first, says[0]), trust(second, says[1])])
      expect(await verify('opaque')).toMatchObject(want)
      expect(asked).toHaveLength(questions)
    })

    it('once for as long as its policy says, however many issuers there are', async () => {
      const input = { introspection: { ...credentials, cacheSeconds: 5 } }
      const verify = create([trust(first, 'inactive'), trust(second, 'active', input)])
      await Promise.all(Array.from({ length: 20 }, async () => verify('opaque')))
      seconds += 4
      await verify('opaque')
      expect(asked).toHaveLength(2)
      seconds += 1
      await verify('opaque')
      expect(asked).toHaveLength(4)
    })

    it('each time where it is refused or cannot be decided', async () => {
      for (const says of ['inactive', 'down'] as const) {
        asked = []
        const verify = create([trust(first, says)])
        await verify('opaque')
        await verify('opaque')
        expect(asked).toHaveLength(2)
      }
    })
  })
})
