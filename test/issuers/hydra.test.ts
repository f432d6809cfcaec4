import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/store.js'
import { openTestStore } from '../support/database.js'
import { documentedScopes } from '../support/example-requests.js'
import { openTestService, type TestService } from '../support/service.js'
import { startHydra, type Hydra } from './hydra.js'
import { installHydra } from './installation.js'
import { audience, describeService, expectRefusal } from './issuer-suite.js'
import { fetchToken } from './live-issuer.js'
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

    it('are refused where they are opaque', async () => {
      const client = await hydra.createClient(documentedScopes, { access_token_strategy: 'opaque' })
      const token = await fetchToken(hydra, client, documentedScopes)
      expect(token).toMatch(/^ory_at_/)
      await expectRefusal(service, token, 'malformed')
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
