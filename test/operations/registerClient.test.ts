import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createAuthorizationServer,
  type RunningAuthorizationServer,
} from '../../src/dev/authorization-server.js'
import type { Store } from '../../src/store/store.js'
import { emptyTables, openTestStore } from '../support/database.js'
import { documentedScopes } from '../support/example-requests.js'
import { createTestIssuer, type TestIssuer } from '../support/keys.js'
import {
  grantableScopes,
  openTestService,
  type Call,
  type Reply,
  type TestService,
} from '../support/service.js'

let store: Store
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.close())

const holding = [...documentedScopes]
/** Of those that the document lets pass on. */
const [one, another] = grantableScopes
const display = { clientName: 'Stock display', scopes: [one] }

describe('with the authorization server of the development environment', () => {
  const server = createAuthorizationServer(documentedScopes)
  let running: RunningAuthorizationServer
  let service: TestService
  let callerToken: string
  beforeAll(async () => {
    running = await server.listen()
    service = await openTestService({
      store,
      environment: {
        ISSUER: running.issuer,
        AUDIENCE: running.audiences[0],
        REGISTRATION_TOKEN: running.registrationToken,
      },
    })
    const secret = running.clientSecrets.get('dev-client') ?? ''
    callerToken = (await fetchToken(basic('dev-client', secret))).access_token ?? ''
  })
  afterAll(async () => {
    await service.close()
    await server.close()
  })

  const register = (body: object, call: Call = {}): Promise<Reply> =>
    service.call('registerClient', { body, token: callerToken, ...call })

  interface TokenReply {
    readonly access_token?: string
    readonly scope?: string
    readonly error?: string
  }
  /** Asks the token endpoint by the client credentials grant (RFC 6749 section 4.4). */
  async function fetchToken(
    headers: Readonly<Record<string, string>>,
    form: Readonly<Record<string, string>> = {},
  ): Promise<TokenReply> {
    const response = await fetch(running.tokenEndpoint, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
    })
    return (await response.json()) as TokenReply
  }

  describe('201', () => {
    it('answers with credentials, by which the new client gets a token and calls an operation', async () => {
      await emptyTables(store.db)
      const { status, headers, body } = await register(display)
      expect(status).toBe(201)
      const { clientId, clientSecret, issuedAt: _issuedAt, ...rest } = body
      expect(rest).toEqual({ ...display, tokenEndpointAuthMethod: 'client_secret_basic' })
      expect(headers['cache-control']).toBe('no-store')

      const { access_token: token = '' } = await fetchToken(basic(clientId, clientSecret))
      expect(await service.call('getCaller', { token })).toMatchObject({
        status: 200,
        body: { issuer: running.issuer, clientId, scopes: [one] },
      })
    })

    it('gives the new client nothing beyond the scopes it was registered with', async () => {
      const { body } = await register(display)
      const credentials = basic(body.clientId, body.clientSecret)
      expect(await fetchToken(credentials, { scope: `${one} ${another}` })).toMatchObject({
        error: 'invalid_scope',
      })
      const { access_token: token = '' } = await fetchToken(credentials)
      expect((await service.call('registerClient', { body: display, token })).status).toBe(403)
    })

    it('registers a client that sends its secret in the body, where asked to', async () => {
      const { body } = await register({ ...display, tokenEndpointAuthMethod: 'client_secret_post' })
      expect(body.tokenEndpointAuthMethod).toBe('client_secret_post')
      const { clientId: client_id, clientSecret: client_secret } = body
      expect((await fetchToken({}, { client_id, client_secret })).scope).toBe(one)
    })

    it('passes on every scope but its own, and keeps the name as it is', async () => {
      const scopes = grantableScopes
      const clientName = 'Größe "8" \\ 🔩'
      const { body } = await register({ clientName, scopes })
      expect(body).toMatchObject({ clientName, scopes })
      const { scope = '' } = await fetchToken(basic(body.clientId, body.clientSecret))
      expect(scope.split(' ').sort()).toEqual(scopes.toSorted())
    })

    it('registers another client each time', async () => {
      const [first, second] = await Promise.all([register(display), register(display)])
      expect(first.body.clientId).not.toBe(second.body.clientId)
      expect(first.body.clientSecret).not.toBe(second.body.clientSecret)
    })

    it('writes no secret and no token to the log', async () => {
      const { body } = await register(display)
      const log = service.log.join('')
      expect(log).toContain('"operationId":"registerClient"')
      for (const secret of [body.clientSecret, running.registrationToken, callerToken]) {
        expect(secret.length).toBeGreaterThan(20)
        expect(log).not.toContain(secret)
      }
    })
  })

  describe('403', () => {
    it('passes on no scope that the caller does not hold', async () => {
      const secret = running.clientSecrets.get('dev-client') ?? ''
      const scope = `clients:register ${one}`
      const { access_token: token = '' } = await fetchToken(basic('dev-client', secret), { scope })
      const reply = await register({ ...display, scopes: [one, another] }, { token })
      expect(reply).toMatchObject({
        status: 403,
        body: { type: 'urn:problem-type:gatehouse:scope-not-held' },
      })
      expect(reply.body.detail).toContain(another)
      expect(reply.headers).not.toHaveProperty('www-authenticate')
      expect((await register(display, { token })).status).toBe(201)
    })
  })

  describe('422', () => {
    it.each([
      { given: 'no scopes', body: { clientName: 'Stock display' } },
      { given: 'an empty list of scopes', body: { clientName: 'Stock display', scopes: [] } },
    ])('refuses $given, which might come to mean any', async ({ body }) => {
      expect(await register(body)).toMatchObject({
        status: 422,
        body: { type: 'urn:problem-type:gatehouse:unprocessable-content' },
      })
    })
  })

  describe('502', () => {
    it('passes nothing on of a refusal of the authorization server', async () => {
      const stranger = await openTestService({
        store,
        environment: {
          ISSUER: running.issuer,
          AUDIENCE: running.audiences[0],
          REGISTRATION_TOKEN: 'not-the-one-it-knows',
        },
      })
      try {
        const reply = await stranger.call('registerClient', { body: display, token: callerToken })
        expect(reply).toMatchObject({
          status: 502,
          body: { type: 'urn:problem-type:gatehouse:registration-failed' },
        })
        expect(reply.text).not.toContain('invalid_token')
        expect(reply.headers).not.toHaveProperty('www-authenticate')
        expect(stranger.log.join('')).toContain('The registration endpoint answers 401 invalid_token')
        expect(stranger.log.join('')).not.toContain('not-the-one-it-knows')
      } finally {
        await stranger.close()
      }
    })
  })
})

