import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/store.js'
import { openTestStore } from '../support/database.js'
import { documentedScopes } from '../support/example-requests.js'
import { openTestService, type Reply, type TestService } from '../support/service.js'
import { createInventoryClient } from '../../generated/sdk/index.js'
import { findFreePort } from './free-port.js'
import { installKeycloak } from './installation.js'
import { audience, describeService, expectRefusal } from './issuer-suite.js'
import { startKeycloak, type Keycloak, type Realm } from './keycloak.js'
import { fetchToken, requestToken } from './live-issuer.js'
import { versions } from './versions.js'

const installation = await installKeycloak()

describe.skipIf('missing' in installation)(`Keycloak ${versions.keycloak}`, () => {
  let keycloak: Keycloak
  let realm: Realm
  let otherRealm: Realm
  let registrationToken: string
  let store: Store
  beforeAll(async () => {
    store = await openTestStore()
    keycloak = await startKeycloak('path' in installation ? installation.path : '')
    realm = await keycloak.createRealm({ scopes: documentedScopes, audience })
    otherRealm = await keycloak.createRealm({ scopes: documentedScopes, audience })
    registrationToken = await realm.allowRegistration(['items:read'])
  })
  afterAll(async () => {
    await keycloak.close()
    await store.close()
  })

  const environmentFor = ({ issuer }: Realm) => ({
    ISSUER: issuer,
    AUDIENCE: audience,
    ISSUER_PRESET: 'keycloak',
    REGISTRATION_TOKEN: registrationToken,
  })

  describeService(() => ({
    issuer: realm,
    otherIssuer: otherRealm,
    environment: environmentFor(realm),
    store,
  }))

  describe('its tokens', () => {
    const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
    const signed = new Map<string, string>()
    let service: TestService
    beforeAll(async () => {
      for (const algorithm of algorithms) {
        const client = await realm.createClient(['items:read'], {
          'access.token.signed.response.alg': algorithm,
        })
        signed.set(algorithm, await fetchToken(realm, client, ['items:read']))
      }
      // After that, because Keycloak makes a key when it is first asked for. The preset is left to be told by the issuer.
      service = await openTestService({ environment: { ...environmentFor(realm), ISSUER_PRESET: '' }, store })
    })
    afterAll(() => service.close())

    it.each(algorithms)('are accepted when signed by %s', async (algorithm) => {
      const token = signed.get(algorithm) ?? ''
      expect(headerOf(token)).toMatchObject({ alg: algorithm, typ: 'JWT' })
      expect(await service.call('listItems', { token })).toMatchObject({ status: 200 })
    })

    it('are accepted with the header type of RFC 9068', async () => {
      const client = await realm.createClient(['items:read'], {
        'access.token.header.type.rfc9068': 'true',
      })
      const token = await fetchToken(realm, client, ['items:read'])
      expect(headerOf(token)).toMatchObject({ typ: 'at+jwt' })
      expect(await service.call('listItems', { token })).toMatchObject({ status: 200 })
    })

    it('are refused without an audience mapper', async () => {
      const bare = await keycloak.createRealm({ scopes: documentedScopes })
      const client = await bare.createClient(documentedScopes)
      const token = await fetchToken(bare, client, documentedScopes)
      const trusting = await openTestService({ environment: environmentFor(bare), store })
      try {
        await expectRefusal(trusting, token, 'audience')
      } finally {
        await trusting.close()
      }
    })

    it('are refused where they are no access tokens', async () => {
      await expectRefusal(service, registrationToken, 'algorithm')
    })

    it('are refused as bearer tokens where they are bound to a key', async () => {
      const client = await realm.createClient(['items:read'])
      const endpoint = `${realm.issuer}/protocol/openid-connect/token`
      const bound = await requestToken(realm, client, ['items:read'], { DPoP: await proofFor(endpoint) })
      expect(bound.token_type).toBe('DPoP')
      const { status } = await service.call('listItems', { token: bound.access_token ?? '' })
      expect(status).toBe(401)
    })

    it('are accepted with the proofs of the SDK where they are bound to its key', async () => {
      const port = await findFreePort()
      const publicUrl = `http://127.0.0.1:${port}`
      const demanding = await openTestService({
        environment: {
          ...environmentFor(realm),
          PORT: String(port),
          PUBLIC_URL: publicUrl,
          SENDER_CONSTRAINED: 'dpop',
        },
        store,
      })
      const client = await realm.createClient(['items:read'])
      const options = { baseUrl: publicUrl, issuer: realm.issuer, ...client, scopes: ['items:read'] as const }
      try {
        await expect(createInventoryClient(options).getCaller()).rejects.toMatchObject({ status: 401 })
        const bound = createInventoryClient({ ...options, dpop: true })
        await expect(bound.getCaller()).resolves.toMatchObject({ clientId: client.clientId })
        await expect(bound.listItems()).resolves.toHaveProperty('items')
      } finally {
        await demanding.close()
      }
    })

    it('are accepted for a client that registerClient made, for its scopes and no others', async () => {
      const { status, body } = await register(['items:read'])
      expect(status).toBe(201)
      const token = await fetchToken(realm, body, ['items:read'])
      expect(await service.call('listItems', { token })).toMatchObject({ status: 200 })
      expect(await requestToken(realm, body, ['items:write'])).toMatchObject({ error: 'invalid_scope' })
    })

    it('are not to be had for scopes that the realm lets nobody register', async () => {
      expect(await register(['items:write'])).toMatchObject({ status: 502 })
    })

    async function register(scopes: readonly string[]): Promise<Reply> {
      const caller = await realm.createClient(documentedScopes)
      return service.call('registerClient', {
        token: await fetchToken(realm, caller, documentedScopes),
        body: { clientName: 'Stock display', scopes },
      })
    }
  })
})

function headerOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
}

/** RFC 9449 section 4.2. */
async function proofFor(tokenEndpoint: string): Promise<string> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  return new SignJWT({ htm: 'POST', htu: tokenEndpoint, jti: randomUUID() })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey) })
    .setIssuedAt()
    .sign(privateKey)
}
