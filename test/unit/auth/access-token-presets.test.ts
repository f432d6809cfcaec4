import { beforeAll, describe, expect, it } from 'vitest'
import { createAccessTokenVerifier } from '../../../src/auth/access-token.js'
import type { IssuerPreset } from '../../../src/auth/issuer-preset.js'
import { createStaticKeySet } from '../../../src/auth/key-set.js'
import { resolvePolicy, type AccessTokenPolicyInput } from '../../../src/auth/policy.js'
import { mintKey, signToken, type TestKey } from '../../support/keys.js'

/*
 * Access tokens of the client credentials grant as each authorization server writes them, and what else it signs with
 * the same keys.
 */

type Parts = Readonly<Record<string, unknown>>

interface Fixture {
  readonly policy: AccessTokenPolicyInput
  /** Header beside `alg` and `kid`. */
  readonly header: Parts
  /** Claims beside `iat` and `exp`. */
  readonly claims: Parts
  readonly clientId: string
  /** Takes every scope away. */
  readonly withoutScopes: Parts
  /** Tokens of the same issuer that are no access tokens for this service, laid over the valid one. */
  readonly others: Readonly<Record<string, { header?: Parts; claims?: Parts; code: string }>>
}

const audience = 'api://inventory'
const tenant = '11111111-2222-3333-4444-555555555555'

