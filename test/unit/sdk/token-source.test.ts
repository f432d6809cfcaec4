import { generateKeyPairSync } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { OptionsError, TokenError } from '../../../src/sdk/errors.js'
import { createTokenSource } from '../../../src/sdk/token-source.js'
import { closedOrigin, sendJson, startServer } from '../../support/test-server.js'

const client = { clientId: 'assembly-line', clientSecret: 'correct-horse', retries: 0 }
const granted = { access_token: 'token-1', token_type: 'Bearer', expires_in: 100 }

/** A token endpoint in memory, so that time is the test's alone. `answers` are given in turn, the last for ever. */
function inMemory(asking: object, ...answers: readonly ((count: number) => Response)[]) {
  const seen: Request[] = []
  const clock = { ms: 1_000_000 }
  const source = createTokenSource({
    ...client,
    ...asking,
    tokenEndpoint: 'https://issuer.example.com/token',
    now: () => clock.ms,
    fetch: (url, init) => {
      seen.push(new Request(url, init))
      const answer = answers[Math.min(seen.length, answers.length) - 1]
      return answer === undefined
        ? Promise.reject(new Error('no answer'))
        : Promise.resolve(answer(seen.length))
    },
  })
  return { source, seen, clock }
}

const numbered = (count: number): Response =>
  Response.json({ ...granted, access_token: `token-${String(count)}` })
const down = (): Response => new Response('', { status: 503 })

async function errorOf(promise: Promise<unknown>): Promise<TokenError> {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  if (!(error instanceof TokenError)) throw new Error(`not a TokenError: ${inspect(error)}`)
  return error
}

