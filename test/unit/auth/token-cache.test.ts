import { describe, expect, it } from 'vitest'
import type { Authentication } from '../../../src/auth/authenticator.js'
import { createTokenCache, type TokenCache, type TokenCacheOptions } from '../../../src/auth/token-cache.js'

const principalOf = (token: string, expiresAt?: number) => ({
  issuer: 'https://issuer.test',
  clientId: token,
  scopes: ['items:read'],
  ...(expiresAt !== undefined && { expiresAt }),
  claims: { aud: ['api://test'], jti: 'same' },
})

describe('createTokenCache', () => {
  let seconds = 0
  let verified: string[] = []
  let generation = 0

  function create(
    options: TokenCacheOptions = {},
    verify: (token: string) => Authentication = (token) => ({ ok: true, principal: principalOf(token, 300) }),
  ): TokenCache {
    seconds = 0
    verified = []
    generation = 0
    return createTokenCache(
      (token) => {
        verified.push(token)
        return Promise.resolve({ authentication: verify(token), keepSeconds: 60 })
      },
      { now: () => seconds * 1000, generation: () => generation, ...options },
    )
  }

  it('verifies a token once a minute, and answers at once in between', async () => {
    const { verify } = create()
    const first = await verify('token')
    seconds = 59
    expect(verify('token')).toBe(first)
    seconds = 60
    await verify('token')
    expect(verified).toEqual(['token', 'token'])
  })

  it('never lets an entry outlive the token (as in CVE-2026-107719)', async () => {
    const { verify } = create({}, (token) => ({ ok: true, principal: principalOf(token, 10) }))
    await verify('token')
    seconds = 9
    await verify('token')
    expect(verified).toHaveLength(1)
    seconds = 10
    await verify('token')
    expect(verified).toHaveLength(2)
  })

  it('never takes one token for another, whatever they have in common (as in CVE-2026-35039)', async () => {
    const { verify } = create()
    const tokens = [
      'header.payload.signature',
      'header.payload.signature2',
      'header.payload2.signature',
      'header.payload.',
      'header.payload',
      '__proto__',
      'constructor',
      'a'.repeat(8192),
      `${'a'.repeat(8191)}b`,
    ]
    for (const token of [...tokens, ...tokens]) {
      expect(await verify(token)).toMatchObject({ principal: { clientId: token } })
    }
    expect(verified).toEqual(tokens)
  })

  it('forgets everything when keys have changed, and what was being verified at that time', async () => {
    const { verify } = create()
    await verify('token')
    generation = 1
    await verify('token')
    expect(verified).toHaveLength(2)
    const during = verify('other')
    generation = 2
    await during
    await verify('other')
    expect(verified).toHaveLength(4)
  })

  it('keeps no refusal, no outage, and nothing without an end', async () => {
    const answers: Authentication[] = [
      { ok: false, reason: 'invalid', code: 'signature' },
      { ok: false, reason: 'unavailable' },
      { ok: true },
      { ok: true, principal: principalOf('client') },
    ]
    for (const answer of answers) {
      const { verify, size } = create({}, () => answer)
      await verify('token')
      await verify('token')
      expect(verified).toHaveLength(2)
      expect(size()).toBe(0)
    }
  })

  it('verifies a token once for everybody who brings it at the same time', async () => {
    const { verify } = create()
    const answers = await Promise.all(Array.from({ length: 20 }, async () => verify('token')))
    expect(verified).toEqual(['token'])
    expect(new Set(answers).size).toBe(1)
  })

  it('passes a defect on to everybody, and forgets it', async () => {
    let isBroken = true
    const { verify } = create({}, (token) => {
      if (isBroken) throw new Error('defect')
      return { ok: true, principal: principalOf(token, 300) }
    })
    const both = await Promise.allSettled([verify('token'), verify('token')])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    isBroken = false
    expect(await verify('token')).toMatchObject({ ok: true })
  })

  it('holds no more tokens than it may, of 100,000 different ones', async () => {
    const { verify, size } = create({ maxEntries: 1000 })
    for (let index = 0; index < 100_000; index++) {
      await verify(`token-${index}`)
      if (index % 1000 === 0) expect(size()).toBeLessThanOrEqual(1000)
    }
    expect(size()).toBe(1000)
  })

  it('makes room by forgetting the token that was used longest ago', async () => {
    const { verify } = create({ maxEntries: 2 })
    for (const token of ['a', 'b', 'a', 'c', 'a', 'b']) await verify(token)
    expect(verified).toEqual(['a', 'b', 'c', 'b'])
  })

  it('remembers nothing where it may hold nothing', async () => {
    const { verify, size } = create({ maxEntries: 0 })
    await verify('token')
    await verify('token')
    expect(verified).toHaveLength(2)
    expect(size()).toBe(0)
  })

  it('gives out principals that nobody can change for the next request', async () => {
    const { verify } = create()
    const answer = await verify('token')
    const scopes = (answer.ok ? answer.principal?.scopes : undefined) as string[]
    expect(() => scopes.push('items:write')).toThrow(TypeError)
    expect(() => Object.assign(answer, { ok: false })).toThrow(TypeError)
    expect(verify('token')).toMatchObject({ principal: { scopes: ['items:read'] } })
  })

  it('gives those too that are not remembered, to requests at the same time, so that nobody can change them', async () => {
    const { verify, size } = create({}, (token) => ({ ok: true, principal: principalOf(token, 0) }))
    const [first, second] = await Promise.all([verify('token'), verify('token')])
    expect(size()).toBe(0)
    const scopes = (first.ok ? first.principal?.scopes : undefined) as string[]
    expect(() => scopes.push('items:write')).toThrow(TypeError)
    expect(second).toMatchObject({ principal: { scopes: ['items:read'] } })
  })

  it('gives out principals however deep the issuer has nested their claims', async () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown
    const { verify } = create({}, (token) => ({
      ok: true,
      principal: { ...principalOf(token, 300), claims: { deep } },
    }))
    const answer = await verify('token')
    expect(answer.ok && Object.isFrozen(answer.principal?.claims?.['deep'])).toBe(true)
  })
})
