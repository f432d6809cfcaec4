import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { toUsableKeys } from '../../../src/auth/jwk-set.js'
import { mintKey, type TestKey } from '../../support/keys.js'

describe('toUsableKeys', () => {
  let ec: TestKey
  let rsa: TestKey
  beforeAll(async () => {
    ec = await mintKey('ES256')
    rsa = await mintKey('RS256')
  })

  it('keeps public signature keys, and of them only what makes them up', () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const okp = { ...publicKey.export({ format: 'jwk' }), kid: 'okp' }
    const keys = [{ ...ec.publicJwk, x5c: ['MII'], 'x-vendor': {} }, rsa.publicJwk, okp]
    expect(toUsableKeys({ keys })).toEqual({ jwks: { keys: [ec.publicJwk, rsa.publicJwk, okp] }, ignored: 0 })
  })

  it('passes over every key that is private, symmetric, weak, for encryption, or not understood', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
    const { x: _x, ...withoutX } = ec.publicJwk
    const { n: _n, ...withoutN } = rsa.publicJwk
    const others = [
      ec.privateKey.export({ format: 'jwk' }),
      rsa.privateKey.export({ format: 'jwk' }),
      { kty: 'oct', k: 'c2VjcmV0' },
      { ...ec.publicJwk, k: 'c2VjcmV0' },
      weak,
      withoutX,
      withoutN,
      { ...ec.publicJwk, use: 'enc' },
      { ...ec.publicJwk, key_ops: ['encrypt'] },
      { ...ec.publicJwk, key_ops: 'verify' },
      { ...ec.publicJwk, kid: 7 },
      { ...ec.publicJwk, kty: 'AKP' },
      { kty: 'RSA' },
      {},
      null,
      'key',
      [ec.publicJwk],
    ]
    for (const other of others) {
      expect(toUsableKeys({ keys: [other, rsa.publicJwk] })).toEqual({
        jwks: { keys: [rsa.publicJwk] },
        ignored: 1,
      })
    }
  })

  it.each([
    { title: 'null', given: null },
    { title: 'an array', given: [] },
    { title: 'an object without keys', given: {} },
    { title: 'keys that are no list', given: { keys: {} } },
    { title: 'an empty set', given: { keys: [] } },
    { title: 'a set without a usable key', given: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } },
  ])('refuses $title', ({ given }) => {
    expect(() => toUsableKeys(given)).toThrow(expect.objectContaining({ code: 'jwk_set_invalid' }))
  })

  it('refuses a set of more than 100 keys', () => {
    const keys = Array.from({ length: 100 }, () => ec.publicJwk)
    expect(toUsableKeys({ keys }).jwks.keys).toHaveLength(100)
    expect(() => toUsableKeys({ keys: [...keys, ec.publicJwk] })).toThrow(/more than 100/)
  })
})
