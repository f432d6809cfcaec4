import { gzipSync } from 'node:zlib'
import Koa from 'koa'
import Router from '@koa/router'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createAccessTokenAuthenticator } from '../../../src/auth/access-token-authenticator.js'
import { createApiKeyAuthenticator } from '../../../src/auth/api-key-authenticator.js'
import { createBasicAuthenticator } from '../../../src/auth/basic-authenticator.js'
import { createClientCertificateAuthenticator } from '../../../src/auth/client-certificate-authenticator.js'
import type { Authenticator } from '../../../src/auth/authenticator.js'
import type { AnyHandler } from '../../../src/contract/handler.js'
import { loadContract } from '../../../src/contract/load-contract.js'
import { createApp } from '../../../src/http/app.js'
import { openapiMiddleware, type OpenapiMiddlewareOptions } from '../../../src/http/openapi-middleware.js'
import { Problem } from '../../../src/problem/problem.js'
import { documentWith, echoing } from '../../support/document.js'
import { serve } from '../../support/serve.js'

const echo: AnyHandler = (input) => ({ status: 200, body: input })

const json = (schema: unknown): object => ({ content: { 'application/json': { schema } } })

async function gate(
  paths: Readonly<Record<string, unknown>>,
  handlers: Readonly<Record<string, AnyHandler>>,
  options: Partial<OpenapiMiddlewareOptions> & { readonly rest?: Record<string, unknown> } = {},
): Promise<ReturnType<typeof request>> {
  const { rest, ...given } = options
  const contract = await loadContract(documentWith(paths, rest))
  const { url } = await serve(createApp({ contract, handlers, authenticators: {}, ...given }))
  return request(url)
}

describe('parameters', () => {
  const operation = {
    ...echoing,
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
      { name: 'limit', in: 'query', schema: { type: 'integer', default: 20, maximum: 100 } },
      { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
      { name: 'flag', in: 'query', schema: { type: 'boolean' } },
      { name: 'X-Trace', in: 'header', schema: { type: 'string', minLength: 2 } },
      { name: 'session', in: 'cookie', schema: { type: 'string' } },
    ],
  }
  const serveIt = (): ReturnType<typeof gate> =>
    gate({ '/things/{id}': { get: operation } }, { 'GET /things/{id}': echo })

  it.each([
    { target: '/things/7', want: { params: { id: 7 }, query: { limit: 20 } } },
    { target: '/things/7?limit=5', want: { query: { limit: 5 } } },
    { target: '/things/7?tag=a&tag=b%2Cc', want: { query: { tag: ['a', 'b,c'] } } },
    { target: '/things/7?tag=', want: { query: { tag: [''] } } },
    { target: '/things/7?flag=true', want: { query: { flag: true } } },
  ])('are decoded by their declared type from $target', async ({ target, want }) => {
    const { status, body } = await (await serveIt()).get(target)
    expect(status).toBe(200)
    expect(body).toMatchObject(want)
  })

  it('are read from header fields and cookies', async () => {
    const { body } = await (
      await serveIt()
    )
      .get('/things/7')
      .set('X-Trace', 'abc')
      .set('Cookie', 'session=s%20t; other=1')
    expect(body).toMatchObject({ headers: { 'x-trace': 'abc' }, cookies: { session: 's t' } })
  })

  it.each([
    { target: '/things/seven', want: ['path', '/id', 'type'] },
    { target: '/things/7.5', want: ['path', '/id', 'type'] },
    { target: '/things/7?limit=101', want: ['query', '/limit', 'maximum'] },
    { target: '/things/7?limit=', want: ['query', '/limit', 'type'] },
    { target: '/things/7?limit=1&limit=2', want: ['query', '/limit', 'style'] },
    { target: '/things/7?limit=0x10', want: ['query', '/limit', 'type'] },
    { target: '/things/7?flag=1', want: ['query', '/flag', 'type'] },
    { target: '/things/7?nobody=1', want: ['query', '/nobody', 'unknown'] },
    { target: '/things/7?__proto__=1', want: ['query', '/__proto__', 'unknown'] },
    { target: '/things/7?tag=%zz', want: ['query', '/tag', 'encoding'] },
    { target: '/things/7?tag=a%00', want: ['query', '/tag', 'encoding'] },
  ])('that do not fit are named: $target', async ({ target, want }) => {
    const { status, body, type } = await (await serveIt()).get(target)
    expect([status, type]).toEqual([400, 'application/problem+json'])
    expect(body.type).toBe('urn:problem-type:gatehouse:invalid-request')
    expect(
      (body.errors as Record<string, string>[]).map((one) => [one['in'], one['pointer'], one['keyword']]),
    ).toEqual([want])
  })

  it('may be unknown where that is allowed', async () => {
    const agent = await gate(
      { '/a': { get: echoing } },
      { 'GET /a': echo },
      { unknownQueryParameters: 'allow' },
    )
    expect((await agent.get('/a?nobody=1')).status).toBe(200)
  })

  it('are refused in their thousands before they are looked at', async () => {
    const agent = await gate(
      { '/a': { get: echoing } },
      { 'GET /a': echo },
      { unknownQueryParameters: 'allow' },
    )
    const { status, body } = await agent.get(`/a?${'a&'.repeat(1_001)}`)
    expect([status, body.type]).toEqual([400, 'urn:problem-type:gatehouse:malformed-request'])
  })
})