const fixtures: Readonly<Record<IssuerPreset, Fixture>> = {
  rfc9068: {
    policy: { issuer: 'https://issuer.test', audiences: [audience] },
    header: { typ: 'at+jwt' },
    claims: {
      iss: 'https://issuer.test',
      aud: audience,
      sub: 'client',
      client_id: 'client',
      jti: 'j',
      scope: 'items:read items:write',
    },
    clientId: 'client',
    withoutScopes: { scope: undefined },
    others: {
      'an ID token': { header: { typ: 'JWT' }, claims: { nonce: 'n' }, code: 'typ' },
      'a token without typ': { header: { typ: undefined }, code: 'typ' },
      'a logout token': { header: { typ: 'logout+jwt' }, claims: { events: {} }, code: 'typ' },
      'a DPoP proof': { header: { typ: 'dpop+jwt' }, code: 'typ' },
      'a token introspection reply': { header: { typ: 'token-introspection+jwt' }, code: 'typ' },
      'a security event': { header: { typ: 'secevent+jwt' }, code: 'typ' },
      'a token without a client': { claims: { client_id: undefined, azp: 'client' }, code: 'client' },
    },
  },
  okta: {
    policy: { issuer: 'https://org.okta.com/oauth2/default', audiences: [audience] },
    header: {},
    claims: {
      ver: 1,
      jti: 'AT.j',
      iss: 'https://org.okta.com/oauth2/default',
      aud: audience,
      cid: 'client',
      scp: ['items:read', 'items:write'],
      sub: 'client',
    },
    clientId: 'client',
    withoutScopes: { scp: undefined },
    others: {
      'an org server token': {
        header: { typ: 'application/okta-internal-at+jwt' },
        claims: { iss: 'https://org.okta.com', aud: 'https://org.okta.com' },
        code: 'okta_org_server',
      },
      'an ID token': { claims: { aud: 'client', nonce: 'n', cid: undefined }, code: 'audience' },
      'a token for Okta itself': { claims: { aud: 'https://org.okta.com' }, code: 'audience' },
    },
  },
  auth0: {
    policy: { issuer: 'https://tenant.auth0.com/', audiences: [audience] },
    header: { typ: 'JWT' },
    claims: {
      iss: 'https://tenant.auth0.com/',
      sub: 'client@clients',
      aud: [audience, 'https://tenant.auth0.com/userinfo'],
      azp: 'client',
      gty: 'client-credentials',
      scope: 'items:read items:write',
      permissions: ['items:read', 'items:write'],
    },
    clientId: 'client',
    withoutScopes: { scope: undefined },
    others: {
      'an ID token': { claims: { aud: 'client', azp: undefined, nonce: 'n' }, code: 'audience' },
      'an ID token whose client is named like the API': {
        claims: { aud: audience, azp: undefined },
        code: 'client',
      },
      'a token for another API': { claims: { aud: 'https://other.test' }, code: 'audience' },
    },
  },
  entra: {
    policy: { issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, audiences: [audience] },
    header: { typ: 'JWT' },
    claims: {
      aud: audience,
      iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
      azp: 'client',
      azpacr: '1',
      roles: ['items:read', 'items:write'],
      sub: 'object',
      tid: tenant,
      ver: '2.0',
    },
    clientId: 'client',
    withoutScopes: { roles: undefined },
    others: {
      'an ID token': { claims: { azp: undefined, nonce: 'n' }, code: 'token_kind' },
      'an ID token without nonce': { claims: { azp: undefined }, code: 'client' },
      'a token of another tenant': {
        claims: { iss: 'https://login.microsoftonline.com/99999999-2222-3333-4444-555555555555/v2.0' },
        code: 'issuer',
      },
    },
  },
  'entra-v1': {
    policy: { issuer: `https://sts.windows.net/${tenant}/`, audiences: [audience] },
    header: { typ: 'JWT', x5t: 'thumbprint' },
    claims: {
      aud: audience,
      iss: `https://sts.windows.net/${tenant}/`,
      appid: 'client',
      roles: ['items:read', 'items:write'],
      sub: 'object',
      ver: '1.0',
    },
    clientId: 'client',
    withoutScopes: { roles: undefined },
    others: { 'an ID token': { claims: { appid: undefined }, code: 'client' } },
  },
  keycloak: {
    policy: { issuer: 'https://login.test/realms/main', audiences: [audience] },
    header: { typ: 'JWT' },
    claims: {
      iss: 'https://login.test/realms/main',
      aud: [audience, 'account'],
      sub: 'service-account',
      typ: 'Bearer',
      azp: 'client',
      realm_access: { roles: ['admin'] },
      scope: 'items:read items:write',
      client_id: 'client',
    },
    clientId: 'client',
    withoutScopes: { scope: undefined },
    others: {
      'an ID token': { claims: { typ: 'ID' }, code: 'token_kind' },
      'a refresh token': { claims: { typ: 'Refresh' }, code: 'token_kind' },
      'an offline token': { claims: { typ: 'Offline' }, code: 'token_kind' },
      'a logout token': { claims: { typ: 'Logout', events: {} }, code: 'token_kind' },
      'a token without an audience mapper': { claims: { aud: 'account' }, code: 'audience' },
    },
  },
  cognito: {
    policy: {
      issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/pool',
      clientIds: ['client'],
      scopePrefix: 'inventory/',
    },
    header: {},
    claims: {
      sub: 'client',
      token_use: 'access',
      scope: 'inventory/items:read inventory/items:write',
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/pool',
      version: 2,
      client_id: 'client',
    },
    clientId: 'client',
    withoutScopes: { scope: 'items:read' },
    others: {
      'an ID token': { claims: { token_use: 'id', aud: 'client' }, code: 'token_kind' },
      'a token that does not say its use': { claims: { token_use: undefined }, code: 'token_kind' },
      'a token of another client': { claims: { client_id: 'other' }, code: 'client' },
    },
  },
  hydra: {
    policy: { issuer: 'https://slug.projects.oryapis.com', audiences: [audience] },
    header: { typ: 'JWT' },
    claims: {
      iss: 'https://slug.projects.oryapis.com',
      aud: [audience],
      client_id: 'client',
      scp: ['items:read', 'items:write'],
      ext: {},
      sub: 'client',
    },
    clientId: 'client',
    withoutScopes: { scp: [] },
    others: {
      'a token without a requested audience': { claims: { aud: [] }, code: 'audience' },
      'an ID token': { claims: { aud: ['client'], at_hash: 'h', client_id: undefined }, code: 'audience' },
    },
  },
  ping: {
    policy: { issuer: 'https://auth.pingone.eu/environment/as', audiences: [audience] },
    header: {},
    claims: {
      iss: 'https://auth.pingone.eu/environment/as',
      aud: [audience],
      client_id: 'client',
      scope: 'items:read items:write',
    },
    clientId: 'client',
    withoutScopes: { scope: undefined },
    others: { 'an ID token': { claims: { aud: 'client', client_id: undefined }, code: 'audience' } },
  },
}

