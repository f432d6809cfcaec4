import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import { createInventoryClient } from '../../generated/sdk/index.js'
import type { Store } from '../../src/store/store.js'
import { documentedOperations, documentedScopes, exampleRequest } from '../support/example-requests.js'
import { openTestService, type TestService } from '../support/service.js'
import { callEveryOperation } from './every-operation.js'
import { fetchToken, type LiveClient, type LiveIssuer } from './live-issuer.js'

export const audience = 'https://inventory.test'

export interface IssuerInUse {
  readonly issuer: LiveIssuer
  /** Of the same kind, with the same scopes and audience, and trusted by nobody here. */
  readonly otherIssuer: LiveIssuer
  /** What the service is configured with to trust the former. */
  readonly environment: Environment
  /** For every service of the test file; the caller closes it. */
  readonly store: Store
}

type Operation = (typeof documentedOperations)[number]

const guarded = documentedOperations.filter(({ security }) => security.length > 0)
const scoped = guarded.filter(({ security }) => security.every((all) => scopesOf(all).length > 0))

/** What must hold with any authorization server, for every operation of the document. `inUse` is asked once it has started. */
export function describeService(inUse: () => IssuerInUse): void {
  describe('a service that trusts it', () => {
    let service: TestService
    let client: LiveClient
    beforeAll(async () => {
      const { issuer, environment, store } = inUse()
      service = await openTestService({ environment, store })
      client = await issuer.createClient(documentedScopes)
      const inventory = createInventoryClient({
        baseUrl: service.url,
        issuer: issuer.issuer,
        ...client,
        scopes: documentedScopes,
      })
      await callEveryOperation(inventory)
    })
    afterAll(() => service.close())

    it.each(documentedOperations)(
      'answers the SDK as declared: $operationId',
      ({ operationId, responses }) => {
        const calls = entriesOf(service, 'request').filter(
          (entry) => entry['operationId'] === operationId && (entry['status'] as number) < 300,
        )
        expect(calls).not.toEqual([])
        for (const call of calls) expect(Object.keys(responses)).toContain(String(call['status']))
        const callers = new Set(calls.map((call) => call['clientId']))
        expect([...callers]).toEqual([
          guarded.some((one) => one.operationId === operationId) ? client.clientId : undefined,
        ])
      },
    )

    it('knows who calls, and with which scopes', async () => {
      const { issuer } = inUse()
      const token = await fetchToken(issuer, client, ['items:read', 'stock:write'])
      const { body } = await service.call('getCaller', { token })
      expect(body).toMatchObject({ issuer: issuer.issuer, clientId: client.clientId })
      const granted = (body.scopes as readonly string[]).filter((scope) => documentedScopes.includes(scope))
      expect(granted.toSorted()).toEqual(['items:read', 'stock:write'])
    })

    it('answers 403 to a client without the scopes, and names them: every operation that asks for some', async () => {
      const { issuer } = inUse()
      const limited = await issuer.createClient(['items:read', 'clients:register'])
      for (const operation of scoped) {
        const scope = operation.operationId === 'registerClient' ? 'items:read' : 'clients:register'
        const response = await send(service, operation, await fetchToken(issuer, limited, [scope]))
        expect(response.status, operation.operationId).toBe(403)
        const asked = operation.security.map((all) => `scope="${scopesOf(all).join(' ')}"`)
        expect(asked).toContain(/scope="[^"]*"/.exec(response.headers.get('WWW-Authenticate') ?? '')?.[0])
      }
    })

    it('answers 401 to a token for another audience', async () => {
      const { issuer, environment, store } = inUse()
      const token = await fetchToken(issuer, client, documentedScopes)
      const elsewhere = await openTestService({
        environment: { ...environment, AUDIENCE: 'https://orders.test' },
        store,
      })
      try {
        await expectRefusal(elsewhere, token, 'audience')
      } finally {
        await elsewhere.close()
      }
    })

    it("answers 401 to another issuer's token for the same audience", async () => {
      const { otherIssuer } = inUse()
      const stranger = await otherIssuer.createClient(documentedScopes)
      await expectRefusal(service, await fetchToken(otherIssuer, stranger, documentedScopes), 'issuer')
    })
  })
}

/** Every operation that asks for a token refuses this one, and the log says why. */
export async function expectRefusal(service: TestService, token: string, reason: string): Promise<void> {
  for (const operation of guarded) {
    const response = await send(service, operation, token)
    expect(response.status, operation.operationId).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
    expect(entriesOf(service, 'refused').at(-1)).toMatchObject({
      operationId: operation.operationId,
      reason,
    })
  }
}

function send({ url }: TestService, operation: Operation, token: string): Promise<Response> {
  const { target, method, headers, body } = exampleRequest(operation)
  return fetch(`${url}${target}`, {
    method,
    headers: { ...headers, Authorization: `Bearer ${token}` },
    ...(body !== undefined && { body }),
  })
}

function scopesOf(requirement: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.values(requirement).flat()
}

/** Lines of the log with this message, oldest first. */
function entriesOf({ log }: TestService, message: string): readonly Readonly<Record<string, unknown>>[] {
  return log
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .filter((entry) => entry['msg'] === message)
}
