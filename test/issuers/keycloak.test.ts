import { generateKeyPair, SignJWT, exportJWK } from 'jose'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentedScopes } from '../support/example-requests.js'
import { openTestService, type TestService } from '../support/service.js'
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
  beforeAll(async () => {
    keycloak = await startKeycloak('path' in installation ? installation.path : '')
    realm = await keycloak.createRealm({ scopes: documentedScopes, audience })
    otherRealm = await keycloak.createRealm({ scopes: documentedScopes, audience })
    registrationToken = await realm.allowRegistration(['items:read'])
  })
  afterAll(() => keycloak.close())

  const environmentFor = ({ issuer }: Realm) => ({
    ISSUER: issuer,
    AUDIENCE: audience,
    ISSUER_PRESET: 'keycloak',
    REGISTRATION_TOKEN: registrationToken,
  })

  describeService(() => ({ issuer: realm, otherIssuer: otherRealm, environment: environmentFor(realm) }))

  describe('its tokens', () => {
    let service: TestService
    beforeAll(async () => {
      // The preset is left to be told by the issuer.
      service = await openTestService({ environment: { ...environmentFor(realm), ISSUER_PRESET: '' } })
    })
    afterAll(() => service.close())

    it('are refused without an audience mapper', async () => {
      const bare = await keycloak.createRealm({ scopes: documentedScopes })
      const client = await bare.createClient(documentedScopes)
      const token = await fetchToken(bare, client, documentedScopes)
      await using bareService = await openDisposable(bare)
      await expectRefusal(bareService.service, token, 'audience')
    })

    it('are accepted with the header type of RFC 9068 too', async () => {
      const client = await realm.createClient(['items:read'], {
        'access.token.header.type.rfc9068': 'true',
      })
      const token = await fetchToken(realm, client, ['items:read'])
      expect(headerOf(token)).toMatchObject({ typ: 'at+jwt' })
      expect(await service.call('listItems', { token })).toMatchObject({ status: 200 })
    })

    it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('are accepted when signed by %s', async (algorithm) => {
      const client = await realm.createClient(['items:read'], {
        'access.token.signed.response.alg': algorithm,
      })
      const token = await fetchToken(realm, client, ['items:read'])
      expect(headerOf(token)).toMatchObject({ alg: algorithm })
      // Keycloak makes the key when it is first asked for; a service that has the keys of before fetches them again later.
      await using fresh = await openDisposable(realm)
      expect(await fresh.service.call('listItems', { token })).toMatchObject({ status: 200 })
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
  })

  describe('registerClient', () => {
    it('answers with credentials that Keycloak knows and the service accepts', async () => {
      await using open = await openDisposable(realm)
      const caller = await realm.createClient(documentedScopes)
      const { body } = await open.service.call('registerClient', {
        token: await fetchToken(realm, caller, documentedScopes),
        body: { clientName: 'Stock display', scopes: ['items:read'] },
      })
      const token = await fetchToken(realm, body, ['items:read'])
      expect(await open.service.call('listItems', { token })).toMatchObject({ status: 200 })
      expect(await requestToken(realm, body, ['items:write'])).toMatchObject({ error: 'invalid_scope' })
    })

    it('answers 502 for a scope that the policy of the realm does not allow', async () => {
      await using open = await openDisposable(realm)
      const caller = await realm.createClient(documentedScopes)
      const { status } = await open.service.call('registerClient', {
        token: await fetchToken(realm, caller, documentedScopes),
        body: { clientName: 'Stock display', scopes: ['items:write'] },
      })
      expect(status).toBe(502)
    })
  })

  async function openDisposable(of: Realm) {
    const service = await openTestService({ environment: environmentFor(of) })
    return { service, [Symbol.asyncDispose]: () => service.close() }
  }
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
