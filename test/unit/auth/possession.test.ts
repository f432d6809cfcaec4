import { createHash, createHmac, randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { createNonceSource } from '../../../src/auth/dpop-nonce.js'
import { createPossessionCheck } from '../../../src/auth/possession.js'
import { createMemoryReplayGuard } from '../../../src/auth/replay-guard.js'
import { openBoundService, publicUrl, type BoundService } from '../../support/bound-service.js'
import { createProofMaker, type ProofMaker } from '../../support/dpop.js'
import { encodePart, signToken } from '../../support/keys.js'
import { exchangeBytes } from '../../support/serve.js'

const seconds = (): number => Math.floor(Date.now() / 1_000)

let lines: { readonly reason?: unknown; readonly message: string }[]
let service: BoundService
const record = (fields: object, message: string): void => void lines.push({ ...fields, message })
const logger = { debug: record, info: record, warn: record, error: record }

beforeEach(async () => {
  lines = []
  service = await openBoundService({ app: { logger } })
})

/** What the log says of the decisions, which callers are not told. */
const reasons = (): unknown[] =>
  lines.flatMap(({ message, reason }) => (message === 'refused' || message === 'authorized' ? [reason] : []))

function get(
  token: string,
  proof: string | undefined,
  { path = '/items', method = 'GET', scheme = 'DPoP', at = service } = {},
): Promise<Response> {
  return fetch(`${at.url}${path}`, {
    method,
    headers: { authorization: `${scheme} ${token}`, ...(proof !== undefined && { dpop: proof }) },
  })
}

function challengesOf(response: Response): readonly string[] {
  return (response.headers.get('www-authenticate') ?? '').split(/, (?=Bearer |DPoP )/)
}

const bearer = 'Bearer realm="api"'
const algs = 'algs="RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519"'

describe('a token bound to a DPoP key', () => {
  it.each(['DPoP', 'dpop', 'DPOP', 'dPoP'])('is accepted as %s with a proof', async (scheme) => {
    const token = service.token()
    const response = await get(token, service.proof({ token }), { scheme })
    expect(response.status).toBe(200)
    await expect(response.json()).resolves.toMatchObject({
      clientId: 'test-client',
      confirmation: { jkt: service.maker.jkt },
    })
  })

  it('is accepted with an RSA key', async () => {
    const maker = await createProofMaker('RS256')
    const token = service.token({ cnf: { jkt: maker.jkt } })
    const { status } = await get(token, maker.proof({ uri: `${publicUrl}/items`, token }))
    expect(status).toBe(200)
  })

  it('is used any number of times, each with a proof of its own', async () => {
    const token = service.token()
    for (const _ of [1, 2, 3]) expect((await get(token, service.proof({ token }))).status).toBe(200)
  })

  it('still lacks the scopes that it does not have, and the DPoP challenge says so', async () => {
    const token = service.token({ scope: 'other' })
    const response = await get(token, service.proof({ token }))
    expect(response.status).toBe(403)
    expect(challengesOf(response)).toEqual([
      bearer,
      `DPoP realm="api", error="insufficient_scope", error_description="The access token lacks a scope", scope="items:read", ${algs}`,
    ])
  })

  it('is refused as a bearer token, with or without a proof (RFC 9449 section 7.2)', async () => {
    const token = service.token()
    for (const proof of [undefined, service.proof({ token })]) {
      const response = await get(token, proof, { scheme: 'Bearer' })
      expect(response.status).toBe(401)
      expect(challengesOf(response)).toEqual([
        `${bearer}, error="invalid_token", error_description="The access token is not valid"`,
        `DPoP realm="api", ${algs}`,
      ])
    }
    expect(reasons()).toEqual(['bound_token_as_bearer', 'bound_token_as_bearer'])
  })

  it('is refused where its signature, audience or time are wrong, before its proof is looked at', async () => {
    const token = service.token({ exp: seconds() - 600 })
    const response = await get(token, undefined)
    expect(challengesOf(response)[1]).toContain('error="invalid_token"')
    expect(reasons()).toEqual(['expired'])
  })

  it('is proved once where an operation asks two schemes for it', async () => {
    const token = service.token()
    const proof = service.proof({ token, uri: `${publicUrl}/either` })
    expect((await get(token, proof, { path: '/either' })).status).toBe(200)
    expect((await get(token, proof, { path: '/either' })).status).toBe(401)
  })
})

describe('a bearer token', () => {
  it('is accepted as one, a proof beside it notwithstanding', async () => {
    const token = service.token({ cnf: undefined })
    expect((await get(token, undefined, { scheme: 'Bearer' })).status).toBe(200)
    expect((await get(token, 'nonsense', { scheme: 'Bearer' })).status).toBe(200)
  })

  it('is refused as a DPoP token, even with a proof', async () => {
    const token = service.token({ cnf: undefined })
    const response = await get(token, service.proof({ token }))
    expect(response.status).toBe(401)
    expect(challengesOf(response)[1]).toContain('error="invalid_token"')
    expect(reasons()).toEqual(['unbound_token_as_dpop'])
  })
})

describe('a caller without credentials', () => {
  it('is offered both schemes, with no error', async () => {
    const response = await fetch(`${service.url}/items`, { headers: { dpop: 'a' } })
    expect(response.status).toBe(401)
    expect(challengesOf(response)).toEqual([bearer, `DPoP realm="api", ${algs}`])
  })

  it('is let in where anyone is', async () => {
    expect((await fetch(`${service.url}/anyone`, { headers: { authorization: 'DPoP x' } })).status).toBe(200)
  })
})

describe('a DPoP scheme that cannot be read', () => {
  it.each(['DPoP', 'DPoP a b', 'DPoP "a"', 'DPoP a,b'])('is 400 for %j', async (authorization) => {
    const response = await fetch(`${service.url}/items`, { headers: { authorization } })
    expect(response.status).toBe(400)
    expect(challengesOf(response)[1]).toContain('DPoP realm="api", error="invalid_request"')
  })
})

/** RFC 9449 section 4.3, by the number of the check, and what a proof of possession can be mistaken for. */
describe('a proof', () => {
  let token: string
  let stranger: ProofMaker
  beforeEach(async () => {
    token = service.token()
    stranger = await createProofMaker()
  })

  const unsecured = (alg: string): string => {
    const [, claims] = service.proof({ token }).split('.')
    return `${encodePart({ typ: 'dpop+jwt', alg, jwk: service.maker.jwk })}.${claims}.`
  }
  const withMac = (secret: string): string => {
    const header = encodePart({ typ: 'dpop+jwt', alg: 'HS256', jwk: service.maker.jwk })
    const input = `${header}.${service.proof({ token }).split('.')[1]}`
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
  }
  const withClaims = (claims: Readonly<Record<string, unknown>>) => () => service.proof({ token, claims })
  const withHeader = (header: Readonly<Record<string, unknown>>) => () => service.proof({ token, header })

  const refused: readonly { title: string; given: () => string | undefined; reason: string }[] = [
    { title: '1: missing', given: () => undefined, reason: 'dpop_missing' },
    {
      title: '1: two in one field',
      given: () => `${service.proof({ token })}, ${service.proof({ token })}`,
      reason: 'dpop_malformed',
    },
    { title: '2: empty', given: () => '', reason: 'dpop_malformed' },
    { title: '2: no JWT', given: () => 'proof', reason: 'dpop_malformed' },
    { title: '2: the access token', given: () => token, reason: 'dpop_typ' },
    {
      title: '2: of two parts',
      given: () => service.proof({ token }).replace(/\.[^.]+$/, ''),
      reason: 'dpop_malformed',
    },
    { title: '2: padded', given: () => `${service.proof({ token })}=`, reason: 'dpop_malformed' },
    {
      title: '2: whose header is a list',
      given: () => `${encodePart([])}.e30.AAAA`,
      reason: 'dpop_malformed',
    },
    {
      title: '2: whose claims are a list',
      given: () =>
        signToken({ typ: 'dpop+jwt', alg: 'ES256', jwk: service.maker.jwk }, [], service.maker.key),
      reason: 'dpop_malformed',
    },
    {
      title: '2: of more than 8 kB',
      given: withClaims({ more: 'x'.repeat(8_000) }),
      reason: 'dpop_malformed',
    },
    {
      title: '2: with an extension that must be understood',
      given: withHeader({ crit: ['x'], x: 1 }),
      reason: 'dpop_malformed',
    },
    {
      title: '2: with b64 false',
      given: withHeader({ crit: ['b64'], b64: false }),
      reason: 'dpop_malformed',
    },
    {
      title: '2: with b64 false that nobody needs to understand',
      given: withHeader({ b64: false }),
      reason: 'dpop_malformed',
    },
    { title: '3: without jti', given: withClaims({ jti: undefined }), reason: 'dpop_claims' },
    { title: '3: with an empty jti', given: withClaims({ jti: '' }), reason: 'dpop_claims' },
    { title: '3: whose jti is a number', given: withClaims({ jti: 1 }), reason: 'dpop_claims' },
    { title: '3: without htm', given: withClaims({ htm: undefined }), reason: 'dpop_claims' },
    { title: '3: without htu', given: withClaims({ htu: undefined }), reason: 'dpop_claims' },
    {
      title: '3: whose htu is a list',
      given: withClaims({ htu: [`${publicUrl}/items`] }),
      reason: 'dpop_claims',
    },
    { title: '3: without iat', given: withClaims({ iat: undefined }), reason: 'dpop_issued_at' },
    {
      title: '3: whose iat is text',
      given: withClaims({ iat: String(seconds()) }),
      reason: 'dpop_issued_at',
    },
    { title: '3: without ath', given: withClaims({ ath: undefined }), reason: 'dpop_token_hash' },
    { title: '4: without typ', given: withHeader({ typ: undefined }), reason: 'dpop_typ' },
    { title: '4: of typ JWT', given: withHeader({ typ: 'JWT' }), reason: 'dpop_typ' },
    { title: '4: of typ at+jwt', given: withHeader({ typ: 'at+jwt' }), reason: 'dpop_typ' },
    { title: '5: of algorithm none', given: () => unsecured('none'), reason: 'dpop_malformed' },
    {
      title: '5: of algorithm none with a signature',
      given: withHeader({ alg: 'none' }),
      reason: 'dpop_algorithm',
    },
    { title: '5: of algorithm nOnE', given: withHeader({ alg: 'nOnE' }), reason: 'dpop_algorithm' },
    {
      title: '5: of algorithm HS256 with a public key for a secret',
      given: () => withMac(JSON.stringify(service.maker.jwk)),
      reason: 'dpop_algorithm',
    },
    { title: '5: without alg', given: withHeader({ alg: undefined }), reason: 'dpop_algorithm' },
    {
      title: '5: of an algorithm that the key is not for',
      given: withHeader({ alg: 'RS256' }),
      reason: 'dpop_key',
    },
    {
      title: '5: of a curve that the algorithm is not for',
      given: withHeader({ alg: 'ES384' }),
      reason: 'dpop_key',
    },
    { title: '6: without jwk', given: withHeader({ jwk: undefined }), reason: 'dpop_key' },
    {
      title: '6: whose jwk is text',
      given: () => withHeader({ jwk: JSON.stringify(service.maker.jwk) })(),
      reason: 'dpop_key',
    },
    {
      title: '6: whose jwk is another key',
      given: () => withHeader({ jwk: stranger.jwk })(),
      reason: 'dpop_signature',
    },
    {
      title: '6: whose jwk is no point of the curve',
      given: () => withHeader({ jwk: { ...service.maker.jwk, x: 'AAAA' } })(),
      reason: 'dpop_key',
    },
    {
      title: '6: signed by another key',
      given: () => service.proof({ token, signer: stranger.key }),
      reason: 'dpop_signature',
    },
    {
      title: '6: whose signature is r = s = 0 (CVE-2022-21449)',
      given: () => `${service.proof({ token }).replace(/\.[^.]+$/, '')}.${encodePart(new Uint8Array(64))}`,
      reason: 'dpop_signature',
    },
    {
      title: '6: whose claims were changed',
      given: () => tampered(service.proof({ token })),
      reason: 'dpop_signature',
    },
    {
      title: '7: whose jwk has its private part (CVE-2026-54431)',
      given: () => withHeader({ jwk: service.maker.key.privateKey.export({ format: 'jwk' }) })(),
      reason: 'dpop_key',
    },
    {
      title: '7: whose jwk has an empty private part',
      given: () => withHeader({ jwk: { ...service.maker.jwk, d: '' } })(),
      reason: 'dpop_key',
    },
    {
      title: '7: whose jwk is symmetric',
      given: withHeader({ jwk: { kty: 'oct', k: 'AAAA' } }),
      reason: 'dpop_key',
    },
    {
      title: '7: whose jwk is for encryption',
      given: () => withHeader({ jwk: { ...service.maker.jwk, use: 'enc' } })(),
      reason: 'dpop_key',
    },
    {
      title: '7: whose jwk is of another algorithm',
      given: () => withHeader({ jwk: { ...service.maker.jwk, alg: 'ES384' } })(),
      reason: 'dpop_key',
    },
    { title: '8: for another method', given: withClaims({ htm: 'POST' }), reason: 'dpop_method' },
    { title: '8: for the method in lower case', given: withClaims({ htm: 'get' }), reason: 'dpop_method' },
    {
      title: '9: for another path',
      given: withClaims({ htu: `${publicUrl}/items/1` }),
      reason: 'dpop_target',
    },
    {
      title: '9: for the path in another case',
      given: withClaims({ htu: `${publicUrl}/Items` }),
      reason: 'dpop_target',
    },
    {
      title: '9: for the path with a slash at its end',
      given: withClaims({ htu: `${publicUrl}/items/` }),
      reason: 'dpop_target',
    },
    {
      title: '9: for another host',
      given: withClaims({ htu: 'https://other.test/items' }),
      reason: 'dpop_target',
    },
    {
      title: '9: for a host that only begins alike',
      given: withClaims({ htu: `${publicUrl}.evil.test/items` }),
      reason: 'dpop_target',
    },
    {
      title: '9: for a host behind a user',
      given: withClaims({ htu: 'https://api.test@evil.test/items' }),
      reason: 'dpop_target',
    },
    {
      title: '9: for another port',
      given: withClaims({ htu: 'https://api.test:8443/items' }),
      reason: 'dpop_target',
    },
    { title: '9: for http', given: withClaims({ htu: 'http://api.test/items' }), reason: 'dpop_target' },
    {
      title: '9: for the address of the socket',
      given: () => withClaims({ htu: `${service.url}/items` })(),
      reason: 'dpop_target',
    },
    { title: '9: for a path alone', given: withClaims({ htu: '/items' }), reason: 'dpop_target' },
    {
      title: '11: of two minutes ago',
      given: withClaims({ iat: seconds() - 120 }),
      reason: 'dpop_issued_at',
    },
    { title: '11: of the next minute', given: withClaims({ iat: seconds() + 60 }), reason: 'dpop_issued_at' },
    { title: '11: of no time at all', given: withClaims({ iat: -1 }), reason: 'dpop_issued_at' },
    {
      title: '11: that has expired by its own word',
      given: withClaims({ exp: seconds() - 120 }),
      reason: 'dpop_issued_at',
    },
    {
      title: '12a: for another access token',
      given: () => service.proof({ token: service.token() }),
      reason: 'dpop_token_hash',
    },
    {
      title: '12a: with the digest in hex',
      given: () => withClaims({ ath: createHash('sha256').update(token).digest('hex') })(),
      reason: 'dpop_token_hash',
    },
  ]

  it.each(refused)('$title is 401 invalid_dpop_proof', async ({ given, reason }) => {
    const response = await get(token, given())
    expect(reasons()).toEqual([reason])
    expect(response.status).toBe(401)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(challengesOf(response)).toEqual([
      bearer,
      `DPoP realm="api", error="invalid_dpop_proof", error_description="The DPoP proof is not valid", ${algs}`,
    ])
  })

  it('12b: of a key that the token is not bound to is 401 invalid_token', async () => {
    const response = await get(token, stranger.proof({ uri: `${publicUrl}/items`, token }))
    expect(response.status).toBe(401)
    expect(challengesOf(response)[1]).toContain('error="invalid_token"')
    expect(reasons()).toEqual(['dpop_key_mismatch'])
  })

  it('1: in two header fields is refused', async () => {
    const proofs = [service.proof({ token }), service.proof({ token })]
    const answer = await exchangeBytes(
      service.port,
      `GET /items HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\nAuthorization: DPoP ${token}\r\n`,
      `${proofs.map((proof) => `DPoP: ${proof}\r\n`).join('')}\r\n`,
    )
    expect(answer).toContain('401')
    expect(reasons()).toEqual(['dpop_repeated'])
  })

  const accepted: readonly { title: string; given: () => string; path?: string }[] = [
    { title: '4: with the long form of its type', given: withHeader({ typ: 'application/dpop+jwt' }) },
    { title: '4: with its type in another case', given: withHeader({ typ: 'DPoP+JWT' }) },
    {
      title: '6: whose key says what it is for',
      given: () =>
        withHeader({ jwk: { ...service.maker.jwk, use: 'sig', alg: 'ES256', key_ops: ['verify'] } })(),
    },
    {
      title: '9: with query and fragment, which do not count',
      given: withClaims({ htu: `${publicUrl}/items?a=1#b` }),
    },
    {
      title: '9: without the query of the request',
      given: withClaims({ htu: `${publicUrl}/items/a` }),
      path: '/items/a',
    },
    { title: '9: with scheme and host in capitals', given: withClaims({ htu: 'HTTPS://API.TEST/items' }) },
    { title: '9: with the default port', given: withClaims({ htu: 'https://api.test:443/items' }) },
    { title: '9: with dot segments', given: withClaims({ htu: `${publicUrl}/x/../items` }) },
    {
      title: '9: with characters escaped that need not be',
      given: withClaims({ htu: `${publicUrl}/%69tems` }),
    },
    {
      title: '9: with escapes in lower case',
      given: withClaims({ htu: `${publicUrl}/items/%c3%a9` }),
      path: '/items/%C3%A9',
    },
    { title: '11: of a minute ago', given: withClaims({ iat: seconds() - 60 }) },
    { title: '11: of a clock that is a little ahead', given: withClaims({ iat: seconds() + 20 }) },
    { title: 'with a nonce that nobody asked for', given: withClaims({ nonce: 'n' }) },
  ]

  it.each(accepted)('$title is accepted', async ({ given, path = '/items' }) => {
    expect([(await get(token, given(), { path })).status, ...reasons()]).toEqual([200, undefined])
  })

  it('is held against the public address whatever Host and an absolute form say', async () => {
    const proofs = [`${publicUrl}/items`, 'http://evil.test/items'].map((uri) =>
      service.proof({ token, uri }),
    )
    const answers = await Promise.all(
      proofs.map((proof) =>
        exchangeBytes(
          service.port,
          `GET http://evil.test/items HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n`,
          `Authorization: DPoP ${token}\r\nDPoP: ${proof}\r\n\r\n`,
        ),
      ),
    )
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['200', '401'])
  })

  it('for a path is none for one with dot segments, which the gate does not resolve', async () => {
    const answer = await exchangeBytes(
      service.port,
      `GET /items/.. HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\nAuthorization: DPoP ${token}\r\n`,
      `DPoP: ${service.proof({ token, uri: `${publicUrl}/` })}\r\n\r\n`,
    )
    expect(answer).toContain('401')
    expect(reasons()).toEqual(['dpop_target'])
  })

  it('names the method that was sent, not the one that answers it', async () => {
    expect((await get(token, service.proof({ token }), { method: 'HEAD' })).status).toBe(401)
    expect((await get(token, service.proof({ token, method: 'HEAD' }), { method: 'HEAD' })).status).toBe(200)
  })

  /** RFC 9449 section 11.1 */
  describe('sent again', () => {
    it('is refused', async () => {
      const proof = service.proof({ token })
      expect((await get(token, proof)).status).toBe(200)
      const response = await get(token, proof)
      expect(response.status).toBe(401)
      expect(challengesOf(response)[1]).toContain('error="invalid_dpop_proof"')
      expect(reasons()).toEqual([undefined, 'dpop_replayed'])
    })

    it('is accepted once of twenty times at once', async () => {
      const proof = service.proof({ token })
      const statuses = await Promise.all(
        Array.from({ length: 20 }, async () => (await get(token, proof)).status),
      )
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      expect(statuses.filter((status) => status === 401)).toHaveLength(19)
    })

    it('is refused in another proof with its jti, and in another signature of it', async () => {
      const jti = randomUUID()
      expect((await get(token, service.proof({ token, claims: { jti } }))).status).toBe(200)
      expect((await get(token, service.proof({ token, claims: { jti, iat: seconds() - 5 } }))).status).toBe(
        401,
      )
      const other = service.proof({ token, claims: { jti }, uri: `${publicUrl}/items/1` })
      expect((await get(token, other, { path: '/items/1' })).status).toBe(401)
    })

    it('takes no jti from others: that of another key is another', async () => {
      const jti = randomUUID()
      const foreign = service.token({ cnf: { jkt: stranger.jkt } })
      expect((await get(token, service.proof({ token, claims: { jti } }))).status).toBe(200)
      const proof = stranger.proof({ uri: `${publicUrl}/items`, token: foreign, claims: { jti } })
      expect((await get(foreign, proof)).status).toBe(200)
    })

    it('is refused also where it was not let in for want of a scope', async () => {
      const poor = service.token({ scope: 'other' })
      const proof = service.proof({ token: poor })
      expect([(await get(poor, proof)).status, (await get(poor, proof)).status]).toEqual([403, 401])
    })

    it('uses up no jti where the proof is no good', async () => {
      const claims = { jti: randomUUID() }
      expect((await get(token, service.proof({ token, claims, signer: stranger.key }))).status).toBe(401)
      expect((await get(token, service.proof({ token, claims }))).status).toBe(200)
    })
  })
})