describe('bodies', () => {
  const closed = {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string' },
      count: { type: 'integer', default: 1 },
      id: { type: 'string', readOnly: true },
    },
    additionalProperties: false,
  }
  const post = { ...echoing, requestBody: { required: true, ...json(closed) } }
  const serveIt = (options: Partial<OpenapiMiddlewareOptions> = {}): ReturnType<typeof gate> =>
    gate({ '/a': { post } }, { 'POST /a': echo }, options)

  it('reach the handler with their defaults', async () => {
    const { body } = await (await serveIt()).post('/a').send({ name: 'x' })
    expect(body.body).toEqual({ name: 'x', count: 1 })
  })

  it.each([
    { given: {}, want: [['/name', 'required']] },
    { given: { name: 7 }, want: [['/name', 'type']] },
    { given: { name: 'x', count: '1' }, want: [['/count', 'type']] },
    { given: { name: 'x', id: 'mine' }, want: [['/id', 'readOnly']] },
    {
      given: { name: 'x', more: 1, 'a/b': 2 },
      want: [
        ['/more', 'additionalProperties'],
        ['/a~1b', 'additionalProperties'],
      ],
    },
    { given: [], want: [['', 'type']] },
  ])('that do not fit are named: $given', async ({ given, want }) => {
    const { status, body } = await (await serveIt()).post('/a').send(given)
    expect(status).toBe(400)
    expect((body.errors as Record<string, string>[]).map((one) => [one['pointer'], one['keyword']])).toEqual(
      want,
    )
  })

  it('are required where the document says so', async () => {
    const { status, body } = await (await serveIt()).post('/a')
    expect([status, body.errors[0].keyword]).toEqual([400, 'required'])
  })

  it.each([
    { contentType: 'text/plain', sent: 'x', want: 415 },
    { contentType: 'application/json; charset=utf-16', sent: '{}', want: 415 },
    { contentType: 'application/json; charset=UTF-8', sent: '{"name":"x"}', want: 200 },
    { contentType: 'application/json', sent: '{"name":', want: 400 },
    { contentType: 'application/json', sent: '[[', want: 400 },
  ])('of $contentType holding $sent are answered with $want', async ({ contentType, sent, want }) => {
    const response = await (await serveIt()).post('/a').set('Content-Type', contentType).send(sent)
    expect(response.status).toBe(want)
    if (want === 415) expect(response.headers['accept']).toBe('application/json')
  })

  it('may be compressed', async () => {
    const sent = gzipSync('{"name":"x"}')
    const agent = (await serveIt())
      .post('/a')
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', 'gzip')
    expect((await agent.serialize((body) => body as string).send(sent)).body.body).toEqual({
      name: 'x',
      count: 1,
    })
  })

  it('compressed in a way that is not known, or damaged, are refused', async () => {
    const agent = await serveIt()
    const as = (encoding: string, sent: Buffer): request.Test =>
      agent
        .post('/a')
        .set('Content-Type', 'application/json')
        .set('Content-Encoding', encoding)
        .serialize((body) => body as string)
        .send(sent)
    expect((await as('zstd', Buffer.from('{}'))).status).toBe(415)
    expect((await as('gzip', Buffer.from('{"name":"x"}'))).status).toBe(400)
  })

  it.each([{ compressed: false }, { compressed: true }])(
    'larger than the limit are refused (compressed: $compressed)',
    async ({ compressed }) => {
      const agent = await serveIt({ bodyLimitBytes: 1_000 })
      const text = JSON.stringify({ name: 'x'.repeat(1_000_000) })
      const call = agent.post('/a').set('Content-Type', 'application/json')
      if (compressed) call.set('Content-Encoding', 'gzip')
      const sent = compressed ? gzipSync(text) : Buffer.from(text.slice(0, 2_000))
      const { status, body } = await call.serialize((value) => value as string).send(sent)
      expect([status, body.type]).toEqual([413, 'urn:problem-type:gatehouse:content-too-large'])
    },
  )

  it('are not read where none is declared', async () => {
    const agent = await gate({ '/a': { post: echoing } }, { 'POST /a': echo })
    expect((await agent.post('/a').send({ any: 1 })).status).toBe(200)
  })
})

