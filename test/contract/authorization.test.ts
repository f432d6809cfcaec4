import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { documentedOperations, documentedScopes, exampleRequest } from '../support/example-requests.js'
import { openContractGate, type ContractGate } from '../support/contract-gate.js'
import { mintKey } from '../support/keys.js'

let gate: ContractGate
beforeAll(async () => {
  gate = await openContractGate()
})
afterAll(() => gate.close())
beforeEach(() => {
  gate.reached.length = 0
})

const secured = documentedOperations.filter(({ security }) => security.length > 0)
const anonymous = documentedOperations.filter(({ security }) => security.length === 0)

/** What a careful caller and a careless attacker send alike: tokens that are no good. */
const badTokens: readonly { readonly name: string; readonly mint: () => string | Promise<string> }[] = [
  { name: 'with a bad signature', mint: () => tampered(gate.tokenWith(documentedScopes)) },
  { name: 'without a signature', mint: () => gate.tokenWith(documentedScopes).replace(/[^.]+$/, '') },
  {
    name: 'signed by a key of somebody else',
    mint: async () =>
      gate.issuer.token({ claims: { scope: documentedScopes.join(' ') }, key: await mintKey('ES256') }),
  },
  { name: 'of algorithm none', mint: () => withAlgorithmNone(gate.tokenWith(documentedScopes)) },
  {
    name: 'that has expired',
    mint: () => gate.issuer.token({ claims: { exp: seconds() - 3_600, scope: documentedScopes.join(' ') } }),
  },
  {
    name: 'that never expires',
    mint: () => gate.issuer.token({ claims: { exp: undefined, scope: documentedScopes.join(' ') } }),
  },
  {
    name: 'for another audience',
    mint: () =>
      gate.issuer.token({ claims: { aud: 'https://other.test', scope: documentedScopes.join(' ') } }),
  },
  {
    name: 'of another issuer',
    mint: () =>
      gate.issuer.token({ claims: { iss: 'https://other.test', scope: documentedScopes.join(' ') } }),
  },
  {
    name: 'that is an ID token',
    mint: () =>
      gate.issuer.token({
        header: { typ: 'JWT' },
        claims: { nonce: 'n', scope: documentedScopes.join(' ') },
      }),
  },
  { name: 'that is no token', mint: () => 'opaque' },
]

const seconds = (): number => Math.floor(Date.now() / 1_000)

function tampered(token: string): string {
  const [header, payload, signature = ''] = token.split('.')
  const flipped = Buffer.from(signature, 'base64url')
  flipped[0] = (flipped[0] ?? 0) ^ 1
  return `${header}.${payload}.${flipped.toString('base64url')}`
}

function withAlgorithmNone(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')
  return `${header}.${token.split('.')[1]}.`
}

it('the document has operations of both kinds', () => {
  expect(secured.length).toBeGreaterThan(10)
  expect(anonymous.length).toBeGreaterThan(0)
})

describe.each(secured)('$operationId', (operation) => {
  it('without a token is 401 with a challenge that names no error', async () => {
    const { status, headers, body } = await gate.send(exampleRequest(operation))
    expect([status, body.status, headers['cache-control']]).toEqual([401, 401, 'no-store'])
    expect(headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+"/)
    expect(headers['www-authenticate']).not.toContain('error')
    expect(gate.reached).toEqual([])
  })

  it.each(badTokens)('with a token $name is 401 invalid_token', async ({ mint }) => {
    const { status, headers } = await gate.send(exampleRequest(operation), await mint())
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toContain('error="invalid_token"')
    expect(gate.reached).toEqual([])
  })

  it('with a token in the query is 400, and the token is not taken', async () => {
    const example = exampleRequest(operation)
    const target = `${example.target}${example.target.includes('?') ? '&' : '?'}access_token=${gate.tokenWith(documentedScopes)}`
    const { status, headers } = await gate.send({ ...example, target })
    expect(status).toBe(400)
    expect(headers['www-authenticate']).toContain('error="invalid_request"')
    expect(gate.reached).toEqual([])
  })

  const cases = operation.security.flatMap((requirement) =>
    Object.values(requirement).flatMap((scopes) =>
      scopes.map((missing) => ({ missing, granted: scopes.filter((scope) => scope !== missing) })),
    ),
  )
  if (cases.length > 0)
    it.each(cases)('with only $granted is 403 that names $missing', async ({ missing, granted }) => {
      const { status, headers, body } = await gate.send(exampleRequest(operation), gate.tokenWith(granted))
      expect([status, body.type]).toEqual([403, 'urn:problem-type:gatehouse:insufficient-scope'])
      const challenge = headers['www-authenticate'] ?? ''
      expect(challenge).toContain('error="insufficient_scope"')
      const named = /scope="([^"]*)"/.exec(challenge)?.[1]?.split(' ') ?? []
      expect(operation.security.map((all) => Object.values(all).flat())).toContainEqual(named)
      // Where alternatives are equally far the first is named; a lone requirement must name the missing scope itself.
      if (operation.security.length === 1) expect(named).toContain(missing)
      expect(gate.reached).toEqual([])
    })

  it('with every scope of the document but its own is 403', async () => {
    const own = new Set(operation.security.flatMap((all) => Object.values(all).flat()))
    const others = documentedScopes.filter((scope) => !own.has(scope))
    const { status } = await gate.send(exampleRequest(operation), gate.tokenWith(others))
    // An operation that any valid token may call asks for no scope.
    expect(status).toBe(own.size === 0 ? 200 : 403)
  })

  it.each(operation.security.map((requirement) => Object.values(requirement).flat()))(
    'lets a caller in by the alternative %j alone',
    async (...scopes) => {
      const { status } = await gate.send(exampleRequest(operation), gate.tokenWith(scopes))
      expect(status).toBeLessThan(300)
      expect(gate.reached).toEqual([operation.operationId])
    },
  )
})

/** RFC 9110 section 9.3.2: what GET answers, HEAD does, and the document need not say so. */
describe.each(secured.filter(({ method }) => method === 'GET'))('HEAD of $operationId', (operation) => {
  const head = { ...exampleRequest(operation), method: 'HEAD' }
  const own = Object.values(operation.security[0] ?? {}).flat()

  it('asks for the same scopes', async () => {
    expect((await gate.send(head)).status).toBe(401)
    expect((await gate.send(head, 'opaque')).status).toBe(401)
    if (own.length > 0) expect((await gate.send(head, gate.tokenWith([]))).status).toBe(403)
    expect(gate.reached).toEqual([])
    expect((await gate.send(head, gate.tokenWith(own))).status).toBe(200)
    expect(gate.reached).toEqual([operation.operationId])
  })
})

describe.each(anonymous)('$operationId', (operation) => {
  it.each([{ token: undefined }, { token: 'opaque' }])(
    'lets anyone in (token: $token)',
    async ({ token }) => {
      const { status } = await gate.send(exampleRequest(operation), token)
      expect(status).toBe(200)
      expect(gate.reached).toEqual([operation.operationId])
    },
  )
})
