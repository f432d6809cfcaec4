import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestIssuer, type TestIssuer, type TokenInput } from '../support/keys.js'
import { openTestService, type Reply, type TestService, type TestServiceOptions } from '../support/service.js'

let service: TestService
let issuer: TestIssuer
beforeAll(async () => {
  issuer = await createTestIssuer({ audience: 'https://inventory.test', algorithms: ['RS256'] })
  await issuer.start()
  service = await openTestService({ issuer })
})
afterAll(async () => {
  await service.close()
  await issuer.close()
})

const expiresAt = Math.floor(Date.now() / 1_000) + 300
const inFiveMinutes = new Date(expiresAt * 1_000).toISOString()

describe('200', () => {
  it('tells what the service learned from the access token', async () => {
    const token = issuer.token({
      claims: { client_id: 'shop', sub: 'service-7', scope: 'items:read stock:write', exp: expiresAt },
    })
    const { status, headers, body } = await service.call('getCaller', { token })
    expect(status).toBe(200)
    expect(body).toEqual({
      issuer: issuer.issuer,
      clientId: 'shop',
      subject: 'service-7',
      scopes: ['items:read', 'stock:write'],
      expiresAt: inFiveMinutes,
    })
    expect(headers['cache-control']).toBe('no-store')
  })

  it('is there for any valid token, also one without scopes', async () => {
    const token = issuer.token({ claims: { scope: undefined } })
    expect(await service.call('getCaller', { token })).toMatchObject({ status: 200, body: { scopes: [] } })
  })

  it('tells scopes that the document does not know as well', async () => {
    const token = issuer.token({ claims: { scope: 'openid items:read' } })
    expect((await service.call('getCaller', { token })).body.scopes).toEqual(['openid', 'items:read'])
  })

  it('tells nothing else of the token', async () => {
    const token = issuer.token({ claims: { email: 'someone@example.com', jti: 'one' } })
    const { body } = await service.call('getCaller', { token })
    expect(Object.keys(body).sort()).toEqual(['clientId', 'expiresAt', 'issuer', 'scopes', 'subject'])
  })
})

/** An access token as an authorization server of this kind writes it. */
interface Kind {
  readonly preset: string
  /** Behind the origin of the issuer. */
  readonly path: string
  readonly header?: TokenInput['header']
  readonly claims: Readonly<Record<string, unknown>>
  readonly environment?: TestServiceOptions['environment']
  /** A claim that grants nothing here, with scopes in it. */
  readonly ignored?: Readonly<Record<string, unknown>>
}

const kinds: readonly Kind[] = [
  { preset: 'rfc9068', path: '', claims: { client_id: 'shop', scope: 'items:read stock:write' } },
  {
    preset: 'okta',
    path: '/oauth2/default',
    header: { typ: undefined },
    claims: { cid: 'shop', scp: ['items:read', 'stock:write'] },
    ignored: { scope: 'items:write' },
  },
  {
    preset: 'auth0',
    path: '/',
    header: { typ: 'JWT' },
    claims: { azp: 'shop', scope: 'items:read stock:write', gty: 'client-credentials' },
    ignored: { permissions: ['items:write'] },
  },
  {
    preset: 'keycloak',
    path: '/realms/stock',
    header: { typ: 'JWT' },
    claims: { typ: 'Bearer', azp: 'shop', scope: 'items:read stock:write' },
    ignored: { realm_access: { roles: ['items:write'] } },
  },
  {
    preset: 'entra',
    path: '/11111111-2222-3333-4444-555555555555/v2.0',
    header: { typ: 'JWT' },
    claims: { azp: 'shop', roles: ['items:read', 'stock:write'], ver: '2.0' },
    ignored: { scope: 'items:write' },
  },
  {
    preset: 'entra-v1',
    path: '/11111111-2222-3333-4444-555555555555/',
    header: { typ: 'JWT' },
    claims: { appid: 'shop', roles: ['items:read', 'stock:write'], ver: '1.0' },
  },
  {
    preset: 'cognito',
    path: '/eu-central-1_pool',
    header: { typ: undefined },
    claims: { aud: undefined, client_id: 'shop', token_use: 'access', scope: 'items:read stock:write' },
    environment: { AUDIENCE: undefined, CLIENT_IDS: 'shop' },
  },
  {
    preset: 'hydra',
    path: '/',
    header: { typ: 'JWT' },
    claims: { client_id: 'shop', scp: ['items:read', 'stock:write'] },
    ignored: { scope: 'items:write' },
  },
  { preset: 'ping', path: '/as', claims: { client_id: 'shop', scope: 'items:read stock:write' } },
]

describe.each(kinds)('200, from an authorization server of the preset $preset,', (kind) => {
  const { preset, path, header = {}, environment, ignored = {} } = kind
  let presetService: TestService
  let iss: string
  beforeAll(async () => {
    iss = `${issuer.issuer}${path}`
    issuer.answer((_request, response) => {
      // Metadata and key set in one: this server answers every address alike.
      const document = { issuer: iss, jwks_uri: issuer.jwksUri, ...issuer.jwks }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
    })
    presetService = await openTestService({
      issuer,
      store: service.store,
      environment: { ISSUER: iss, ISSUER_PRESET: preset, ...environment },
    })
  })
  afterAll(async () => {
    issuer.answer()
    await presetService.close()
  })

  const ask = (claims: Readonly<Record<string, unknown>> = {}): Promise<Reply> => {
    const standard = { iss, client_id: undefined, scope: undefined, exp: expiresAt }
    const token = issuer.token({ header, claims: { ...standard, ...kind.claims, ...claims } })
    return presetService.call('getCaller', { token })
  }

  it('tells the client and its scopes', async () => {
    expect((await ask()).body).toEqual({
      issuer: iss,
      clientId: 'shop',
      subject: 'test-client',
      scopes: ['items:read', 'stock:write'],
      expiresAt: inFiveMinutes,
    })
  })

  it('takes scopes from nowhere but the claim of this preset', async () => {
    expect((await ask(ignored)).body.scopes).toEqual(['items:read', 'stock:write'])
  })
})