describe('line-delimited bodies', () => {
  const lines = {
    ...echoing,
    requestBody: {
      required: true,
      content: {
        'application/x-ndjson': {
          schema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
        },
      },
    },
  }
  const collect: AnyHandler = async ({ body }) => {
    const lines: unknown[] = []
    for await (const line of body as AsyncIterable<unknown>) lines.push(line)
    return { status: 200, body: lines }
  }
  const serveIt = (): ReturnType<typeof gate> => gate({ '/a': { post: lines } }, { 'POST /a': collect })
  const send = async (text: string): Promise<request.Response> =>
    (await serveIt()).post('/a').set('Content-Type', 'application/x-ndjson').send(text)

  it('reach the handler line by line, blank lines passed over', async () => {
    expect((await send('{"n":1}\n\n{"n":2}\r\n{"n":3}')).body).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it('are refused with the pointer of every line that does not fit', async () => {
    const { status, body } = await send('{"n":1}\n{"n":"2"}\nnope\n{}\n')
    expect(status).toBe(400)
    expect((body.errors as Record<string, string>[]).map((one) => [one['pointer'], one['keyword']])).toEqual([
      ['/1/n', 'type'],
      ['/2', 'json'],
      ['/3/n', 'required'],
    ])
  })
})

describe('replies', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, secret: { type: 'string', writeOnly: true } },
    additionalProperties: false,
  }
  const get = {
    security: [],
    responses: {
      200: {
        description: 'One.',
        headers: {
          ETag: { required: true, schema: { type: 'string' } },
          Count: { schema: { type: 'integer' } },
        },
        ...json(schema),
      },
      204: { description: 'None.' },
      '4XX': { description: 'No.', content: { 'application/problem+json': {} } },
      default: { description: 'The gate.' },
    },
  }
  const replying = async (
    reply: unknown,
    options: Partial<OpenapiMiddlewareOptions> = {},
  ): Promise<request.Response> =>
    (await gate({ '/a': { get } }, { 'GET /a': () => reply as never }, options)).get('/a')
  const headers = { ETag: '"1"' }

  it('are sent with their status, headers and the declared media type', async () => {
    const response = await replying({ status: 200, headers: { ...headers, Count: 3 }, body: { name: 'x' } })
    expect([response.status, response.type, response.headers['etag'], response.headers['count']]).toEqual([
      200,
      'application/json',
      '"1"',
      '3',
    ])
    expect(response.body).toEqual({ name: 'x' })
  })

  it('without a body are sent without one', async () => {
    const response = await replying({ status: 204 })
    expect([response.status, response.text, response.headers['content-type']]).toEqual([204, '', undefined])
  })

  it('may have a status of a declared range', async () => {
    const response = await replying({ status: 418, body: { title: 'Teapot' } })
    expect([response.status, response.type]).toEqual([418, 'application/problem+json'])
  })

  it.each([
    { slip: 'an undeclared status', reply: { status: 201, body: { name: 'x' } } },
    { slip: 'the status of `default`', reply: { status: 500, body: {} } },
    { slip: 'a body that does not fit', reply: { status: 200, headers, body: { name: 7 } } },
    { slip: 'an undeclared member', reply: { status: 200, headers, body: { name: 'x', more: 1 } } },
    { slip: 'a writeOnly member', reply: { status: 200, headers, body: { name: 'x', secret: 's' } } },
    { slip: 'a missing header', reply: { status: 200, body: { name: 'x' } } },
    {
      slip: 'a header that does not fit',
      reply: { status: 200, headers: { ...headers, Count: 'many' }, body: { name: 'x' } },
    },
    {
      slip: 'an undeclared media type',
      reply: { status: 200, headers: { ...headers, 'Content-Type': 'text/html' }, body: '<p>' },
    },
    { slip: 'a body where none is declared', reply: { status: 204, body: {} } },
    { slip: 'no body where one is declared', reply: { status: 200, headers } },
  ])('with $slip are a 500 that says nothing of it where replies are enforced', async ({ reply }) => {
    const { status, body } = await replying(reply)
    expect(status).toBe(500)
    expect(Object.keys(body as object).sort()).toEqual(['instance', 'requestId', 'status', 'title', 'type'])
  })

  it.each(['report', 'off'] as const)(
    'keep back what must not leave where they are not enforced (%s)',
    async (validateReplies) => {
      const reply = { status: 200, headers, body: { name: 'x', secret: 's', more: 1 } }
      expect((await replying(reply, { validateReplies })).body).toEqual({ name: 'x' })
    },
  )

  it('that drift are logged with the reason where they are reported', async () => {
    const lines: unknown[] = []
    const logger = { debug() {}, info() {}, error() {}, warn: (line: unknown) => lines.push(line) }
    await replying({ status: 200, headers, body: { name: 7 } }, { validateReplies: 'report', logger })
    expect(lines).toMatchObject([
      { operationId: 'GET /a', status: 200, violations: [{ pointer: '/name', keyword: 'type' }] },
    ])
  })

  it('may be streamed as lines', async () => {
    const stream = {
      security: [],
      responses: { 200: { description: 'Lines.', content: { 'application/x-ndjson': { schema } } } },
    }
    async function* lines(): AsyncGenerator<object> {
      yield { name: 'a' }
      yield { name: 'b' }
    }
    const agent = await gate({ '/a': { get: stream } }, { 'GET /a': () => ({ status: 200, body: lines() }) })
    const response = await agent
      .get('/a')
      .buffer()
      .parse((res, done) => {
        let text = ''
        res.on('data', (chunk: Buffer) => (text += chunk.toString()))
        res.on('end', () => done(null, text))
      })
    expect([response.type, response.body]).toEqual(['application/x-ndjson', '{"name":"a"}\n{"name":"b"}\n'])
  })

  it.each([
    {
      version: '3.1.0',
      type: 'application/x-ndjson',
      media: { schema },
      want: '{"name":"a"}\n{"name":"b"}\n',
    },
    {
      version: '3.1.0',
      type: 'application/json-seq',
      media: { schema },
      want: '\u001e{"name":"a"}\n\u001e{"name":"b"}\n',
    },
    {
      version: '3.2.0',
      type: 'application/geo+json-seq',
      media: { itemSchema: schema },
      want: '\u001e{"name":"a"}\n\u001e{"name":"b"}\n',
    },
    {
      version: '3.2.0',
      type: 'application/jsonl',
      media: { itemSchema: schema, schema: { type: 'array', maxItems: 2 } },
      want: '{"name":"a"}\n{"name":"b"}\n',
    },
    {
      version: '3.2.0',
      type: 'application/jsonl',
      media: { schema: { type: 'array', items: schema, minItems: 2 } },
      want: '{"name":"a"}\n{"name":"b"}\n',
    },
    {
      version: '3.2.0',
      type: 'application/jsonl',
      media: { schema: { type: 'array', maxItems: 1 } },
      want: undefined,
    },
    {
      version: '3.2.0',
      type: 'application/jsonl',
      media: { itemSchema: { type: 'string' } },
      want: undefined,
    },
    {
      version: '3.2.0',
      type: 'application/jsonl',
      media: { schema: { type: 'array', items: { type: 'string' } } },
      want: undefined,
    },
  ])(
    'of several values are held against $media of $type in OpenAPI $version',
    async ({ version, type, media, want }) => {
      const responses = { 200: { description: 'Several.', content: { [type]: media } } }
      const body = [{ name: 'a' }, { name: 'b' }]
      const agent = await gate(
        { '/a': { get: { security: [], responses } } },
        { 'GET /a': () => ({ status: 200, body }) },
        { rest: { openapi: version } },
      )
      const response = await agent
        .get('/a')
        .buffer()
        .parse((res, done) => {
          const chunks: Buffer[] = []
          res.on('data', (chunk: Buffer) => chunks.push(chunk))
          res.on('end', () => done(null, Buffer.concat(chunks).toString()))
        })
      expect(response.status).toBe(want === undefined ? 500 : 200)
      if (want !== undefined) expect([response.type, response.body]).toEqual([type, want])
    },
  )

  it.each([
    { schema: { type: 'string', maxLength: 2 }, body: 'ab', want: 200 },
    { schema: { type: 'string', maxLength: 2 }, body: 'abc', want: 500 },
    { schema: { type: 'integer' }, body: '7', want: 200 },
    { schema: { type: 'integer' }, body: 'seven', want: 500 },
  ])('of text are held against $schema: $body is $want', async ({ schema: text, body, want }) => {
    const responses = { 200: { description: 'Text.', content: { 'text/plain': { schema: text } } } }
    const agent = await gate(
      { '/a': { get: { security: [], responses } } },
      { 'GET /a': () => ({ status: 200, body }) },
    )
    expect((await agent.get('/a')).status).toBe(want)
  })

  it('whose itemSchema cannot be enforced are a defect', async () => {
    const content = { 'text/event-stream': { itemSchema: { type: 'object' } } }
    const document = documentWith(
      { '/a': { get: { ...get, responses: { 200: { description: 'Events.', content } } } } },
      { openapi: '3.2.0' },
    )
    await expect(loadContract(document)).rejects.toThrow('itemSchema')
  })

  describe('that the caller cannot take are 406', () => {
    const content = { 'application/json': {}, 'text/*': {} }
    it.each([
      { accept: '*/*', want: 200 },
      { accept: 'application/*', want: 200 },
      { accept: 'text/html, application/json;q=0.1', want: 200 },
      { accept: 'application/xml', want: 406 },
      { accept: 'application/json;q=0', want: 406 },
      { accept: '*/*, application/json;q=0, text/*;q=0', want: 406 },
      { accept: 'application/json;v=2', want: 200 },
      { accept: 'image/png;note="a, application/json"', want: 406 },
      { accept: 'text/csv', want: 200 },
      { accept: 'nonsense', want: 200 },
      { accept: '', want: 200 },
    ])('by Accept: $accept -> $want', async ({ accept, want }) => {
      let calls = 0
      const handler: AnyHandler = () => (
        calls++,
        { status: 200, headers: { 'Content-Type': 'application/json' }, body: 1 }
      )
      const operation = {
        security: [],
        responses: {
          200: { description: 'Ok.', content },
          404: { description: 'No.', content: { 'application/xml': {} } },
        },
      }
      const agent = await gate({ '/a': { get: operation } }, { 'GET /a': handler })
      const { status, type } = await agent.get('/a').set('Accept', accept)
      expect([status, type, calls]).toEqual([
        want,
        want === 200 ? 'application/json' : 'application/problem+json',
        want === 200 ? 1 : 0,
      ])
    })

    it('never where the answer may have no body', async () => {
      const agent = await gate({ '/a': { get } }, { 'GET /a': () => ({ status: 204 }) })
      expect((await agent.get('/a').set('Accept', 'image/png')).status).toBe(204)
    })
  })

  it('that fail before their first line are a 500, and after it a broken connection', async () => {
    const stream = {
      security: [],
      responses: { 200: { description: 'Lines.', content: { 'application/x-ndjson': {} } } },
    }
    async function* lines(count: number): AsyncGenerator<object> {
      for (let n = 0; n < count; n++) yield { n }
      throw new Error('the database is gone')
    }
    const failing =
      (count: number): AnyHandler =>
      () => ({ status: 200, body: lines(count) })
    const early = await gate({ '/a': { get: stream } }, { 'GET /a': failing(0) })
    expect((await early.get('/a')).status).toBe(500)
    const late = await gate({ '/a': { get: stream } }, { 'GET /a': failing(3) })
    await expect(late.get('/a').buffer()).rejects.toThrow(/aborted|hang up/)
  })
})

