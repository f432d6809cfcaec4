import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/store.js'
import { openTestStore } from '../support/database.js'
import { documentedScopes } from '../support/example-requests.js'
import { openTestService, type TestService } from '../support/service.js'
import { startHydra, type Hydra } from './hydra.js'
import { installHydra } from './installation.js'
import { audience, describeService, expectRefusal } from './issuer-suite.js'
import { fetchToken, type LiveClient } from './live-issuer.js'
import { versions } from './versions.js'

const installation = await installHydra()
const server = 'path' in installation ? installation.path : ''

describe.skipIf('missing' in installation)(`Ory Hydra ${versions.hydra}`, () => {
  let hydra: Hydra
  let otherHydra: Hydra
  let store: Store
  beforeAll(async () => {
    store = await openTestStore()
    hydra = await startHydra(server, { audience })
    otherHydra = await startHydra(server, { audience })
  })
  afterAll(async () => {
    await hydra.close()
    await otherHydra.close()
    await store.close()
  })

  const environmentFor = ({ issuer }: Hydra) => ({
    ISSUER: issuer,
    AUDIENCE: audience,
    ISSUER_PRESET: 'hydra',
    // Hydra lets anybody register who reaches it; the service asks for a token all the same.
    REGISTRATION_TOKEN: 'not-looked-at',
  })

  describeService(() => ({
    issuer: hydra,
    otherIssuer: otherHydra,
    environment: environmentFor(hydra),
    store,
  }))

  describe('its tokens', () => {
    let service: TestService
    beforeAll(async () => {
      service = await openTestService({ environment: environmentFor(hydra), store })
    })
    afterAll(() => service.close())

    it('are refused where no audience was asked for', async () => {
      const { clientId, clientSecret } = await hydra.createClient(documentedScopes)
      const token = await fetchToken(hydra, { clientId, clientSecret }, documentedScopes)
      await expectRefusal(service, token, 'audience')
    })

    it('are refused where they are opaque and the service cannot ask', async () => {
      const client = await hydra.createClient(documentedScopes, { access_token_strategy: 'opaque' })
      const token = await fetchToken(hydra, client, documentedScopes)
      expect(token).toMatch(/^ory_at_/)
      await expectRefusal(service, token, 'malformed')
    })

    it('are accepted where they are opaque and the service asks, until they are revoked', async () => {
      const client = await hydra.createClient(['items:read'], { access_token_strategy: 'opaque' })
      const token = await fetchToken(hydra, client, ['items:read'])
      const asking = (): Promise<TestService> =>
        openTestService({
          environment: {
            ...environmentFor(hydra),
            INTROSPECTION_CLIENT_ID: 'inventory',
            INTROSPECTION_CLIENT_SECRET: 'not-looked-at',
            INTROSPECTION_ENDPOINT: hydra.introspectionEndpoint,
          },
          store,
        })
      const first = await asking()
      expect(await first.call('listItems', { token })).toMatchObject({ status: 200 })
      expect(await first.call('createItem', { token, body: { sku: 'A', name: 'A' } })).toMatchObject({
        status: 403,
      })
      expect((await first.call('getCaller', { token })).body).toMatchObject({ clientId: client.clientId })
      await first.close()

      await revoke(hydra, client, token)
      const second = await asking()
      await expectRefusal(second, token, 'inactive')
      await second.close()
    })

    it.each([
      { claim: 'both', given: 'scp and scope', want: 200 },
      { claim: 'string', given: 'scope alone, which grants nothing', want: 403 },
    ])('answers $want where they carry $given', async ({ claim, want }) => {
      const configured = await startHydra(server, {
        audience,
        environment: { STRATEGIES_JWT_SCOPE_CLAIM: claim },
      })
      try {
        const client = await configured.createClient(['items:read'])
        const token = await fetchToken(configured, client, ['items:read'])
        const trusting = await openTestService({ environment: environmentFor(configured), store })
        const { status } = await trusting.call('listItems', { token })
        await trusting.close()
        expect(status).toBe(want)
      } finally {
        await configured.close()
      }
    })

    it('are accepted for a client that registerClient made, once Hydra was told its audience', async () => {
      const caller = await hydra.createClient(documentedScopes)
      const { body } = await service.call('registerClient', {
        token: await fetchToken(hydra, caller, documentedScopes),
        body: { clientName: 'Stock display', scopes: ['items:read'] },
      })
      const registered = { ...body, audience }
      await expect(fetchToken(hydra, registered, ['items:read'])).rejects.toThrow('invalid_request')
      await hydra.setAudiences(body.clientId, [audience])
      const token = await fetchToken(hydra, registered, ['items:read'])
      expect(await service.call('listItems', { token })).toMatchObject({ status: 200 })
    })
  })
})

/** RFC 7009. */
async function revoke(
  { issuer }: Hydra,
  { clientId, clientSecret }: LiveClient,
  token: string,
): Promise<void> {
  const { ok } = await fetch(`${issuer}/oauth2/revoke`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ token }),
  })
  expect(ok).toBe(true)
}
