import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createAccessTokenAuthenticator,
  type AccessTokenAuthenticatorOptions,
} from '../../../src/auth/access-token-authenticator.js'
import type { AuthenticationContext, AuthenticatorRequest } from '../../../src/auth/authenticator.js'
import { compileAuthorization } from '../../../src/auth/authorize.js'
import type { AccessTokenPolicyInput } from '../../../src/auth/policy.js'
import { requestWith } from '../../support/authenticator-request.js'
import { createTestIssuer, mintKey, type TestIssuer } from '../../support/keys.js'

const context: AuthenticationContext = { schemeName: 'token', scheme: { type: 'oauth2' }, scopes: [] }

describe('createAccessTokenAuthenticator', () => {
  let issuer: TestIssuer
  beforeEach(async () => {
    issuer = await createTestIssuer()
    await issuer.start()
  })
  afterEach(() => issuer.close())

  const policy = (changed: Partial<AccessTokenPolicyInput> = {}): AccessTokenPolicyInput => ({
    issuer: issuer.issuer,
    audiences: [issuer.audience],
    ...changed,
  })
  const create = (
    options: AccessTokenAuthenticatorOptions = {},
    policies: readonly AccessTokenPolicyInput[] = [policy()],
  ): ReturnType<typeof createAccessTokenAuthenticator> =>
    createAccessTokenAuthenticator(policies, { allowInsecureIssuers: true, ...options })

  it('discovers the keys of an issuer and tells its tokens from others', async () => {
    const authenticate = create()
    expect(issuer.requests).toEqual([])
    const good = requestWith(`Bearer ${issuer.token({ claims: { scope: 'items:read' } })}`)
    await expect(authenticate(good, context)).resolves.toMatchObject({
      ok: true,
      principal: { clientId: 'test-client', issuer: issuer.issuer, scopes: ['items:read'] },
    })
    const forged = requestWith(
      `Bearer ${issuer.token({ key: await mintKey('ES256', issuer.key('ES256').kid) })}`,
    )
    await expect(authenticate(forged, context)).resolves.toMatchObject({ ok: false, code: 'signature' })
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks'])
  })

  it('asks no metadata where the address of the keys is given, and nobody where the keys are', async () => {
    const request = requestWith(`Bearer ${issuer.token()}`)
    const byAddress = create({}, [policy({ jwksUri: issuer.jwksUri })])
    await expect(byAddress(request, context)).resolves.toMatchObject({ ok: true })
    expect(issuer.requests).toEqual(['/jwks'])
    const byKeys = create({}, [policy({ jwks: issuer.jwks })])
    await expect(byKeys(request, context)).resolves.toMatchObject({ ok: true })
    await expect(byKeys.ready()).resolves.toBe(true)
    expect(issuer.requests).toHaveLength(1)
  })

  it('answers at once where there is no token to verify', () => {
    const authenticate = create()
    expect(authenticate(requestWith(), context)).toEqual({ ok: false, reason: 'absent' })
    expect(authenticate(requestWith('Basic abc'), context)).toEqual({ ok: false, reason: 'absent' })
    const twice = { ok: false, reason: 'syntax', code: 'repeated_header' }
    expect(authenticate(requestWith('Bearer a', 'Bearer b'), context)).toEqual(twice)
    expect(issuer.requests).toEqual([])
  })

  it('is ready once the keys of every issuer were loaded', async () => {
    const second = await createTestIssuer()
    await second.start()
    second.answer((_, response) => response.writeHead(503).end())
    let time = Date.now()
    const authenticate = create({ now: () => time }, [
      policy(),
      { issuer: second.issuer, audiences: ['api://test'] },
    ])
    await expect(authenticate.ready()).resolves.toBe(false)
    await expect(authenticate(requestWith(`Bearer ${second.token()}`), context)).resolves.toMatchObject({
      ok: false,
      reason: 'unavailable',
      retryAfterSeconds: 1,
    })
    second.answer()
    time += 1000
    await expect(authenticate.ready()).resolves.toBe(true)
    await expect(authenticate(requestWith(`Bearer ${second.token()}`), context)).resolves.toMatchObject({
      ok: true,
    })
    await second.close()
  })

  it('cannot decide, and guesses no address, where the metadata has none of keys', async () => {
    issuer.answer((_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ issuer: issuer.issuer })),
    )
    await expect(create()(requestWith(`Bearer ${issuer.token()}`), context)).resolves.toMatchObject({
      reason: 'unavailable',
    })
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration'])
  })

  it('names the issuer, never the token, in what it logs', async () => {
    const lines: unknown[] = []
    const log = (...line: unknown[]): void => {
      lines.push(line)
    }
    const authenticate = create({ logger: { debug: log, info: log, warn: log, error: log } })
    issuer.answer((_, response) => response.writeHead(500).end())
    const token = issuer.token()
    await authenticate(requestWith(`Bearer ${token}`), context)
    expect(lines).toMatchObject([[{ issuer: issuer.issuer }, 'key set not loaded']])
    expect(JSON.stringify(lines)).not.toContain(token)
  })

  it('forgets a token at once when its key has left the key set', async () => {
    let time = Date.now()
    const authenticate = create({ now: () => time })
    const token = issuer.token()
    const old = (): AuthenticatorRequest => requestWith(`Bearer ${token}`)
    await authenticate(old(), context)
    expect(authenticate(old(), context)).toMatchObject({ ok: true })
    issuer.rotate([await mintKey()])
    time += 30_000
    // A token of the new key is what makes the service look.
    await expect(authenticate(requestWith(`Bearer ${issuer.token()}`), context)).resolves.toMatchObject({
      ok: true,
    })
    expect(await authenticate(old(), context)).toMatchObject({ ok: false, code: 'key' })
  })

  describe('asked about an opaque token', () => {
    const introspection = { clientId: 'api', clientSecret: 'very-secret' }
    const opaque = (): AuthenticatorRequest => requestWith('Bearer opaque-token')
    const answerIntrospection = (changed: Readonly<Record<string, unknown>> = {}): void =>
      issuer.answer((request, response) => {
        const document = request.url?.startsWith('/.well-known/')
          ? {
              issuer: issuer.issuer,
              jwks_uri: issuer.jwksUri,
              introspection_endpoint: `${issuer.issuer}/ask`,
            }
          : { active: true, aud: issuer.audience, client_id: 'c', exp: Date.now() / 1000 + 60, ...changed }
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
      })

    it('asks where the metadata says, once for requests at the same time and those after', async () => {
      answerIntrospection()
      const authenticate = create({}, [policy({ introspection })])
      await Promise.all(Array.from({ length: 20 }, async () => authenticate(opaque(), context)))
      expect(authenticate(opaque(), context)).toMatchObject({ ok: true, principal: { clientId: 'c' } })
      expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/ask'])
    })

    it('asks where the policy says', async () => {
      answerIntrospection()
      const endpoint = `${issuer.issuer}/elsewhere`
      const authenticate = create({}, [policy({ introspection: { ...introspection, endpoint } })])
      expect(await authenticate(opaque(), context)).toMatchObject({ ok: true })
      expect(issuer.requests).toEqual(['/elsewhere'])
    })

    it('cannot decide, and guesses no address, where the metadata has none', async () => {
      issuer.answer((_, response) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ issuer: issuer.issuer })),
      )
      const authenticate = create({}, [policy({ introspection })])
      expect(await authenticate(opaque(), context)).toMatchObject({
        reason: 'unavailable',
        code: 'introspection_unavailable',
      })
      expect(issuer.requests).toEqual(['/.well-known/openid-configuration'])
    })

    it('is ready by its keys, and asks nobody until then', async () => {
      const authenticate = create({}, [policy({ introspection })])
      await expect(authenticate.ready()).resolves.toBe(true)
      expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks'])
    })
  })

  it('challenges with its realm and metadata', () => {
    expect(create().challenge({})).toEqual(['Bearer realm="api"'])
    const resourceMetadataUrl = 'https://api.test/.well-known/oauth-protected-resource'
    expect(create({ realm: 'inventory', resourceMetadataUrl }).challenge({ error: 'invalid_token' })).toEqual(
      [
        'Bearer realm="inventory", error="invalid_token", error_description="The access token is not valid", ' +
          `resource_metadata="${resourceMetadataUrl}"`,
      ],
    )
  })

  it('refuses to be built from what cannot work', () => {
    expect(() => create({}, [])).toThrow(/needs a policy/)
    expect(() => create({}, [policy(), policy()])).toThrow(/another one for this issuer/)
    expect(() => create({ allowInsecureIssuers: false })).toThrow(/https URL/)
    expect(() => create({}, [policy({ jwks: { keys: [] } })])).toThrow(/public signature key/)
    expect(() => create({ realm: 'a\r\nb' })).toThrow(TypeError)
  })

  describe('behind a server', () => {
    let server: Server
    let url: string
    const outcomes: string[] = []

    beforeEach(async () => {
      const authorize = compileAuthorization({
        operation: 'listItems',
        requirements: [{ token: ['items:read'] }],
        schemes: { token: context.scheme },
        authenticators: { token: create({ realm: 'inventory' }) },
      })
      const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const authorization = await authorize(request)
        outcomes.push(authorization.log.outcome)
        if (authorization.ok) {
          response.end(authorization.principal?.clientId)
          return
        }
        const { status, headers } = authorization.problem
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        response.writeHead(status).end()
      }
      server = createServer((request, response) => void answer(request, response))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })
    afterEach(() => server.close())

    it.each<{ title: string; token: () => string | undefined; status: number; challenge: string | null }>([
      {
        title: 'a good token',
        token: () => issuer.token({ claims: { scope: 'items:read' } }),
        status: 200,
        challenge: null,
      },
      { title: 'no token', token: () => undefined, status: 401, challenge: 'Bearer realm="inventory"' },
      {
        title: 'an expired token',
        token: () => issuer.token({ claims: { exp: 1 } }),
        status: 401,
        challenge:
          'Bearer realm="inventory", error="invalid_token", error_description="The access token is not valid"',
      },
      {
        title: 'a token without the scope',
        token: () => issuer.token({ claims: { scope: 'items:write' } }),
        status: 403,
        challenge:
          'Bearer realm="inventory", error="insufficient_scope", error_description="The access token lacks a scope", scope="items:read"',
      },
      {
        title: 'half a token',
        token: () => 'a b',
        status: 400,
        challenge:
          'Bearer realm="inventory", error="invalid_request", error_description="The access token must be sent once, in the Authorization header"',
      },
    ])('answers $title with $status', async ({ token, status, challenge }) => {
      const value = token()
      const response = await fetch(
        url,
        value === undefined ? {} : { headers: { authorization: `Bearer ${value}` } },
      )
      expect(response.status).toBe(status)
      expect(response.headers.get('www-authenticate')).toBe(challenge)
      expect(response.headers.get('cache-control')).toBe(status === 200 ? null : 'no-store')
    })

    it('answers an outage of the issuer with 503, and two headers with 400 all the same', async () => {
      issuer.answer((_, response) => response.writeHead(500).end())
      const response = await fetch(url, { headers: { authorization: `Bearer ${issuer.token()}` } })
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('1')
      expect(response.headers.get('www-authenticate')).toBeNull()
      outcomes.length = 0
      const status = await new Promise((resolve) => {
        request(url, {
          headers: ['Host', 'a', 'Authorization', 'Bearer a.b.c', 'Authorization', 'Bearer a.b.c'],
        })
          .on('response', (twice) => resolve(twice.resume().statusCode))
          .end()
      })
      expect(status).toBe(400)
      expect(outcomes).toEqual(['invalid_request'])
    })
  })
})
