import { setImmediate } from 'node:timers/promises'
import {
  createLocalJWKSet,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type JSONWebKeySet,
} from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'

import {
  createAuthorizationServer,
  type AuthorizationServerOptions,
  type RunningAuthorizationServer,
} from '../../../src/dev/authorization-server.js'
import { createMemoryState } from '../../../src/dev/state-folder.js'
import { exchangeBytes } from '../../support/serve.js'

const scopes = ['items:read', 'items:write', 'clients:register']
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function start(
  options: AuthorizationServerOptions = {},
  known = scopes,
): Promise<RunningAuthorizationServer> {
  const server = createAuthorizationServer(known, options)
  closing.push(server.close)
  return server.listen()
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
}

function basic(clientId: string, clientSecret = ''): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` }
}

async function post(
  server: RunningAuthorizationServer,
  path: string,
  form: Readonly<Record<string, string>>,
  clientId = 'dev-client',
): Promise<Answer> {
  const headers = basic(clientId, server.clientSecrets.get(clientId))
  return answerOf(
    await fetch(`${server.issuer}${path}`, { method: 'POST', headers, body: new URLSearchParams(form) }),
  )
}

const token = (
  server: RunningAuthorizationServer,
  form: Readonly<Record<string, string>> = {},
  clientId?: string,
) => post(server, '/token', { grant_type: 'client_credentials', ...form }, clientId)

async function register(
  server: RunningAuthorizationServer,
  metadata: object,
  credential = server.registrationToken,
) {
  return answerOf(
    await fetch(`${server.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
      body: JSON.stringify(metadata),
    }),
  )
}

async function verify(server: RunningAuthorizationServer, accessToken: unknown) {
  const keys = (await (await fetch(`${server.issuer}/jwks`)).json()) as JSONWebKeySet
  return jwtVerify(String(accessToken), createLocalJWKSet(keys), { issuer: server.issuer, typ: 'at+jwt' })
}

describe('metadata', () => {
  it.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
    'is served at %s and names only what is offered',
    async (path) => {
      const server = await start()
      const { status, body } = await answerOf(await fetch(`${server.issuer}${path}`))

      expect(status).toBe(200)
      expect(body).toMatchObject({
        issuer: server.issuer,
        token_endpoint: server.tokenEndpoint,
        jwks_uri: `${server.issuer}/jwks`,
        registration_endpoint: `${server.issuer}/reg`,
        introspection_endpoint: `${server.issuer}/token/introspection`,
        revocation_endpoint: `${server.issuer}/token/revocation`,
        grant_types_supported: ['client_credentials'],
        scopes_supported: scopes,
        token_endpoint_auth_methods_supported: [
          'client_secret_basic',
          'client_secret_post',
          'private_key_jwt',
        ],
      })
      expect(body).not.toHaveProperty('authorization_endpoint')
    },
  )

  it.each<{ title: string; toHead: (path: string, own: string) => string }>([
    { title: 'another host', toHead: (path) => `GET ${path} HTTP/1.1\r\nHost: evil.test` },
    { title: 'a host with a user', toHead: (path) => `GET ${path} HTTP/1.1\r\nHost: evil.test@127.0.0.1` },
    {
      title: 'a forwarded host',
      toHead: (path, own) => `GET ${path} HTTP/1.1\r\nHost: ${own}\r\nX-Forwarded-Host: evil.test`,
    },
    {
      title: 'a target with a host',
      toHead: (path, own) => `GET http://evil.test${path} HTTP/1.1\r\nHost: ${own}`,
    },
  ])('names its own addresses to a request with $title', async ({ toHead }) => {
    const server = await start()
    const { host, port } = new URL(server.issuer)
    const head = toHead('/.well-known/openid-configuration', host)
    const received = await exchangeBytes(Number(port), `${head}\r\nConnection: close\r\n\r\n`)
    expect(received).toContain('200 OK')
    expect(received).toContain(`"token_endpoint":"${server.tokenEndpoint}"`)
    expect(received).not.toContain('evil.test')
  })

  it('has no private member in a published key', async () => {
    const server = await start()
    const { body } = await answerOf(await fetch(`${server.issuer}/jwks`))
    expect(body['keys']).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        alg: 'ES256',
        use: 'sig',
        kid: expect.any(String),
        x: expect.any(String),
        y: expect.any(String),
      },
    ])
  })

  it.each(['/auth?client_id=dev-client&response_type=code', '/session/end/confirm', '/interaction/1', '/'])(
    'finds no sign-in route at %s',
    async (path) => {
      const server = await start()
      expect((await fetch(`${server.issuer}${path}`)).status).toBe(404)
    },
  )
})