describe('what remembers proofs', () => {
  it('gets digests of one length, and the time for which the proof could come again', async () => {
    const claims: unknown[] = []
    const replayGuard = { claim: async (...claim: unknown[]) => claims.push(claim) > 0 }
    const at = await openBoundService({ authenticator: { dpop: { publicUrl, replayGuard } } })
    const token = at.token()
    await get(token, at.proof({ token, claims: { jti: 'x'.repeat(4_000) } }), { at })
    expect(claims).toEqual([[expect.stringMatching(/^[\w-]{43}$/), 180]])
  })

  it('answers 503, and lets nobody in, where it cannot be asked', async () => {
    const replayGuard = { claim: () => Promise.reject(new Error('down')) }
    const at = await openBoundService({
      app: { logger },
      authenticator: { dpop: { publicUrl, replayGuard } },
    })
    const token = at.token()
    const response = await get(token, at.proof({ token }), { at })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(reasons()).toEqual(['replay_guard_unavailable'])
  })

  it('may forget a proof only when no instance would take it any more', async () => {
    let now = Date.now()
    const replayGuard = createMemoryReplayGuard({ now: () => now })
    // One clock is 30 s ahead, the other 30 s behind.
    const { issuer } = service
    const open = (skew: number): Promise<BoundService> =>
      openBoundService({
        issuer,
        authenticator: { dpop: { publicUrl, replayGuard, now: () => now + skew } },
      })
    const [ahead, behind] = await Promise.all([open(30_000), open(-30_000)])
    const token = ahead.token()
    const proof = ahead.proof({ token, claims: { iat: Math.floor(now / 1_000) + 60 } })
    const late = ahead.proof({ token, claims: { iat: Math.floor(now / 1_000) + 60 } })
    expect((await get(token, proof, { at: ahead })).status).toBe(200)
    now += 179_000
    expect((await get(token, proof, { at: behind })).status).toBe(401)
    // One that was not used before is still accepted, so that it is the guard that refuses the other.
    expect((await get(token, late, { at: behind })).status).toBe(200)
  })
})