describe('errors of handlers', () => {
  it('that are problems are answered as such', async () => {
    const handler: AnyHandler = () => {
      throw new Problem('conflict', {
        detail: 'Taken.',
        extensions: { by: 'you' },
        headers: { 'Retry-After': '3' },
      })
    }
    const { status, body, headers } = await (
      await gate({ '/a': { get: echoing } }, { 'GET /a': handler })
    ).get('/a')
    expect([status, headers['retry-after']]).toEqual([409, '3'])
    expect(body).toMatchObject({
      type: 'urn:problem-type:gatehouse:conflict',
      detail: 'Taken.',
      by: 'you',
      instance: '/a',
    })
  })

  it('of any other kind are a 500 that tells nothing', async () => {
    const handler: AnyHandler = () => Promise.reject(new Error('SELECT secret FROM users'))
    const { status, text } = await (await gate({ '/a': { get: echoing } }, { 'GET /a': handler })).get('/a')
    expect(status).toBe(500)
    expect(text).not.toContain('SELECT')
  })
})

describe('authorization', () => {
  const secured = { security: [{ key: [] }], responses: { 200: { description: 'Ok.', ...json({}) } } }
  const rest = { components: { securitySchemes: { key: { type: 'apiKey', in: 'query', name: 'key' } } } }
  const principal = { issuer: 'test', clientId: 'client', scopes: [] }
  const key: Authenticator = ({ url }) =>
    url?.endsWith('key=good') ? { ok: true, principal } : { ok: false, reason: 'invalid' }

  it('comes before the body is read and closes the connection then', async () => {
    const post = { ...secured, requestBody: { required: true, ...json({}) } }
    const agent = await gate({ '/a': { post } }, { 'POST /a': echo }, { rest, authenticators: { key } })
    const { status, headers } = await agent
      .post('/a?key=bad')
      .set('Content-Type', 'application/json')
      .send('not json')
    expect([status, headers['connection']]).toEqual([401, 'close'])
  })

  it('hands the principal to the handler, and knows the name of its key', async () => {
    const who: AnyHandler = (_input, caller) => ({ status: 200, body: caller })
    const agent = await gate({ '/a': { get: secured } }, { 'GET /a': who }, { rest, authenticators: { key } })
    const { status, body, headers } = await agent.get('/a?key=good')
    expect([status, body, headers['cache-control']]).toEqual([200, principal, 'no-store'])
  })

  it('is followed by answers that no cache keeps, whatever they are', async () => {
    const missing: AnyHandler = () => {
      throw new Problem('not-found')
    }
    const agent = await gate(
      { '/a': { get: secured } },
      { 'GET /a': missing },
      { rest, authenticators: { key } },
    )
    for (const [target, want] of [
      ['/a?key=good', 404],
      ['/a?x=1&key=good', 400],
    ] as const) {
      const { status, headers } = await agent.get(target)
      expect([status, headers['cache-control']]).toEqual([want, 'no-store'])
    }
  })

  it('that breaks lets nobody in', async () => {
    const broken: Authenticator = () => {
      throw new Error('oops')
    }
    const agent = await gate(
      { '/a': { get: secured } },
      { 'GET /a': echo },
      { rest, authenticators: { key: broken } },
    )
    expect((await agent.get('/a?key=good')).status).toBe(500)
  })
})