describe('the token endpoint', () => {
  it('issues RFC 9068 access tokens for the first audience', async () => {
    const server = await start({ audiences: ['api://one', 'api://two'], accessTokenSeconds: 120 })
    const { status, body } = await token(server, { scope: 'items:read' })

    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 120, scope: 'items:read' })
    const { payload } = await verify(server, body['access_token'])
    expect(payload).toMatchObject({
      aud: 'api://one',
      client_id: 'dev-client',
      sub: 'dev-client',
      scope: 'items:read',
      jti: expect.any(String),
    })
    expect(Number(payload.exp) - Number(payload.iat)).toBe(120)
  })

  it.each([
    { given: 'api://two', want: { status: 200, aud: 'api://two' } },
    { given: 'api://three', want: { status: 400, error: 'invalid_target' } },
    { given: 'nothing absolute', want: { status: 400, error: 'invalid_target' } },
  ])('answers resource=$given with $want', async ({ given, want }) => {
    const server = await start({ audiences: ['api://one', 'api://two'] })
    const { status, body } = await token(server, { resource: given })
    const aud = status === 200 ? (await verify(server, body['access_token'])).payload.aud : undefined
    expect({ status, aud, error: body['error'] }).toEqual({ aud: undefined, error: undefined, ...want })
  })

  it.each([
    { client: 'dev-client', scope: undefined, want: { status: 200, scope: scopes.join(' ') } },
    { client: 'dev-client', scope: '', want: { status: 200, scope: scopes.join(' ') } },
    {
      client: 'dev-client',
      scope: 'items:write items:read',
      want: { status: 200, scope: 'items:write items:read' },
    },
    { client: 'dev-reader', scope: undefined, want: { status: 200, scope: 'items:read' } },
    { client: 'dev-reader', scope: 'items:write', want: { status: 400, error: 'invalid_scope' } },
    { client: 'dev-reader', scope: 'items:read items:write', want: { status: 400, error: 'invalid_scope' } },
    { client: 'dev-client', scope: 'items:unknown', want: { status: 400, error: 'invalid_scope' } },
    { client: 'dev-client', scope: 'items', want: { status: 400, error: 'invalid_scope' } },
    { client: 'dev-client', scope: 'openid', want: { status: 400, error: 'invalid_scope' } },
    { client: 'dev-client', scope: 'items:read openid', want: { status: 400, error: 'invalid_scope' } },
    { client: 'scopeless', scope: undefined, want: { status: 400, error: 'invalid_scope' } },
    { client: 'scopeless', scope: 'items:read', want: { status: 400, error: 'invalid_scope' } },
  ])('answers $client asking for scope $scope with $want', async ({ client, scope, want }) => {
    const server = await start({
      clients: [
        { clientId: 'dev-client', scopes },
        { clientId: 'dev-reader', scopes: ['items:read'] },
        { clientId: 'scopeless', scopes: [] },
      ],
    })
    const { status, body } = await token(server, scope === undefined ? {} : { scope }, client)
    const granted = status === 200 ? (await verify(server, body['access_token'])).payload['scope'] : undefined
    expect({ status, scope: granted, error: body['error'] }).toEqual({
      scope: undefined,
      error: undefined,
      ...want,
    })
  })

  it('takes the secret in the form as well', async () => {
    const server = await start()
    const form = {
      grant_type: 'client_credentials',
      client_id: 'dev-client',
      client_secret: server.clientSecrets.get('dev-client') ?? '',
    }
    const response = await fetch(server.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) })
    expect(response.status).toBe(200)
  })

  it('takes a signed assertion of a client with keys (RFC 7523)', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const clients = [{ clientId: 'signer', scopes, jwks: { keys: [await exportJWK(publicKey)] } }]
    const server = await start({ clients })
    const sign = (key: CryptoKey) =>
      new SignJWT({ jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer('signer')
        .setSubject('signer')
        .setAudience(server.issuer)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(key)
    const ask = async (assertion: string) => {
      const form = {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }
      return (await fetch(server.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) })).status
    }
    const assertion = await sign(privateKey)

    expect(await ask(assertion)).toBe(200)
    expect(await ask(assertion), 'the same assertion again').toBe(401)
    expect(await ask(await sign((await generateKeyPair('ES256')).privateKey)), 'of another key').toBe(401)
    expect(server.clientSecrets.has('signer')).toBe(false)
  })

  it('refuses wrong secrets and unknown clients alike, and tells its logger why', async () => {
    const warn = vi.fn()
    const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() }
    const server = await start({ logger })
    const headers = basic('dev-client', 'wrong')
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const wrong = await answerOf(await fetch(server.tokenEndpoint, { method: 'POST', headers, body }))
    const unknown = await token(server, {}, 'nobody:nothing')

    expect(wrong).toEqual({
      status: 401,
      body: { error: 'invalid_client', error_description: 'client authentication failed' },
    })
    expect(unknown).toEqual(wrong)
    expect(warn.mock.calls).toMatchObject([
      [
        { code: 'invalid_client', detail: 'invalid secret provided', clientId: 'dev-client' },
        'token request refused',
      ],
      [{ code: 'invalid_client', detail: 'client not found' }, 'token request refused'],
    ])
  })

  it('answers a browser in JSON too', async () => {
    const server = await start()
    const response = await fetch(server.tokenEndpoint, { method: 'POST', headers: { accept: 'text/html' } })
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })
})

