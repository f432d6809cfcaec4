import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SecurityRequirement } from '../../src/contract/operations/security-requirement.js'
import type { CredentialChanges } from '../support/credentials.js'
import {
  coveredAlternatives,
  isAnonymous,
  senderConstraintsOf,
  takesAccessToken,
  uncoveredAlternatives,
} from '../support/documented-alternatives.js'
import {
  documentedOperations,
  documentedScopes,
  exampleRequest,
  type DocumentedOperation,
} from '../support/example-requests.js'
import { openContractGate, type ContractGate } from '../support/contract-gate.js'
import { mintKey, type TestKey } from '../support/keys.js'

let gate: ContractGate
let strangersKey: TestKey
beforeAll(async () => {
  strangersKey = await mintKey('ES256')
  gate = await openContractGate()
})
afterAll(() => gate.close())
beforeEach(() => {
  gate.reached.length = 0
})

const anonymous = documentedOperations.filter(isAnonymous)
const secured = documentedOperations.filter((operation) => !isAnonymous(operation))
const covered = secured.filter((operation) => coveredAlternatives(operation).length > 0)

/**
 * That tokens are verified wherever they are asked for, also beside other credentials and with proofs. All that can be wrong with
 * one is tried where a bearer token is enough, by the attacks.
 */
const badTokens: readonly { name: string; mint: NonNullable<CredentialChanges['mint']> }[] = [
  {
    name: 'signed by a key of somebody else',
    mint: (claims) => gate.issuer.token({ claims, key: strangersKey }),
  },
  { name: 'that is no token', mint: () => 'opaque' },
]

it.skip.each(uncoveredAlternatives)('$operationId by $schemes is not covered: $obstacle', () => undefined)

it('the document says who may call each operation, and there are some', () => {
  expect([...anonymous, ...secured]).not.toEqual([])
})

describe.each(secured)('$operationId', (operation) => {
  it('without credentials is 401 with challenges that name no error', async () => {
    const { status, headers, body } = await gate.send(exampleRequest(operation))
    expect([status, body.status, headers['cache-control']]).toEqual([401, 401, 'no-store'])
    const challenge = headers['www-authenticate'] ?? ''
    if (operation.security.some(takesAccessToken)) expect(challenge).toMatch(/(?:Bearer|DPoP) realm="[^"]+"/)
    expect(challenge).not.toContain('error')
    expect(gate.reached).toEqual([])
  })
})