describe('a server that asks for nonces', () => {
  const secret = 's'.repeat(32)
  const dpop = (now = Date.now): object => ({ publicUrl, nonces: createNonceSource([secret], { now }) })

  it('answers a proof without one by 401 use_dpop_nonce and a nonce, with which it is accepted', async () => {
    const at = await openBoundService({ app: { logger }, authenticator: { dpop: { publicUrl, ...dpop() } } })
    const token = at.token()
    const first = await get(token, at.proof({ token }), { at })
    expect(first.status).toBe(401)
    expect(challengesOf(first)).toEqual([
      bearer,
      `DPoP realm="api", error="use_dpop_nonce", error_description="The DPoP proof needs the nonce of this answer", ${algs}`,
    ])
    const nonce = first.headers.get('dpop-nonce')
    const second = await get(token, at.proof({ token, claims: { nonce } }), { at })
    expect([second.status, second.headers.get('dpop-nonce')]).toEqual([200, null])
  })

  it.each([1, null, '', 'made-up', ['x']])('takes %j for none', async (nonce) => {
    const at = await openBoundService({ app: { logger }, authenticator: { dpop: { publicUrl, ...dpop() } } })
    const token = at.token()
    expect((await get(token, at.proof({ token, claims: { nonce } }), { at })).status).toBe(401)
    expect(reasons()).toEqual(['dpop_nonce'])
  })

  it('hands out the next nonce with the reply while the last one still counts, and refuses older ones', async () => {
    let now = Date.now()
    const at = await openBoundService({ authenticator: { dpop: { publicUrl, ...dpop(() => now) } } })
    const token = at.token()
    const nonce = (await get(token, at.proof({ token }), { at })).headers.get('dpop-nonce')
    now += 120_000
    const aging = await get(token, at.proof({ token, claims: { nonce } }), { at })
    expect(aging.status).toBe(200)
    const next = aging.headers.get('dpop-nonce')
    expect(next).not.toBe(nonce)
    now += 120_000
    expect((await get(token, at.proof({ token, claims: { nonce } }), { at })).status).toBe(401)
    expect((await get(token, at.proof({ token, claims: { nonce: next } }), { at })).status).toBe(200)
  })

  it('accepts the nonces of an instance with the same secret', async () => {
    const issuerOf = await openBoundService({ authenticator: { dpop: { publicUrl, ...dpop() } } })
    const other = await openBoundService({
      issuer: issuerOf.issuer,
      authenticator: { dpop: { publicUrl, ...dpop() } },
    })
    const token = issuerOf.token()
    const nonce = (await get(token, issuerOf.proof({ token }), { at: issuerOf })).headers.get('dpop-nonce')
    expect((await get(token, issuerOf.proof({ token, claims: { nonce } }), { at: other })).status).toBe(200)
  })

  it('remembers no proof that it sends back for a nonce, and gives no nonce for a proof that is no good', async () => {
    const claims: unknown[] = []
    const replayGuard = { claim: async (...claim: unknown[]) => claims.push(claim) > 0 }
    const at = await openBoundService({ authenticator: { dpop: { publicUrl, replayGuard, ...dpop() } } })
    const token = at.token()
    await get(token, at.proof({ token }), { at })
    expect(claims).toEqual([])
    const bad = await get(token, at.proof({ token, claims: { htm: 'PUT' } }), { at })
    expect(bad.headers.get('dpop-nonce')).toBeNull()
  })
})

