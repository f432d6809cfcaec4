import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createAuthorizationServer,
  type RunningAuthorizationServer,
} from '../../src/dev/authorization-server.js'
import { documentedScopes } from '../support/example-requests.js'
import { grantableScopes, openTestService, type TestService } from '../support/service.js'

const [one, another] = grantableScopes

/** With opaque access tokens, of the authorization server of the development environment. */
describe('an opaque access token', () => {
  const server = createAuthorizationServer(documentedScopes)
  let running: RunningAuthorizationServer
  let service: TestService
  beforeAll(async () => {
    running = await server.listen()
    service = await openTestService({
      environment: {
        ISSUER: running.issuer,
        AUDIENCE: running.audiences[0],
        INTROSPECTION_CLIENT_ID: 'dev-reader',
        INTROSPECTION_CLIENT_SECRET: secretOf('dev-reader'),
      },
    })
  })
  afterAll(async () => {
    await service.close()
    await server.close()
  })

  const secretOf = (clientId: string): string => running.clientSecrets.get(clientId) ?? ''

  async function post(url: string, form: Readonly<Record<string, string>>): Promise<Response> {
    const credentials = Buffer.from(`dev-client:${secretOf('dev-client')}`).toString('base64')
    const headers = { authorization: `Basic ${credentials}` }
    return fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) })
  }
  async function fetchToken(form: Readonly<Record<string, string>> = {}): Promise<string> {
    const resource = running.opaqueResource
    const response = await post(running.tokenEndpoint, {
      grant_type: 'client_credentials',
      resource,
      ...form,
    })
    return ((await response.json()) as { access_token: string }).access_token
  }

  it('is introspected, and says who calls with which scopes', async () => {
    const token = await fetchToken({ scope: `${one} ${another}` })
    expect(token).not.toContain('.')
    expect(await service.call('getCaller', { token })).toMatchObject({
      status: 200,
      body: { issuer: running.issuer, clientId: 'dev-client', scopes: [one, another] },
    })
  })

  it('is held to the scopes of each operation, also when it is known', async () => {
    const token = await fetchToken({ scope: one })
    const client = { body: { clientName: 'Stock display', scopes: [one] }, token }
    expect((await service.call('getCaller', { token })).status).toBe(200)
    const refused = await service.call('registerClient', client)
    expect(refused.status).toBe(403)
    expect(refused.headers['www-authenticate']).toContain('scope="clients:register"')
  })

  it('is refused once it was revoked, as one is that was never issued', async () => {
    const token = await fetchToken()
    await post(`${running.issuer}/token/revocation`, { token })
    for (const given of [token, 'never-issued']) {
      const { status, headers } = await service.call('getCaller', { token: given })
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toContain('error="invalid_token"')
    }
    expect(service.log.join('')).toContain('"reason":"inactive"')
  })

  it('beside a JWT of the same issuer, which is verified without asking', async () => {
    const token = await fetchToken({ resource: running.audiences[0] ?? '' })
    expect(token.split('.')).toHaveLength(3)
    expect(await service.call('getCaller', { token })).toMatchObject({
      status: 200,
      body: { clientId: 'dev-client' },
    })
  })

  it('is 503 while the service itself is refused, and the log says what to do and no secret', async () => {
    const wrong = await openTestService({
      store: service.store,
      environment: {
        ISSUER: running.issuer,
        AUDIENCE: running.audiences[0],
        INTROSPECTION_CLIENT_ID: 'dev-reader',
        INTROSPECTION_CLIENT_SECRET: 'wrong-introspection-secret',
      },
    })
    try {
      const token = await fetchToken()
      const { status, headers } = await wrong.call('getCaller', { token })
      expect(status).toBe(503)
      expect(headers['retry-after']).toBe('1')
      const log = wrong.log.join('')
      expect(log).toContain('check its id and secret')
      expect(log).not.toContain('wrong-introspection-secret')
      expect(log).not.toContain(token)
    } finally {
      await wrong.close()
    }
  })
})