describe.each(covered)('$operationId', (operation) => {
  const alternatives = coveredAlternatives(operation)
  const send = (changes: CredentialChanges): ReturnType<ContractGate['send']> =>
    gate.send(gate.present(operation, exampleRequest(operation), changes))

  const byToken = alternatives.filter(takesAccessToken)
  describe.each(byToken.map((alternative) => ({ alternative })))('by $alternative', ({ alternative }) => {
    it.each(badTokens)('with a token $name is 401 invalid_token', async ({ mint }) => {
      const { status, headers } = await send({ alternative, mint })
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toContain('error="invalid_token"')
      expect(gate.reached).toEqual([])
    })

    if (senderConstraintsOf(operation, alternative).length > 0)
      it('with a token that is not bound is 401', async () => {
        expect((await send({ alternative, isUnbound: true })).status).toBe(401)
        expect(gate.reached).toEqual([])
      })

    it('with a token in the query is 400, and the token is not taken', async () => {
      const example = exampleRequest(operation)
      const token = gate.issuer.token({ claims: { scope: documentedScopes.join(' ') } })
      const target = `${example.target}${example.target.includes('?') ? '&' : '?'}access_token=${token}`
      const { status, headers } = await gate.send({ ...example, target })
      expect(status).toBe(400)
      expect(headers['www-authenticate']).toContain('error="invalid_request"')
      expect(gate.reached).toEqual([])
    })
  })

  const bySecret = alternatives.filter((alternative) => !takesAccessToken(alternative))
  if (bySecret.length > 0)
    it.each(bySecret)('by %j with what nobody was given is 401', async (alternative) => {
      expect((await send({ alternative, areUnknown: true })).status).toBe(401)
      expect(gate.reached).toEqual([])
    })

  const cases = alternatives.flatMap((alternative) => {
    const scopes = Object.values(alternative).flat()
    return scopes
      .map((missing) => ({ alternative, missing, granted: scopes.filter((scope) => scope !== missing) }))
      .filter(({ granted }) => !opens(operation, alternative, granted))
  })
  if (cases.length > 0)
    it.each(cases)(
      'with only $granted is 403 that names $missing',
      async ({ alternative, missing, granted }) => {
        const { status, headers, body } = await send({ alternative, scopes: granted })
        expect([status, body.type]).toEqual([403, 'urn:problem-type:gatehouse:insufficient-scope'])
        expect(gate.reached).toEqual([])
        if (!takesAccessToken(alternative)) return
        const challenge = headers['www-authenticate'] ?? ''
        expect(challenge).toContain('error="insufficient_scope"')
        const named = /scope="([^"]*)"/.exec(challenge)?.[1]?.split(' ') ?? []
        expect(operation.security.flatMap((all) => Object.values(all))).toContainEqual(named)
        // Where alternatives are equally far the first is named; a lone requirement must name the missing scope itself.
        if (operation.security.length === 1) expect(named).toContain(missing)
      },
    )

  it('with every scope of the document but its own is 403', async () => {
    const own = new Set(operation.security.flatMap((all) => Object.values(all).flat()))
    const others = documentedScopes.filter((scope) => !own.has(scope))
    const [alternative = {}] = alternatives
    const { status } = await send({ alternative, scopes: others })
    // Any known caller meets an alternative that asks for no scope.
    if (opens(operation, alternative, others)) expect(status).toBeLessThan(300)
    else expect(status).toBe(403)
  })

  it.each(alternatives.map((alternative) => [alternative] as const))(
    'lets a caller in by the alternative %j alone',
    async (alternative) => {
      const { status } = await send({ alternative, scopes: Object.values(alternative).flat() })
      expect(status).toBeLessThan(300)
      expect(gate.reached).toEqual([operation.operationId])
    },
  )
})

/** Whether the credentials of one alternative, with these scopes alone, open the operation by any. */
function opens(
  { security }: DocumentedOperation,
  alternative: SecurityRequirement,
  granted: readonly string[],
): boolean {
  return security.some((other) =>
    Object.entries(other).every(
      ([name, scopes]) =>
        Object.hasOwn(alternative, name) && scopes.every((scope) => granted.includes(scope)),
    ),
  )
}

/** RFC 9110 section 9.3.2: what GET answers, HEAD does, and the document need not say so. */
describe.each(covered.filter(({ method }) => method === 'GET'))('HEAD of $operationId', (operation) => {
  const head = { ...exampleRequest(operation), method: 'HEAD' }
  const [alternative = {}] = coveredAlternatives(operation)
  const own = Object.values(alternative).flat()
  const send = (changes: CredentialChanges): ReturnType<ContractGate['send']> =>
    gate.send(gate.present(operation, head, { alternative, ...changes }))

  it('asks for the same scopes', async () => {
    expect((await gate.send(head)).status).toBe(401)
    expect((await send({ mint: () => 'opaque', areUnknown: true })).status).toBe(401)
    if (own.length > 0 && !opens(operation, alternative, []))
      expect((await send({ scopes: [] })).status).toBe(403)
    expect(gate.reached).toEqual([])
    expect((await send({ scopes: own })).status).toBeLessThan(300)
    expect(gate.reached).toEqual([operation.operationId])
  })
})

describe.each(anonymous)('$operationId', (operation) => {
  it.each([{ fields: {} }, { fields: { Authorization: 'Bearer opaque' } }])(
    'lets anyone in (fields: $fields)',
    async ({ fields }) => {
      const example = exampleRequest(operation)
      const { status } = await gate.send({ ...example, headers: { ...example.headers, ...fields } })
      expect(status).toBeLessThan(300)
      expect(gate.reached).toEqual([operation.operationId])
    },
  )
})