describe('without a public address', () => {
  it('the DPoP scheme is none that is known, and is not offered', async () => {
    const at = await openBoundService({ authenticator: {} })
    const token = at.token()
    const response = await get(token, at.proof({ token }), { at })
    expect([response.status, challengesOf(response)]).toEqual([401, [bearer]])
    expect((await get(token, undefined, { at, scheme: 'Bearer' })).status).toBe(401)
  })

  it.each(['', '/', 'api.test', 'ftp://api.test', 'https://api.test/?a=b', 'https://api.test/#a'])(
    'no check is built: %j is none',
    (given) => {
      expect(() => createPossessionCheck({ dpop: { publicUrl: given } })).toThrow(TypeError)
    },
  )

  it.each([[['HS256']], [['none']], [[]]])('no check is built of the algorithms %j', (algorithms) => {
    expect(() => createPossessionCheck({ dpop: { publicUrl, algorithms } })).toThrow(/Algorithms of DPoP/)
  })
})

it('takes proofs of the algorithms that it names, and of no others', async () => {
  const at = await openBoundService({
    authenticator: { dpop: { publicUrl, algorithms: ['PS256', 'ES256'] } },
  })
  const token = at.token()
  const rsa = await createProofMaker('RS256')
  const bound = at.token({ cnf: { jkt: rsa.jkt } })
  expect((await get(token, at.proof({ token }), { at })).status).toBe(200)
  const response = await get(bound, rsa.proof({ uri: `${publicUrl}/items`, token: bound }), { at })
  expect(response.status).toBe(401)
  expect(challengesOf(response)[1]).toContain('algs="PS256 ES256"')
})

it('shows the nonce and the challenge to scripts of the origins that may call', async () => {
  const at = await openBoundService({
    app: { corsOrigins: ['https://app.test'] },
    authenticator: { dpop: { publicUrl, nonces: createNonceSource(['s'.repeat(32)]) } },
  })
  const token = at.token()
  const response = await fetch(`${at.url}/items`, {
    headers: { origin: 'https://app.test', authorization: `DPoP ${token}`, dpop: at.proof({ token }) },
  })
  const exposed = response.headers.get('access-control-expose-headers')?.split(',')
  expect(exposed).toEqual(expect.arrayContaining(['DPoP-Nonce', 'WWW-Authenticate']))
  expect(response.headers.get('dpop-nonce')).not.toBeNull()
})

function tampered(proof: string): string {
  const [header, claims = '', signature] = proof.split('.')
  const changed = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object
  return `${header}.${encodePart({ ...changed, jti: randomUUID() })}.${signature}`
}