describe('opaque access tokens', () => {
  it('are described by introspection until they are revoked', async () => {
    const server = await start()
    const { body } = await token(server, { resource: server.opaqueResource, scope: 'items:read' })
    const accessToken = String(body['access_token'])
    const introspect = () => post(server, '/token/introspection', { token: accessToken }, 'dev-reader')

    expect(accessToken).not.toContain('.')
    expect((await introspect()).body).toMatchObject({
      active: true,
      iss: server.issuer,
      aud: 'api://gatehouse',
      client_id: 'dev-client',
      scope: 'items:read',
    })
    expect((await post(server, '/token/revocation', { token: accessToken })).status).toBe(200)
    expect((await introspect()).body).toEqual({ active: false })
  })

  it('are revoked by their own client only', async () => {
    const server = await start()
    const { body } = await token(server, { resource: server.opaqueResource })
    const form = { token: String(body['access_token']) }
    await post(server, '/token/revocation', form, 'dev-reader')
    expect((await post(server, '/token/introspection', form)).body).toMatchObject({ active: true })
  })
})

describe('registration', () => {
  const metadata = { client_name: 'Picker', scope: 'items:read', grant_types: ['client_credentials'] }

  it('makes a client that gets its scopes and no others', async () => {
    const server = await start()
    const { status, body } = await register(server, metadata)

    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...metadata,
      client_id: expect.any(String),
      client_secret: expect.any(String),
      response_types: [],
      redirect_uris: [],
    })
    const ask = async (form: Record<string, string>) => {
      const headers = basic(String(body['client_id']), String(body['client_secret']))
      const request = new URLSearchParams({ grant_type: 'client_credentials', ...form })
      return answerOf(await fetch(server.tokenEndpoint, { method: 'POST', headers, body: request }))
    }
    expect((await ask({})).body).toMatchObject({ scope: 'items:read' })
    expect((await ask({ scope: 'items:write' })).body).toMatchObject({ error: 'invalid_scope' })
  })

  it.each([
    { given: { ...metadata, scope: undefined }, want: 'scope must name at least one scope' },
    { given: { ...metadata, scope: '' }, want: 'scope must name at least one scope' },
    { given: { ...metadata, scope: ' ' }, want: 'scope must name at least one scope' },
    { given: { ...metadata, scope: ['items:read'] }, want: 'scope must name at least one scope' },
    { given: { ...metadata, scope: 'items:read admin' }, want: 'scope names what is not known here: admin' },
    { given: { ...metadata, scope: 'openid' }, want: 'scope names what is not known here: openid' },
    {
      given: { ...metadata, grant_types: ['authorization_code'] },
      want: 'grant_types can only be client_credentials',
    },
    { given: { ...metadata, grant_types: [] }, want: 'grant_types can only be client_credentials' },
    {
      given: { ...metadata, token_endpoint_auth_method: 'none' },
      want: /^token_endpoint_auth_method must be/,
    },
    {
      given: {
        ...metadata,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://example.com/jwks',
      },
      want: 'jwks_uri is not supported, send jwks',
    },
  ])('refuses $given', async ({ given, want }) => {
    const server = await start()
    const { status, body } = await register(server, given)
    expect(status).toBe(400)
    expect(body).toEqual({
      error: 'invalid_client_metadata',
      error_description: typeof want === 'string' ? want : expect.stringMatching(want),
    })
  })

  it('needs the initial access token, given or generated', async () => {
    const given = await start({ registrationToken: 'from-the-environment' })
    const generated = await start()

    expect(given.registrationToken).toBe('from-the-environment')
    expect((await register(given, metadata)).status).toBe(201)
    expect((await register(given, metadata, 'another')).status).toBe(401)
    expect((await register(generated, metadata)).status).toBe(201)
    expect((await register(generated, metadata, 'from-the-environment')).status).toBe(401)
  })
})

