import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

import { issuerFolder } from '../../../src/config/embedded-issuer.js'
import { createAuthorizationServer } from '../../../src/dev/authorization-server.js'
import { parseDevelopmentConfig } from '../../../src/dev/development-config.js'
import { createStateFolder } from '../../../src/dev/state-folder.js'
import {
  callService,
  fetchBearerToken,
  loadTestClient,
  type TestClient,
} from '../../../src/dev/test-client.js'

const scopes = ['items:read', 'items:write']
const closing: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

describe('the test client', () => {
  const load = async (env: Readonly<Record<string, string>>, clientSecrets: object = {}) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
    closing.push(() => rm(dataDir, { recursive: true }))
    await createStateFolder(issuerFolder({ dataDir })).write('credentials', { clientSecrets })
    return loadTestClient(parseDevelopmentConfig({ DATA_DIR: dataDir, ...env }))
  }

  it.each([
    { env: {}, want: { clientId: 'dev-client', clientSecret: 'kept', isEmbedded: true } },
    { env: { TEST_CLIENT_ID: 'dev-reader' }, want: { clientId: 'dev-reader', clientSecret: 'read' } },
    { env: { TEST_CLIENT_SECRET: 'mine' }, want: { clientId: 'dev-client', clientSecret: 'mine' } },
    { env: { DEFAULT_SCOPE: 'a b' }, want: { scopes: ['a', 'b'] } },
    { env: { SENDER_CONSTRAINED: 'dpop' }, want: { dpop: true } },
    { env: { SENDER_CONSTRAINED: 'any' }, want: { dpop: true } },
    { env: { PUBLIC_URL: 'https://things.example' }, want: { baseUrl: 'https://things.example' } },
    {
      env: { PORT: '3100', DEV_ISSUER_PORT: '9100' },
      want: { baseUrl: 'http://127.0.0.1:3100', issuer: 'http://127.0.0.1:9100' },
    },
  ])('with $env is $want', async ({ env, want }) => {
    expect(await load(env, { 'dev-client': 'kept', 'dev-reader': 'read' })).toMatchObject(want)
  })

  it('of another authorization server is as the environment says, and never one of the embedded server', async () => {
    const env = {
      ISSUER: 'https://example.okta.com/oauth2/default',
      TEST_CLIENT_ID: 'me',
      TEST_CLIENT_SECRET: 'mine',
    }
    expect(await load(env)).toEqual({
      baseUrl: 'http://127.0.0.1:3000',
      issuer: env.ISSUER,
      clientId: 'me',
      clientSecret: 'mine',
      isEmbedded: false,
    })
    const { TEST_CLIENT_SECRET: _secret, ...others } = env
    await expect(load(others, { me: 'kept' })).rejects.toMatchObject({
      code: 'setting',
      message: expect.stringContaining('set TEST_CLIENT_ID and TEST_CLIENT_SECRET'),
    })
  })

  it.each([
    { env: { ISSUER: 'https://tenant.eu.auth0.com/' }, want: 'api://things' },
    { env: { ISSUER: 'https://login.things.example/', ISSUER_PRESET: 'auth0' }, want: 'api://things' },
    { env: { ISSUER: 'https://login.things.example/', ISSUER_PRESET: 'hydra' }, want: 'api://things' },
    { env: { ISSUER: 'https://login.things.example' }, want: undefined },
  ])('tells the audience where $env wants it: $want', async ({ env, want }) => {
    const client = await load({
      ...env,
      AUDIENCE: 'api://things',
      TEST_CLIENT_ID: 'a',
      TEST_CLIENT_SECRET: 'b',
    })
    expect(client.audience).toBe(want)
  })

  it('says what to start while the embedded server has made none', async () => {
    await expect(load({ TEST_CLIENT_ID: 'me' })).rejects.toMatchObject({
      code: 'setting',
      message: expect.stringMatching(/no secret for me.*npm run dev/),
    })
  })

  it('cannot guess a port that the system chose', async () => {
    await expect(load({ PORT: '0' })).rejects.toMatchObject({
      message: expect.stringContaining('PUBLIC_URL'),
    })
  })
})

