import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createInventoryClient } from '../../../generated/sdk/index.js'
import { reasonOf } from './service-in-memory.js'
import { createVirtualClock } from './virtual-clock.js'

interface Proof {
  readonly header: { readonly typ: string; readonly alg: string; readonly jwk: JsonWebKey }
  readonly claims: Readonly<Record<string, unknown>>
}

/** A proof whose signature holds. */
function readProof(headers: Headers): Proof {
  const text = headers.get('DPoP') ?? ''
  const [header = '', claims = '', signature = ''] = text.split('.')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  const { jwk } = decode(header)
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const }
  expect(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(
    true,
  )
  return { header: decode(header), claims: decode(claims) }
}

function setUp(answers: readonly (() => Response)[], tokens: readonly (() => Response)[]) {
  const clock = createVirtualClock()
  const seen: Request[] = []
  const asked: Request[] = []
  const inventory = createInventoryClient({
    baseUrl: 'https://inventory.example.com',
    tokenEndpoint: 'https://issuer.example.com/token',
    clientId: 'a',
    clientSecret: 'b',
    dpop: true,
    retries: 0,
    now: clock.now,
    schedule: clock.schedule,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const isToken = request.url.endsWith('/token')
      const list = isToken ? asked : seen
      list.push(request)
      const all = isToken ? tokens : answers
      return (all[Math.min(list.length, all.length) - 1] as () => Response)()
    },
  })
  return { inventory, seen, asked }
}

const bound = () => Response.json({ access_token: 'bound', token_type: 'DPoP', expires_in: 300 })
const ok = () => Response.json({ items: [] })

describe('DPoP', () => {
  it('binds the token to a key, and proves it for each request', async () => {
    const { inventory, seen, asked } = setUp([ok], [bound])
    await inventory.listItems({ query: { limit: 2 } })
    await inventory.listItems()
    const token = readProof(asked[0]!.headers)
    expect(token.header).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256' })
    expect(Object.keys(token.header.jwk).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    expect(token.claims).toMatchObject({
      htm: 'POST',
      htu: 'https://issuer.example.com/token',
      iat: 1_700_000_000,
    })
    expect(token.claims).not.toHaveProperty('ath')
    const [first, second] = seen.map(({ headers }) => readProof(headers))
    expect(seen[0]?.headers.get('Authorization')).toBe('DPoP bound')
    expect(first?.claims).toMatchObject({
      htm: 'GET',
      htu: 'https://inventory.example.com/v1/items',
      ath: createHash('sha256').update('bound').digest('base64url'),
    })
    expect(first?.header.jwk).toEqual(token.header.jwk)
    expect(second?.claims['jti']).not.toBe(first?.claims['jti'])
  })

  it('says the nonce that the authorization server asks for, and its own to each server', async () => {
    const asks = () =>
      Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'DPoP-Nonce': 'as-1' } })
    const { inventory, asked, seen } = setUp([ok], [asks, bound])
    await inventory.listItems()
    expect(asked.map(({ headers }) => readProof(headers).claims['nonce'])).toEqual([undefined, 'as-1'])
    expect(readProof(seen[0]!.headers).claims).not.toHaveProperty('nonce')
  })

  it('says the nonce that the service asks for, with the same token', async () => {
    const asks = () =>
      new Response(null, {
        status: 401,
        headers: { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"', 'DPoP-Nonce': 'rs-1' },
      })
    const { inventory, asked, seen } = setUp([asks, ok], [bound])
    await inventory.listItems()
    expect(seen.map(({ headers }) => readProof(headers).claims['nonce'])).toEqual([undefined, 'rs-1'])
    expect(asked).toHaveLength(1)
  })

  it('gives up on a service that is never content', async () => {
    const asks = () =>
      new Response(null, {
        status: 401,
        headers: { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"', 'DPoP-Nonce': 'again' },
      })
    const { inventory, seen } = setUp([asks], [bound])
    expect(await reasonOf(inventory.listItems())).toMatchObject({ status: 401 })
    expect(seen).toHaveLength(3)
  })

  it('does not take a token that is bound to nothing', async () => {
    const bearer = () => Response.json({ access_token: 'free', token_type: 'Bearer', expires_in: 300 })
    const { inventory, seen } = setUp([ok], [bearer])
    expect(await reasonOf(inventory.listItems())).toMatchObject({ name: 'TokenError', code: 'malformed' })
    expect(seen).toEqual([])
  })
})