describe('with an authorization server that', () => {
  let issuer: TestIssuer
  let service: TestService
  beforeAll(async () => {
    issuer = await createTestIssuer({ audience: 'https://inventory.test' })
    await issuer.start()
    service = await openTestService({
      store,
      issuer,
      environment: { REGISTRATION_TOKEN: 'initial-access-token' },
    })
    // The keys are known from here on.
    await service.call('getCaller')
  })
  afterAll(async () => {
    await service.close()
    await issuer.close()
  })
  afterEach(() => issuer.answer())

  const register = (body: object = display, scopes: readonly string[] = holding): Promise<Reply> =>
    service.call('registerClient', { body, scopes })
  const secret = 'never-to-be-seen-by-anyone'
  const acceptable = {
    client_id: 'new',
    client_secret: secret,
    grant_types: ['client_credentials'],
    scope: one,
  }
  const metadataOf = (server: TestIssuer): Readonly<Record<string, unknown>> => ({
    issuer: server.issuer,
    jwks_uri: server.jwksUri,
    registration_endpoint: `${server.issuer}/reg`,
  })
  type Answer = (request: IncomingMessage, response: ServerResponse) => unknown
  /** Answers registrations so, and with metadata to everything else. */
  const answerRegistration = (server: TestIssuer, answer: Answer): void =>
    server.answer((request, response) => {
      if (request.url === '/reg') void answer(request, response)
      else json(200, metadataOf(server))(request, response)
    })
  const json =
    (status: number, body: unknown) =>
    (_request: unknown, response: ServerResponse): unknown =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

  describe('201', () => {
    it('is asked for a client of the client credentials grant alone, with the initial access token', async () => {
      const asked: { readonly authorization: string | undefined; readonly body: unknown }[] = []
      answerRegistration(issuer, async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const { authorization } = request.headers
        asked.push({ authorization, body: JSON.parse(Buffer.concat(chunks).toString()) })
        json(201, acceptable)(request, response)
      })
      expect((await register()).status).toBe(201)
      expect(asked).toEqual([
        {
          authorization: 'Bearer initial-access-token',
          body: {
            client_name: 'Stock display',
            grant_types: ['client_credentials'],
            response_types: [],
            redirect_uris: [],
            scope: one,
            token_endpoint_auth_method: 'client_secret_basic',
          },
        },
      ])
    })

    it('tells how long the secret is good for, and passes on nothing that is not the caller’s', async () => {
      answerRegistration(
        issuer,
        json(201, {
          ...acceptable,
          client_id_issued_at: 1_772_443_800,
          client_secret_expires_at: 1_772_447_400,
          registration_access_token: 'would-change-the-client',
          registration_client_uri: `${issuer.issuer}/reg/new`,
        }),
      )
      const { body, text } = await register()
      expect(body).toEqual({
        ...display,
        clientId: 'new',
        clientSecret: secret,
        tokenEndpointAuthMethod: 'client_secret_basic',
        issuedAt: '2026-03-02T09:30:00.000Z',
        secretExpiresAt: '2026-03-02T10:30:00.000Z',
      })
      expect(text).not.toContain('would-change-the-client')
    })

    it('tells which scopes the client got where these are fewer', async () => {
      answerRegistration(issuer, json(201, acceptable))
      const { body } = await register({ ...display, scopes: [another, one] })
      expect(body.scopes).toEqual([one])
    })
  })

  describe('501', () => {
    it('has no registration endpoint', async () => {
      const { registration_endpoint: _none, ...others } = metadataOf(issuer)
      issuer.answer(json(200, { ...others, ...issuer.jwks }))
      const late = await openTestService({
        store,
        issuer,
        environment: { REGISTRATION_TOKEN: 'initial-access-token' },
      })
      try {
        expect(await late.call('registerClient', { body: display, scopes: holding })).toMatchObject({
          status: 501,
          body: { type: 'urn:problem-type:gatehouse:registration-unsupported' },
        })
      } finally {
        await late.close()
      }
    })

    it('gave this service no initial access token, after the request itself is found to be right', async () => {
      const without = await openTestService({ store, issuer })
      const registerWithout = (scopes: readonly string[]): Promise<Reply> =>
        without.call('registerClient', {
          body: display,
          scopes: ['clients:register', ...scopes],
        })
      try {
        expect(await registerWithout([one])).toMatchObject({
          status: 501,
          body: { type: 'urn:problem-type:gatehouse:registration-unsupported' },
        })
        expect((await registerWithout([])).status).toBe(403)
      } finally {
        await without.close()
      }
    })
  })

  describe('502', () => {
    const failed = { status: 502, body: { type: 'urn:problem-type:gatehouse:registration-failed' } }

    it.each<{ how: string; answer: Answer }>([
      { how: 'fails', answer: json(500, { error: 'server_error' }) },
      { how: 'refuses', answer: json(400, { error: 'invalid_client_metadata' }) },
      { how: 'answers with success, but not with 201', answer: json(200, acceptable) },
      { how: 'answers with no JSON', answer: (_request, response) => response.writeHead(201).end('<html>') },
      { how: 'ends the connection', answer: (request) => request.socket.destroy() },
      {
        how: 'redirects, with the initial access token in the request',
        answer: (_request, response) =>
          response.writeHead(307, { location: `${issuer.issuer}/elsewhere` }).end(),
      },
      { how: 'names no secret', answer: json(201, { ...acceptable, client_secret: undefined }) },
      { how: 'names no scopes, which may mean any', answer: json(201, { ...acceptable, scope: undefined }) },
      {
        how: 'grants more than was asked for',
        answer: json(201, { ...acceptable, scope: `${one} ${another}` }),
      },
      {
        how: 'allows other grants',
        answer: json(201, { ...acceptable, grant_types: ['client_credentials', 'authorization_code'] }),
      },
      {
        how: 'names no grants, which means another one than ours',
        answer: json(201, { ...acceptable, grant_types: undefined }),
      },
      {
        how: 'lets the client in without its secret',
        answer: json(201, { ...acceptable, token_endpoint_auth_method: 'none' }),
      },
    ])('$how', async ({ answer }) => {
      answerRegistration(issuer, answer)
      const reply = await register()
      expect(reply).toMatchObject(failed)
      expect(reply.text).not.toContain(secret)
      expect(service.log.join('')).not.toContain(secret)
      expect(issuer.requests).not.toContain('/elsewhere')
    })

    it.each([
      { when: 'before it was asked for its metadata', registersFirst: false, logged: 'cannot be reached' },
      { when: 'after it registered others', registersFirst: true, logged: 'ECONNREFUSED' },
    ])('goes down $when, and the log tells', async ({ registersFirst, logged }) => {
      const mortal = await createTestIssuer({ audience: 'https://inventory.test' })
      await mortal.start()
      const orphan = await openTestService({
        store,
        issuer: mortal,
        environment: { REGISTRATION_TOKEN: 'initial-access-token' },
      })
      const call = { body: display, scopes: holding }
      try {
        // The keys are known from here on.
        await orphan.call('getCaller')
        if (registersFirst) {
          answerRegistration(mortal, json(201, acceptable))
          expect((await orphan.call('registerClient', call)).status).toBe(201)
        }
        await mortal.close()
        expect(await orphan.call('registerClient', call)).toMatchObject(failed)
        expect(orphan.log.join('')).toContain(logged)
      } finally {
        await orphan.close()
      }
    })
  })
})

function basic(clientId: string, clientSecret: string): Readonly<Record<string, string>> {
  return { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` }
}