describe('a call', () => {
  type Answer = readonly [status: number, body: object]

  /** A service that gives set answers by path, and a client of an issuer that is there. */
  async function setUp(answers: Readonly<Record<string, Answer>>): Promise<TestClient> {
    const issuing = createAuthorizationServer(scopes)
    const { issuer, clientSecrets } = await issuing.listen()
    const server = createServer((request, response) => {
      const isProven = request.headers['dpop'] !== undefined
      const isBearer = request.headers.authorization?.startsWith(isProven ? 'DPoP ey' : 'Bearer ey') === true
      const [status, body] = (isBearer && answers[request.url ?? '']) || [401, {}]
      const type = status < 400 ? 'application/json' : 'application/problem+json'
      response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body))
    })
    closing.push(issuing.close, () => server.close())
    await listen(server)
    return {
      baseUrl: addressOf(server),
      issuer,
      clientId: 'dev-client',
      clientSecret: clientSecrets.get('dev-client') ?? '',
      isEmbedded: true,
    }
  }

  const caller = {
    issuer: 'x',
    clientId: 'dev-client',
    scopes: ['items:read'],
    expiresAt: '2026-03-02T10:30:00.000Z',
  }
  const item = { sku: 'NUT-M8', name: 'Hex nut M8', available: 3 }
  const forbidden = { type: 'urn:problem-type:x', title: 'The access token lacks a scope', status: 403 }

  const call = async (client: TestClient): Promise<string> => {
    let output = ''
    await callService(client, (text) => {
      output += text
    })
    return output
  }

  it('proves that it has the key of its token, where tokens must be bound by DPoP', async () => {
    const client = await setUp({ '/v1/whoami': [200, caller], '/v1/items?limit=5': [200, { items: [] }] })
    expect(await call({ ...client, dpop: true })).toContain('minutes, DPoP, items:read items:write\n')
  })

  it('tells who the caller is and which items there are', async () => {
    const client = await setUp({
      '/v1/whoami': [200, caller],
      '/v1/items?limit=5': [200, { items: [item], nextCursor: 'more' }],
    })
    expect(await call(client)).toBe(
      [
        `  issuer      ${client.issuer}`,
        `  service     ${client.baseUrl}`,
        '  token       dev-client, 60 minutes, items:read items:write',
        '  getCaller   200 dev-client, items:read',
        '  listItems   200 1 and more items',
        '              NUT-M8  Hex nut M8, 3 available',
        '',
      ].join('\n'),
    )
  })

  it.each([
    { items: [], want: '200 0 items' },
    { items: [item], want: '200 1 item\n' },
    { items: [item, item], want: '200 2 items' },
  ])('counts $items.length items', async ({ items, want }) => {
    const client = await setUp({ '/v1/whoami': [200, caller], '/v1/items?limit=5': [200, { items }] })
    expect(await call(client)).toContain(want)
  })

  it('asks for the scopes it is told, and no more', async () => {
    const token = await fetchBearerToken({ ...(await setUp({})), scopes: ['items:write'] })
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object
    expect(claims).toMatchObject({ scope: 'items:write' })
  })

  it('asks for scopes that are none of the document’s, and leaves it to the service what they open', async () => {
    const client = await setUp({ '/v1/whoami': [200, caller], '/v1/items?limit=5': [200, { items: [] }] })
    const asked: (string | null)[] = []
    const fetchToken: typeof fetch = async (input, init) => {
      if (!(init?.body instanceof URLSearchParams)) return fetch(input, init)
      asked.push(init.body.get('scope'))
      return Response.json({ access_token: 'ey', token_type: 'Bearer', expires_in: 300 })
    }
    const scopes = ['api://things/.default']
    await callService({ ...client, scopes }, () => undefined, { fetch: fetchToken })
    expect(asked).toEqual(scopes)
  })

  it('does not hand out a token without the key that it is bound to', async () => {
    await expect(fetchBearerToken({ ...(await setUp({})), dpop: true })).rejects.toMatchObject({
      code: 'setting',
      message: expect.stringMatching(/of no use without the key.*`npm run call` without --token/),
    })
  })

  it('that is refused names the operation and the answer', async () => {
    const client = await setUp({ '/v1/whoami': [200, caller], '/v1/items?limit=5': [403, forbidden] })
    await expect(call(client)).rejects.toMatchObject({
      code: 'call',
      message: 'The service answers listItems with 403: The access token lacks a scope',
    })
  })

  it('of a service that is not there says how to start it', async () => {
    const client = await setUp({})
    await expect(call({ ...client, baseUrl: await unusedAddress() })).rejects.toMatchObject({
      code: 'call',
      message: expect.stringMatching(/^The service at .* does not answer. Start it with `npm run dev`.$/),
    })
  })

  it('of an embedded issuer that is not there says how to start it, of another one does not', async () => {
    const client = { ...(await setUp({})), issuer: await unusedAddress() }
    await expect(call(client)).rejects.toMatchObject({
      code: 'call',
      message: expect.stringContaining('npm run dev'),
    })
    await expect(call({ ...client, isEmbedded: false })).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('with credentials that the issuer refuses says so', async () => {
    await expect(call({ ...(await setUp({})), clientSecret: 'wrong' })).rejects.toMatchObject({
      code: 'refused',
      error: 'invalid_client',
    })
  })
})

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function unusedAddress(): Promise<string> {
  const server = createServer()
  await listen(server)
  const address = addressOf(server)
  await new Promise((resolve) => server.close(resolve))
  return address
}