describe('createTokenSource, asking', () => {
  it('asks with the client credentials grant and nothing that was not given', async () => {
    await using server = await startServer((_request, response) => {
      sendJson(response, 200, granted)
    })
    const token = await createTokenSource({
      ...client,
      tokenEndpoint: `${server.url}/token`,
      now: () => 5_000,
    }).accessToken()
    expect(token).toEqual({ value: 'token-1', type: 'Bearer', scopes: [], expiresAtMs: 105_000 })
    const [request] = server.requests
    expect(request).toMatchObject({ method: 'POST', url: '/token', body: 'grant_type=client_credentials' })
    expect(request?.headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/x-www-form-urlencoded/) as string,
      accept: 'application/json',
    })
  })

  it('names scopes, audience and resource', async () => {
    const { seen, source } = inMemory(
      {
        scopes: ['items:read', 'items:write'],
        audience: 'https://api.example.com',
        resource: 'api://inventory',
      },
      numbered,
    )
    expect((await source.accessToken()).scopes).toEqual(['items:read', 'items:write'])
    expect(Object.fromEntries(new URLSearchParams(await seen[0]?.text()))).toEqual({
      grant_type: 'client_credentials',
      scope: 'items:read items:write',
      audience: 'https://api.example.com',
      resource: 'api://inventory',
    })
  })

  it.each([
    { id: 'assembly-line', secret: 'correct-horse', want: 'assembly-line:correct-horse' },
    { id: 'a b:c', secret: 'p+q%/=&', want: 'a+b%3Ac:p%2Bq%25%2F%3D%26' },
    {
      id: 'https://app.example.com/ü',
      secret: '*-._~',
      want: 'https%3A%2F%2Fapp.example.com%2F%C3%BC:*-._%7E',
    },
  ])('form-encodes $id and $secret before joining them', async ({ id, secret, want }) => {
    await using server = await startServer((_request, response) => {
      sendJson(response, 200, granted)
    })
    await createTokenSource({ clientId: id, clientSecret: secret, tokenEndpoint: server.url }).accessToken()
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from(want).toString('base64')}`)
  })

  it('tells the scopes that were granted where they differ from those asked for', async () => {
    const { source } = inMemory({}, () => Response.json({ ...granted, scope: 'items:read' }))
    expect((await source.accessToken()).scopes).toEqual(['items:read'])
  })
})

describe('createTokenSource, keeping', () => {
  it('makes one request for however many callers', async () => {
    const { source, seen } = inMemory({}, numbered)
    const tokens = await Promise.all(Array.from({ length: 50 }, async () => source.accessToken()))
    expect(new Set(tokens.map(({ value }) => value))).toEqual(new Set(['token-1']))
    await source.accessToken()
    expect(seen).toHaveLength(1)
  })

  it('asks for the next token at 80 % of life, while the old one still serves', async () => {
    const { source, seen, clock } = inMemory({}, numbered)
    await source.accessToken()
    clock.ms += 79_999
    await source.accessToken()
    expect(seen).toHaveLength(1)
    clock.ms += 1
    expect((await source.accessToken()).value).toBe('token-1')
    await setImmediate()
    expect(seen).toHaveLength(2)
    expect((await source.accessToken()).value).toBe('token-2')
    expect(seen).toHaveLength(2)
  })

  it('waits for a new token shortly before the old one ends', async () => {
    const { source, clock } = inMemory({}, numbered)
    await source.accessToken()
    clock.ms += 89_999
    expect((await source.accessToken()).value).toBe('token-1')
    await setImmediate()
    clock.ms += 90_000
    expect((await source.accessToken()).value).toBe('token-3')
  })

  it('keeps a short margin for a token that lives long', async () => {
    const { source, clock } = inMemory({}, () => Response.json({ ...granted, expires_in: 3_600 }), down)
    await source.accessToken()
    clock.ms += 3_589_999
    expect((await source.accessToken()).value).toBe('token-1')
    clock.ms += 1
    await setImmediate()
    expect((await errorOf(source.accessToken())).code).toBe('unreachable')
  })

  it('lets a token serve to its end where no new one can be had, asking again only every five seconds', async () => {
    const { source, seen, clock } = inMemory({}, numbered, down)
    await source.accessToken()
    clock.ms += 80_000
    for (let call = 0; call < 3; call += 1) {
      expect((await source.accessToken()).value).toBe('token-1')
      await setImmediate()
    }
    expect(seen).toHaveLength(2)
    clock.ms += 5_000
    expect((await source.accessToken()).value).toBe('token-1')
    await setImmediate()
    expect(seen).toHaveLength(3)
    clock.ms += 5_000
    expect((await errorOf(source.accessToken())).code).toBe('unreachable')
  })

  it('does not keep a failure', async () => {
    const { source } = inMemory({}, down, numbered)
    await errorOf(source.accessToken())
    expect((await source.accessToken()).value).toBe('token-2')
  })

  it.each([
    { expires_in: undefined, want: 60_000 },
    { expires_in: null, want: 60_000 },
    { expires_in: '3599', want: 3_599_000 },
  ])('takes a life of $want ms from expires_in $expires_in', async ({ expires_in, want }) => {
    const { source, clock } = inMemory({}, () => Response.json({ ...granted, expires_in }))
    expect((await source.accessToken()).expiresAtMs - clock.ms).toBe(want)
  })
})

describe('createTokenSource, refused', () => {
  it.each([
    { status: 400, body: { error: 'invalid_scope' }, want: { code: 'refused', error: 'invalid_scope' } },
    { status: 401, body: { error: 'invalid_client' }, want: { code: 'refused', error: 'invalid_client' } },
    { status: 403, body: 'no', want: { code: 'refused', error: undefined } },
    { status: 400, body: { error: 'a\u001b[31m' }, want: { code: 'refused', error: undefined } },
    { status: 400, body: [], want: { code: 'refused', error: undefined } },
    { status: 429, body: {}, want: { code: 'unreachable', error: undefined } },
    { status: 500, body: { error: 'server_error' }, want: { code: 'unreachable', error: 'server_error' } },
  ])('tells that $status with $body is $want.code', async ({ status, body, want }) => {
    const { source } = inMemory({}, () => Response.json(body, { status }))
    expect(await errorOf(source.accessToken())).toMatchObject({ ...want, status })
  })

  it('says in one line what the authorization server says', async () => {
    const body = { error: 'invalid_scope', error_description: 'items:fly is not known' }
    const { source } = inMemory({}, () => Response.json(body, { status: 400 }))
    expect((await errorOf(source.accessToken())).message).toBe(
      'The token endpoint https://issuer.example.com/token answers 400 invalid_scope: items:fly is not known',
    )
    expect((await errorOf(source.accessToken(['items:fly', 'items:read']))).message).toMatch(
      / \(asked for items:fly items:read\)$/,
    )
  })

  it.each([
    { title: 'HTML', body: '<html></html>' },
    { title: 'an array', body: '[]' },
    { title: 'no token', body: '{"token_type":"Bearer","expires_in":100}' },
    { title: 'a token with a line break', body: JSON.stringify({ ...granted, access_token: 'a\r\nb: c' }) },
    { title: 'an empty token', body: JSON.stringify({ ...granted, access_token: '' }) },
    { title: 'no type', body: JSON.stringify({ ...granted, token_type: undefined }) },
    { title: 'another type', body: JSON.stringify({ ...granted, token_type: 'DPoP' }) },
    { title: 'a life that is over', body: JSON.stringify({ ...granted, expires_in: 0 }) },
    { title: 'a life that is no number', body: JSON.stringify({ ...granted, expires_in: 'soon' }) },
  ])('does not take $title for a token response', async ({ body }) => {
    const { source } = inMemory({}, () => new Response(body))
    expect((await errorOf(source.accessToken())).code).toBe('malformed')
  })

  it('tells that nobody answers', async () => {
    const origin = await closedOrigin()
    const byEndpoint = createTokenSource({ ...client, tokenEndpoint: `${origin}/token` })
    expect(await errorOf(byEndpoint.accessToken())).toMatchObject({
      code: 'unreachable',
      message: `No answer from the token endpoint ${origin}/token`,
    })
    const byIssuer = createTokenSource({ ...client, issuer: origin })
    expect((await errorOf(byIssuer.accessToken())).code).toBe('unreachable')
  })

  it('sends the credentials to no place that it is redirected to', async () => {
    await using other = await startServer((_request, response) => {
      sendJson(response, 200, granted)
    })
    await using server = await startServer((_request, response) => {
      response.writeHead(307, { Location: other.url }).end()
    })
    const source = createTokenSource({ ...client, tokenEndpoint: server.url })
    expect(await errorOf(source.accessToken())).toMatchObject({ code: 'refused', status: 307 })
    expect(other.requests).toEqual([])
  })

  it('holds no secret in its errors', async () => {
    const { source } = inMemory({}, () => Response.json({ error: 'invalid_client' }, { status: 401 }))
    const unreachable = createTokenSource({ ...client, tokenEndpoint: `${await closedOrigin()}/token` })
    const encoded = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')
    for (const error of [await errorOf(source.accessToken()), await errorOf(unreachable.accessToken())]) {
      const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)
      expect(shown).not.toContain(client.clientSecret)
      expect(shown).not.toContain(encoded)
    }
  })
})

describe('createTokenSource, at a server that repeats what it was sent', () => {
  const special = { clientId: 'assembly-line', clientSecret: 'p q/ü' }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const sent: Readonly<
    Record<string, (request: Request, form: URLSearchParams) => string | null | undefined>
  > = {
    'the secret': () => special.clientSecret,
    'the secret, form-encoded': () => 'p+q%2F%C3%BC',
    'the secret, percent-encoded': () => 'p%20q%2F%C3%BC',
    'the credentials': ({ headers }) => headers.get('Authorization')?.slice('Basic '.length),
    'the assertion': (_request, form) => form.get('client_assertion'),
  }
  it.each(Object.entries(sent))('holds %s in no error', async (what, toText) => {
    let repeated = ''
    const source = createTokenSource({
      ...(what === 'the assertion'
        ? {
            clientId: 'a',
            privateKey: privateKey.export({ format: 'jwk' }),
            assertionAudience: 'token_endpoint',
          }
        : special),
      tokenEndpoint: 'https://issuer.example.com/token',
      fetch: async (url, init) => {
        const request = new Request(url, init)
        repeated = toText(request, new URLSearchParams(await request.clone().text())) ?? ''
        return Response.json({ error: 'invalid_client', error_description: repeated }, { status: 401 })
      },
    })
    const error = await errorOf(source.accessToken())
    expect(error.error).toBe('invalid_client')
    expect(repeated).not.toBe('')
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(repeated)
  })

  it('holds no credentials in an error about an answer that is no HTTP', async () => {
    await using server = await startServer(({ headers }, response) => {
      response.socket?.end(`HTTP/2 ${String(headers.authorization)}\r\n\r\n`)
    })
    const error = await errorOf(createTokenSource({ ...client, tokenEndpoint: server.url }).accessToken())
    expect(error.code).toBe('unreachable')
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('Basic ')
  })

  it('reads no more of an answer than can be one', async () => {
    let isCancelled = false
    const endless = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull: (controller) => {
            controller.enqueue(new Uint8Array(65_536).fill(0x20))
          },
          cancel: () => {
            isCancelled = true
          },
        }),
      )
    expect((await errorOf(inMemory({}, endless).source.accessToken())).code).toBe('malformed')
    expect(isCancelled).toBe(true)
  })
})

describe('createTokenSource, given an issuer', () => {
  const openid = '/.well-known/openid-configuration'
  const oauth = '/.well-known/oauth-authorization-server'

  /** An issuer whose documents are at the given paths. */
  const startIssuer = async (documents: (url: string) => Readonly<Record<string, unknown>>) =>
    startServer((request, response, url) => {
      const document = documents(url)[request.url]
      if (request.url === '/token') sendJson(response, 200, granted)
      else if (document === undefined) response.writeHead(404).end()
      else sendJson(response, 200, document)
    })

  it.each([
    { title: 'OpenID Connect metadata', path: '', at: openid },
    {
      title: 'OpenID Connect metadata below a path',
      path: '/oauth2/default',
      at: `/oauth2/default${openid}`,
    },
    { title: 'OpenID Connect metadata of an issuer that ends in a slash', path: '/', at: openid },
    { title: 'OAuth metadata', path: '', at: oauth },
    { title: 'OAuth metadata with the path behind', path: '/realms/a', at: `${oauth}/realms/a` },
    { title: 'OAuth metadata of an issuer that ends in a slash', path: '/a/', at: `${oauth}/a` },
  ])('finds the token endpoint in $title', async ({ path, at }) => {
    await using server = await startIssuer((url) => ({
      [at]: { issuer: url + path, token_endpoint: `${url}/token` },
    }))
    const source = createTokenSource({ ...client, issuer: server.url + path })
    expect((await source.accessToken()).value).toBe('token-1')
  })

  it('looks the endpoint up once', async () => {
    await using server = await startIssuer((url) => ({
      [openid]: { issuer: url, token_endpoint: `${url}/token` },
    }))
    const clock = { ms: 0 }
    const source = createTokenSource({ ...client, issuer: server.url, now: () => clock.ms })
    await source.accessToken()
    clock.ms += 100_000
    await source.accessToken()
    expect(server.requests.map(({ url }) => url)).toEqual([openid, '/token', '/token'])
  })

  it.each([
    { title: 'nothing', document: () => undefined },
    {
      title: 'another issuer',
      document: (url: string) => ({ issuer: `${url}/`, token_endpoint: `${url}/token` }),
    },
    { title: 'no issuer', document: (url: string) => ({ token_endpoint: `${url}/token` }) },
    { title: 'no endpoint', document: (url: string) => ({ issuer: url }) },
    {
      title: 'an endpoint that is no URL',
      document: (url: string) => ({ issuer: url, token_endpoint: '/token' }),
    },
    { title: 'a list', document: () => [] },
  ])('sends no credentials to an issuer that publishes $title', async ({ document }) => {
    await using server = await startIssuer((url) => ({ [openid]: document(url) }))
    expect((await errorOf(createTokenSource({ ...client, issuer: server.url }).accessToken())).code).toBe(
      'metadata',
    )
    expect(server.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  it('tells a failing issuer from one that publishes nothing', async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(502).end()
    })
    const error = await errorOf(createTokenSource({ ...client, issuer: server.url }).accessToken())
    expect(error).toMatchObject({ code: 'unreachable', status: 502 })
  })

  it('names the issuer that the metadata is of, where it is another', async () => {
    const answerOf = (issuer: string) =>
      createTokenSource({
        ...client,
        issuer: 'https://a.example.com',
        fetch: () => Promise.resolve(Response.json({ issuer, token_endpoint: 'https://a.example.com/t' })),
      }).accessToken()
    expect((await errorOf(answerOf('https://b.example.com'))).message).toMatch(
      /not that of the issuer https:\/\/a\.example\.com, but of https:\/\/b\.example\.com: is that the one you mean\?$/,
    )
    expect((await errorOf(answerOf('a\u001b[31m'))).message).toMatch(/issuer https:\/\/a\.example\.com$/)
  })

  it('sends no credentials over http for an issuer that is https', async () => {
    const issuer = 'https://issuer.example.com'
    const asked: string[] = []
    const source = createTokenSource({
      ...client,
      issuer,
      fetch: (url) => {
        asked.push(url as string)
        return Promise.resolve(Response.json({ issuer, token_endpoint: 'http://issuer.example.com/token' }))
      },
    })
    expect((await errorOf(source.accessToken())).code).toBe('metadata')
    expect(asked).toEqual([`${issuer}${openid}`])
  })

  it.each(['inventory', 'ftp://issuer.example.com', 'https://me:secret@issuer.example.com'])(
    'does not take %s for an issuer, and does not repeat it',
    (issuer) => {
      const create = () => createTokenSource({ ...client, issuer })
      expect(create).toThrow(OptionsError)
      expect(create).toThrow(/^issuer must be an https or http URL without a user and password in it$/)
    },
  )
})