describe('a later process with the same state', () => {
  it('has the same key, secrets and registered clients', async () => {
    const state = createMemoryState()
    const first = await start({ state })
    const registered = (await register(first, { client_name: 'Kept', scope: 'items:read' })).body
    const opaque = (await token(first, { resource: first.opaqueResource })).body
    const jwks = await (await fetch(`${first.issuer}/jwks`)).json()
    const second = await start({ state })

    expect(await (await fetch(`${second.issuer}/jwks`)).json()).toEqual(jwks)
    expect(second.clientSecrets).toEqual(first.clientSecrets)
    expect(second.registrationToken).toBe(first.registrationToken)
    const headers = basic(String(registered['client_id']), String(registered['client_secret']))
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    expect((await fetch(second.tokenEndpoint, { method: 'POST', headers, body })).status).toBe(200)
    const form = { token: String(opaque['access_token']) }
    expect((await post(second, '/token/introspection', form)).body).toMatchObject({ active: true })
  })

  it('leaves a client the scopes that the document still has', async () => {
    const state = createMemoryState()
    const first = await start({ state })
    const { body } = await register(first, { client_name: 'Kept', scope: 'items:read items:write' })
    const ask = async (server: RunningAuthorizationServer) => {
      const headers = basic(String(body['client_id']), String(body['client_secret']))
      const request = new URLSearchParams({ grant_type: 'client_credentials' })
      return answerOf(await fetch(server.tokenEndpoint, { method: 'POST', headers, body: request }))
    }

    expect((await ask(await start({ state }, ['items:read', 'other']))).body).toMatchObject({
      scope: 'items:read',
    })
    expect((await ask(await start({ state }, ['other']))).body).toMatchObject({ error: 'invalid_scope' })
  })

  it('takes a secret from the environment instead of the kept one', async () => {
    const state = createMemoryState()
    await start({ state })
    const clients = [{ clientId: 'dev-client', clientSecret: 'mine', scopes }]
    const server = await start({ state, clients })
    expect(server.clientSecrets.get('dev-client')).toBe('mine')
    expect((await token(server)).status).toBe(200)
  })
})

describe('starting', () => {
  it('says nothing on the terminal, from start to close', async () => {
    const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
    const spoken = (['log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level))
    const server = createAuthorizationServer(scopes)
    const running = await server.listen()
    const origin = 'https://example.com'
    await fetch(running.tokenEndpoint, {
      method: 'POST',
      headers: { ...basic('dev-client', running.clientSecrets.get('dev-client')), origin },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const { body } = await token(running, { resource: running.opaqueResource })
    await post(running, '/token/introspection', { token: String(body['access_token']) })
    await post(running, '/token/revocation', { token: String(body['access_token']) })
    await register(running, { client_name: 'Quiet', scope: 'items:read' })
    await token(running, { scope: 'unknown' })
    await server.close()
    for (const spy of [...written, ...spoken]) expect(spy).not.toHaveBeenCalled()
  })

  it('is refused in production', () => {
    expect(() => createAuthorizationServer(scopes, { environment: 'production' })).toThrow(
      expect.objectContaining({ code: 'production' }),
    )
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => createAuthorizationServer(scopes)).toThrow(expect.objectContaining({ code: 'production' }))
    vi.unstubAllEnvs()
  })

  it.each(['gatehouse', 'api://gatehouse#fragment'])('is refused for the audience %s', (audience) => {
    expect(() => createAuthorizationServer(scopes, { audiences: [audience] })).toThrow(
      expect.objectContaining({ code: 'setting', message: expect.stringContaining(`'${audience}'`) }),
    )
  })

  it('is refused for a client that cannot be used', async () => {
    const clients = [{ clientId: 'dev-client', clientSecret: 'caf\u00e9', scopes }]
    await expect(start({ clients })).rejects.toMatchObject({
      code: 'setting',
      message: expect.stringContaining("'dev-client'"),
    })
  })

  it('rejects with what Node says where the port is taken', async () => {
    const { issuer } = await start()
    const port = Number(new URL(issuer).port)
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE', port })
  })

  it('lets a request wait that comes while keys are loaded', async () => {
    const { issuer } = await start()
    await closing.pop()?.()
    const memory = createMemoryState()
    let open: () => void = () => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    const reading = new Promise<void>((resolve) => {
      const read = async (name: string) => {
        resolve()
        await opened
        return memory.read(name)
      }
      void start({ port: Number(new URL(issuer).port), state: { ...memory, read } })
    })
    await reading
    const answer = fetch(`${issuer}/jwks`)
    // Turns of the event loop enough for the request to arrive.
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    open()
    expect((await answer).status).toBe(200)
  })

  it('frees its port when it closes, and again has no effect', async () => {
    const server = createAuthorizationServer(scopes)
    const { issuer } = await server.listen()
    // A kept-alive connection does not hold the close back.
    await (await fetch(`${issuer}/jwks`)).text()
    await server.close()
    await server.close()
    await expect(start({ port: Number(new URL(issuer).port) })).resolves.toMatchObject({ issuer })
  })
})