describe.each(Object.entries(fixtures))('an access token as %s writes it', (_preset, fixture) => {
  const { policy, header, claims } = fixture
  let key: TestKey
  let otherKey: TestKey
  let verify: ReturnType<typeof createAccessTokenVerifier>

  beforeAll(async () => {
    const resolved = resolvePolicy(policy)
    const alg = resolved.algorithms.includes('ES256') ? 'ES256' : 'RS256'
    key = await mintKey(alg, 'key')
    otherKey = await mintKey(alg, 'key')
    const keySet = createStaticKeySet({ keys: [key.publicJwk] })
    verify = createAccessTokenVerifier(new Map([[policy.issuer, { policy: resolved, keySet }]]))
  })

  function sign(changed: { header?: Parts; claims?: Parts } = {}, signer: TestKey = key): string {
    const now = Math.floor(Date.now() / 1000)
    return signToken(
      { alg: key.alg, kid: key.kid, ...header, ...changed.header },
      { ...claims, iat: now, exp: now + 300, ...changed.claims },
      signer,
    )
  }

  it('names its client and grants its scopes', async () => {
    await expect(verify(sign())).resolves.toMatchObject({
      ok: true,
      principal: { issuer: policy.issuer, clientId: fixture.clientId, scopes: ['items:read', 'items:write'] },
    })
  })

  it('is accepted once the issuer types it at+jwt', async () => {
    await expect(verify(sign({ header: { typ: 'at+jwt' } }))).resolves.toMatchObject({ ok: true })
  })

  it('grants nothing where the scopes are missing or in a claim of another name', async () => {
    const elsewhere = { groups: ['items:read'], scopes: 'items:read', permissions: ['items:read'] }
    const token = sign({ claims: { ...fixture.withoutScopes, ...elsewhere } })
    await expect(verify(token)).resolves.toMatchObject({ ok: true, principal: { scopes: [] } })
  })

  const past = Math.floor(Date.now() / 1000) - 3600
  it.each<{ title: string; given: { header?: Parts; claims?: Parts }; code: string }>([
    { title: 'expired', given: { claims: { exp: past } }, code: 'expired' },
    { title: 'of another issuer', given: { claims: { iss: `${policy.issuer}x` } }, code: 'issuer' },
    { title: 'typed as something else', given: { header: { typ: 'something+jwt' } }, code: 'typ' },
    {
      title: 'bound to a key',
      given: { claims: { cnf: { jkt: 'thumbprint' } } },
      code: 'confirmation',
    },
    ...Object.entries(fixture.others).map(([title, { code, ...given }]) => ({ title, given, code })),
  ])('is refused when it is $title', async ({ given, code }) => {
    await expect(verify(sign(given))).resolves.toMatchObject({ ok: false, reason: 'invalid', code })
  })

  it('is refused when another key has signed it', async () => {
    await expect(verify(sign({}, otherKey))).resolves.toMatchObject({ ok: false, code: 'signature' })
  })

  if (policy.audiences !== undefined) {
    it('is refused without its audience', async () => {
      for (const aud of ['api://other', undefined]) {
        const token = sign({ claims: { aud } })
        await expect(verify(token)).resolves.toMatchObject({ ok: false, code: 'audience' })
      }
    })
  }
})

describe('an Auth0 access token of the RFC 9068 profile', () => {
  it('is accepted by the same policy', async () => {
    const key = await mintKey('RS256')
    const policy = resolvePolicy(fixtures.auth0.policy)
    const keySet = createStaticKeySet({ keys: [key.publicJwk] })
    const verify = createAccessTokenVerifier(new Map([[policy.issuer, { policy, keySet }]]))
    const now = Math.floor(Date.now() / 1000)
    const claims = { ...fixtures.auth0.claims, azp: undefined, client_id: 'client', iat: now, exp: now + 300 }
    const token = signToken({ alg: 'RS256', kid: key.kid, typ: 'at+jwt' }, claims, key)
    await expect(verify(token)).resolves.toMatchObject({ ok: true, principal: { clientId: 'client' } })
  })
})

describe('a Keycloak access token that is bound by DPoP', () => {
  it('is accepted with the payload type that Keycloak gives it, and asks for its proof', async () => {
    const key = await mintKey('RS256')
    const policy = resolvePolicy(fixtures.keycloak.policy)
    const keySet = createStaticKeySet({ keys: [key.publicJwk] })
    const verify = createAccessTokenVerifier(new Map([[policy.issuer, { policy, keySet }]]))
    const now = Math.floor(Date.now() / 1000)
    const cnf = { jkt: 'A'.repeat(43) }
    const claims = { ...fixtures.keycloak.claims, typ: 'DPoP', cnf, iat: now, exp: now + 300 }
    const token = signToken({ alg: 'RS256', kid: key.kid, typ: 'JWT' }, claims, key)
    await expect(verify(token)).resolves.toMatchObject({ ok: true, principal: { confirmation: cnf } })
  })
})
