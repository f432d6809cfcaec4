import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Authentication } from '../../../src/auth/authenticator.js'
import { createIntrospector, type IntrospectionOptions } from '../../../src/auth/introspection.js'
import type { IntrospectionInput } from '../../../src/auth/introspection-policy.js'
import { resolvePolicy, type AccessTokenPolicyInput } from '../../../src/auth/policy.js'

const issuer = 'https://issuer.test'
const audience = 'api://test'
const nowSeconds = 1_800_000_000
const secret = 'se%cret/+ :é'

interface Asked {
  readonly method: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly form: Readonly<Record<string, string>>
}

describe('createIntrospector', () => {
  let server: Server
  let endpoint: string
  let listener: RequestListener
  let asked: Asked[]
  let seconds: number
  let logged: unknown[]

  beforeEach(async () => {
    asked = []
    logged = []
    seconds = nowSeconds
    answer({})
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
        asked.push({ method: request.method, headers: request.headers, form })
        listener(request, response)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/introspect`
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  /** A reply for a token that is good for five minutes; `undefined` takes a member away. */
  const reply = (changed: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
    active: true,
    iss: issuer,
    aud: audience,
    client_id: 'client',
    scope: 'items:read',
    token_type: 'Bearer',
    exp: nowSeconds + 300,
    ...changed,
  })
  function answer(changed: Readonly<Record<string, unknown>>, status = 200): void {
    answerText(JSON.stringify(reply(changed)), status)
  }
  function answerText(body: string, status = 200): void {
    listener = (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }

  function create(
    given: {
      introspection?: Partial<IntrospectionInput>
      policy?: Partial<AccessTokenPolicyInput>
      options?: IntrospectionOptions
      find?: () => Promise<string>
    } = {},
  ): (token: string) => Promise<Authentication> {
    const introspectionInput = { clientId: 'api', clientSecret: secret, ...given.introspection }
    const policy = resolvePolicy({
      issuer,
      audiences: [audience],
      introspection: introspectionInput,
      ...given.policy,
    })
    const { introspection } = policy
    if (introspection === null) throw new Error('The policy has no introspection')
    const log = (...line: unknown[]): void => {
      logged.push(line)
    }
    return createIntrospector({ ...policy, introspection }, given.find ?? (() => Promise.resolve(endpoint)), {
      now: () => seconds * 1000,
      logger: { debug: log, info: log, warn: log, error: log },
      ...given.options,
    })
  }

  describe('asks (RFC 7662 section 2.1)', () => {
    it('by POST, with the token in a form, and its own credentials in form-encoded Basic', async () => {
      await create()('opaque-token')
      expect(asked).toHaveLength(1)
      expect(asked[0]).toMatchObject({
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
          authorization: `Basic ${Buffer.from('api:se%25cret%2F%2B+%3A%C3%A9').toString('base64')}`,
        },
        form: { token: 'opaque-token', token_type_hint: 'access_token' },
      })
    })

    it('with its credentials in the form where the policy says so, and nowhere else', async () => {
      await create({ introspection: { authentication: 'client_secret_post' } })('opaque-token')
      expect(asked[0]?.form).toEqual({
        token: 'opaque-token',
        token_type_hint: 'access_token',
        client_id: 'api',
        client_secret: secret,
      })
      expect(asked[0]?.headers.authorization).toBeUndefined()
    })
  })

  it('makes a principal of what the reply says (section 2.2)', async () => {
    answer({ sub: 'subject', jti: 'j', scope: 'items:read items:write', username: 'u' })
    await expect(create()('opaque-token')).resolves.toMatchObject({
      ok: true,
      principal: {
        issuer,
        clientId: 'client',
        subject: 'subject',
        scopes: ['items:read', 'items:write'],
        expiresAt: nowSeconds + 300,
        claims: { active: true, username: 'u' },
      },
    })
  })

  describe('holds the reply to the policy: it refuses', () => {
    it.each<{ title: string; given: Readonly<Record<string, unknown>>; code: string }>([
      { title: 'a token that is not active', given: { active: false }, code: 'inactive' },
      { title: 'a token of another issuer', given: { iss: 'https://other.test' }, code: 'issuer' },
      { title: 'a list of issuers', given: { iss: [issuer] }, code: 'issuer' },
      { title: 'a token for another API', given: { aud: 'api://other' }, code: 'audience' },
      { title: 'a token for no API', given: { aud: undefined }, code: 'audience' },
      { title: 'an expired token', given: { exp: nowSeconds - 30 }, code: 'expired' },
      { title: 'a token without an end', given: { exp: undefined }, code: 'expired' },
      { title: 'an end in text', given: { exp: String(nowSeconds + 300) }, code: 'expired' },
      { title: 'a token for later', given: { nbf: nowSeconds + 31 }, code: 'not_yet_valid' },
      { title: 'a token issued in the future', given: { iat: nowSeconds + 31 }, code: 'issued_at' },
      { title: 'a date of issue in text', given: { iat: 'today' }, code: 'issued_at' },
      { title: 'another type of token', given: { token_type: 'mac' }, code: 'token_kind' },
      { title: 'a type that is no text', given: { token_type: ['Bearer'] }, code: 'token_kind' },
      { title: 'a DPoP token without its key', given: { token_type: 'DPoP' }, code: 'confirmation' },
      { title: 'a refresh token', given: { token_use: 'refresh_token' }, code: 'token_kind' },
      { title: 'an ID token', given: { nonce: 'n' }, code: 'token_kind' },
      { title: 'a binding that is not known', given: { cnf: { kid: 'k' } }, code: 'confirmation' },
      { title: 'a token of no client', given: { client_id: undefined }, code: 'client' },
      { title: 'a client in another claim', given: { client_id: undefined, azp: 'c' }, code: 'client' },
    ])('$title', async ({ given, code }) => {
      answer(given)
      await expect(create()('opaque-token')).resolves.toMatchObject({ ok: false, reason: 'invalid', code })
    })

    it('a client that is not pinned, and says which issuer it was', async () => {
      const introspect = create({ policy: { clientIds: ['other'] } })
      await expect(introspect('opaque-token')).resolves.toMatchObject({ code: 'client', issuer })
    })

    it.each([
      { iat: undefined },
      { iat: nowSeconds + 30 },
      { iss: undefined },
      { token_type: undefined },
      { token_type: 'bearer' },
      { token_type: 'DPoP', cnf: { jkt: 'A'.repeat(43) } },
      { token_use: 'access_token' },
      { aud: ['api://other', audience] },
    ])('but not a reply with %j', async (given) => {
      answer(given)
      await expect(create()('opaque-token')).resolves.toMatchObject({ ok: true })
    })

    it('scopes in any claim but the one named', async () => {
      answer({ scope: undefined, scp: ['items:read'], roles: ['items:read'] })
      await expect(create()('opaque-token')).resolves.toMatchObject({ principal: { scopes: [] } })
      const named = create({ introspection: { scopeFrom: 'roles', scopeFormat: 'array' } })
      await expect(named('opaque-token')).resolves.toMatchObject({ principal: { scopes: ['items:read'] } })
    })

    it('by names of RFC 7662 and not by those of the JWTs of the preset', async () => {
      answer({ client_id: 'by-introspection', cid: 'by-jwt', scp: ['items:write'] })
      await expect(create({ policy: { preset: 'hydra' } })('opaque-token')).resolves.toMatchObject({
        principal: { clientId: 'by-introspection', scopes: ['items:read'] },
      })
    })
  })

  describe('cannot tell, which is never a refusal,', () => {
    it.each<{ title: string; given: RequestListener; code?: string }>([
      { title: 'status 500', given: (_, response) => response.writeHead(500).end(), code: 'status' },
      { title: 'status 429', given: (_, response) => response.writeHead(429).end(), code: 'status' },
      { title: 'status 204', given: (_, response) => response.writeHead(204).end(), code: 'status' },
      {
        title: 'its own credentials refused (section 2.3)',
        given: (_, response) => response.writeHead(401).end(),
        code: 'status',
      },
      {
        title: 'HTML',
        given: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
        code: 'media_type',
      },
      {
        title: 'a redirect',
        given: (_, response) => response.writeHead(307, { location: endpoint }).end(),
        code: 'network',
      },
      {
        title: 'more than 512 kB',
        given: (_, response) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'a'.repeat(600_000)}"`),
        code: 'too_large',
      },
      {
        title: 'half a reply',
        given: (_, response) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end('{"active":'),
        code: 'json',
      },
      { title: 'a broken connection', given: (request) => request.socket.destroy(), code: 'network' },
      { title: 'no reply at all', given: () => undefined, code: 'timeout' },
    ])('at $title', async ({ given, code }) => {
      listener = given
      await expect(create({ options: { timeoutMs: 300 } })('opaque-token')).resolves.toMatchObject({
        ok: false,
        reason: 'unavailable',
        code: 'introspection_unavailable',
        issuer,
        retryAfterSeconds: 1,
        cause: { code },
      })
      // A redirect was not followed either.
      expect(asked).toHaveLength(1)
    })

    it.each(['{}', '{"active":"true"}', '{"active":1}', '{"active":null}', '[]', 'null', '"active"'])(
      'at the reply %s, whose `active` is no boolean (section 2.2)',
      async (body) => {
        answerText(body)
        await expect(create()('opaque-token')).resolves.toMatchObject({ reason: 'unavailable' })
      },
    )

    it('at an endpoint that is not found, or not in time', async () => {
      const lost = create({ find: () => Promise.reject(new TypeError('nowhere')) })
      await expect(lost('opaque-token')).resolves.toMatchObject({
        reason: 'unavailable',
        cause: { message: 'nowhere' },
      })
      const slow = create({ find: () => new Promise(() => undefined), options: { timeoutMs: 5 } })
      await expect(slow('opaque-token')).resolves.toMatchObject({
        reason: 'unavailable',
        cause: { code: 'timeout' },
      })
      expect(asked).toEqual([])
    })
  })

  describe('after a failure', () => {
    it('asks again after 1, 2, 4 … 30 seconds, says when, and takes up work at once after a success', async () => {
      answer({}, 503)
      const introspect = create()
      const waits: number[] = []
      for (let failures = 1; failures <= 7; failures++) {
        const { retryAfterSeconds = 0 } = (await introspect('opaque-token')) as { retryAfterSeconds?: number }
        waits.push(retryAfterSeconds)
        await expect(introspect('another-token')).resolves.toMatchObject({ reason: 'unavailable' })
        expect(asked).toHaveLength(failures)
        seconds += retryAfterSeconds
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30])
      answer({ exp: nowSeconds + 3600 })
      await expect(introspect('opaque-token')).resolves.toMatchObject({ ok: true })
      await expect(introspect('another-token')).resolves.toMatchObject({ ok: true })
    })

    it('of many side by side waits no longer than after one', async () => {
      answer({}, 503)
      const introspect = create()
      await Promise.all(Array.from({ length: 20 }, (_, index) => introspect(`token-${index}`)))
      seconds += 1
      answer({})
      await expect(introspect('opaque-token')).resolves.toMatchObject({ ok: true })
    })

    it.each([400, 403, 413])('with %i, which may be about one token, goes on with others', async (status) => {
      answer({}, status)
      const introspect = create()
      await expect(introspect('bad-token')).resolves.toMatchObject({ reason: 'unavailable' })
      answer({})
      await expect(introspect('opaque-token')).resolves.toMatchObject({ ok: true })
    })
  })

  it('logs what failed and what to do, and neither token nor credentials', async () => {
    answerText('{"error":"invalid_client","error_description":"opaque-token"}', 401)
    await create()('opaque-token')
    expect(logged).toMatchObject([
      [
        { failures: 1, hint: expect.stringContaining('check its id and secret') as string },
        'introspection failed',
      ],
    ])
    const text = inspect(logged, { depth: null })
    expect(text).not.toContain('opaque-token')
    expect(text).not.toContain(secret)
  })
})