describe('the middleware refuses to be built', () => {
  const secured = documentWith(
    { '/a': { get: { ...echoing, operationId: 'getA', security: [{ key: [] }] } } },
    {
      components: {
        securitySchemes: {
          key: { type: 'apiKey', in: 'header', name: 'key' },
          spare: { type: 'http', scheme: 'basic' },
        },
      },
    },
  )
  const key: Authenticator = () => ({ ok: false, reason: 'absent' })

  it.each([
    { why: 'missing-handler', names: 'getA', handlers: {}, authenticators: { key } },
    { why: 'missing-handler', names: 'getA', handlers: { getA: undefined }, authenticators: { key } },
    { why: 'surplus-handler', names: 'getB', handlers: { getA: echo, getB: echo }, authenticators: { key } },
    { why: 'missing-authenticator', names: 'key', handlers: { getA: echo }, authenticators: {} },
    ...[
      createBasicAuthenticator(() => undefined),
      createClientCertificateAuthenticator(() => undefined),
      createAccessTokenAuthenticator([{ issuer: 'https://issuer.test', audiences: ['a'] }]),
    ].map((unfit) => ({
      why: 'unfit-authenticator',
      names: 'key',
      handlers: { getA: echo },
      authenticators: { key: unfit },
    })),
    {
      why: 'unfit-authenticator',
      names: 'spare',
      handlers: { getA: echo },
      authenticators: { key, spare: createApiKeyAuthenticator(() => undefined) },
    },
    {
      why: 'surplus-authenticator',
      names: 'other',
      handlers: { getA: echo },
      authenticators: { key, other: key },
    },
  ])('with a $why, naming $names', async ({ why, names, handlers, authenticators }) => {
    const contract = await loadContract(secured)
    const build = (): unknown =>
      openapiMiddleware({ contract, handlers: handlers as never, authenticators: authenticators })
    expect(build).toThrow(
      expect.objectContaining({ defects: [expect.objectContaining({ code: why })] }) as Error,
    )
    expect(build).toThrow(`\`${names}\``)
  })

  it('never for a scheme that no operation uses', async () => {
    const contract = await loadContract(secured)
    expect(() =>
      openapiMiddleware({ contract, handlers: { getA: echo }, authenticators: { key } }),
    ).not.toThrow()
  })
})

describe('paths and methods', () => {
  it('under a base path are found there and nowhere else', async () => {
    const agent = await gate({ '/a': { get: echoing } }, { 'GET /a': echo }, { basePath: '/api' })
    expect((await agent.get('/api/a')).status).toBe(200)
    expect((await agent.get('/a')).status).toBe(404)
    expect((await agent.get('/apia')).status).toBe(404)
  })

  it('that are not declared are 404, 405 with Allow, or 204 for OPTIONS', async () => {
    const agent = await gate({ '/a': { get: echoing } }, { 'GET /a': echo })
    expect((await agent.get('/b')).body).toMatchObject({
      status: 404,
      type: 'urn:problem-type:gatehouse:not-found',
    })
    const other = await agent.delete('/a')
    expect([other.status, other.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const options = await agent.options('/a')
    expect([options.status, options.headers['allow']]).toEqual([204, 'GET, HEAD, OPTIONS'])
  })

  it('are served to HEAD by GET, without a body', async () => {
    const agent = await gate({ '/a': { get: echoing } }, { 'GET /a': echo })
    const { status, text, headers } = await agent.head('/a')
    expect([status, Number(headers['content-length']) > 0]).toEqual([200, true])
    expect(text).toBeUndefined()
  })

  it('of another router in the same application are left to it', async () => {
    const contract = await loadContract(documentWith({ '/a': { get: echoing } }))
    const app = new Koa()
    const router = new Router().get('/own', (ctx) => (ctx.body = 'own'))
    app.use(openapiMiddleware({ contract, handlers: { 'GET /a': echo }, authenticators: {} }))
    app.use(router.routes())
    const { url } = await serve(app)
    expect((await request(url).get('/own')).text).toBe('own')
    expect((await request(url).get('/a')).status).toBe(200)
    expect((await request(url).get('/a?x=1')).type).toBe('application/problem+json')
  })
})
