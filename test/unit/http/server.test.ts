import { connect } from 'node:net'
import { Readable } from 'node:stream'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import type { AnyHandler } from '../../../src/contract/handler.js'
import { loadContract } from '../../../src/contract/load-contract.js'
import { createApp, type CreateAppOptions } from '../../../src/http/app.js'
import type { CreateServerOptions } from '../../../src/http/server.js'
import { createLogger } from '../../../src/telemetry/create-logger.js'
import { createCertificate } from '../../support/certificate.js'
import { documentWith, echoing } from '../../support/document.js'
import { exchangeBytes, sendThenRead, serve } from '../../support/serve.js'

const post = { ...echoing, requestBody: { required: true, content: { 'application/json': {} } } }
const streaming = {
  responses: { 200: { description: 'Ok.', content: { 'application/octet-stream': {} } } },
}
const echo: AnyHandler = ({ body }) => ({ status: 200, body: body ?? null })

async function served(
  server: CreateServerOptions = {},
  app: Partial<CreateAppOptions> = {},
): Promise<Awaited<ReturnType<typeof serve>>> {
  const contract = await loadContract(documentWith({ '/a': { get: echoing, post } }))
  const handlers = { 'GET /a': echo, 'POST /a': echo }
  return serve(createApp({ contract, handlers, authenticators: {}, ...app }), server)
}

const head = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`

describe('what never becomes a request is answered as a problem and the connection is closed', () => {
  it.each([
    { given: 'a malformed request line', bytes: 'GET /a HTTQ/1.1\r\n\r\n', want: 400 },
    { given: 'an unknown method', bytes: head('BREW /a HTTP/1.1', 'Host: x'), want: 501 },
    { given: 'CONNECT', bytes: head('CONNECT a:443 HTTP/1.1', 'Host: x'), want: 501 },
    {
      given: 'two lengths',
      bytes: head('POST /a HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Content-Length: 2'),
      want: 400,
    },
    {
      given: 'a length and chunks',
      bytes: head('POST /a HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
      want: 400,
    },
    {
      given: 'a length that is no number',
      bytes: head('POST /a HTTP/1.1', 'Host: x', 'Content-Length: ten'),
      want: 400,
    },
    {
      given: 'a header of 20 kB',
      bytes: head('GET /a HTTP/1.1', 'Host: x', `X-Large: ${'x'.repeat(20_000)}`),
      want: 431,
    },
    { given: 'no Host', bytes: head('GET /a HTTP/1.1'), want: 400 },
    { given: 'two Hosts', bytes: head('GET /a HTTP/1.1', 'Host: x', 'Host: y'), want: 400 },
    {
      given: 'an expectation that cannot be met',
      bytes: head('GET /a HTTP/1.1', 'Host: x', 'Expect: a miracle'),
      want: 417,
    },
    { given: 'a target of 20 kB', bytes: head(`GET /${'x'.repeat(20_000)} HTTP/1.1`, 'Host: x'), want: 431 },
  ])('$given is $want', async ({ bytes, want }) => {
    const { port } = await served()
    const answer = await exchangeBytes(port, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${want} `))
    expect(answer).toContain('Content-Type: application/problem+json')
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as unknown
    expect(body).toMatchObject({
      status: want,
      type: expect.stringContaining('urn:problem-type:gatehouse:') as string,
    })
  })

  it('but not within an answer that has begun', async () => {
    const contract = await loadContract(documentWith({ '/a': { get: streaming } }))
    let begun: (() => void) | undefined
    const beginning = new Promise<void>((resolve) => (begun = resolve))
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('begun')
      begun?.()
      await new Promise(() => undefined)
    }
    const stream: AnyHandler = () => ({ status: 200, body: body() })
    const { port } = await serve(createApp({ contract, handlers: { 'GET /a': stream }, authenticators: {} }))
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString()
      if (received.includes('begun')) socket.write('nonsense\r\n\r\n')
    })
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(head('GET /a HTTP/1.1', 'Host: x'))
    await beginning
    await closed
    expect(received).toMatch(/^HTTP\/1\.1 200 /)
    expect(received).not.toContain(' 400 ')
  })

  it('a header that does not arrive in time is 408', async () => {
    const { port } = await served({ headersTimeoutMs: 100 })
    expect(await exchangeBytes(port, 'GET /a HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('a body that does not arrive in time ends the connection, while others are served', async () => {
    const { port, url } = await served({ requestTimeoutMs: 150, headersTimeoutMs: 100 })
    const slow = exchangeBytes(
      port,
      head('POST /a HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Content-Length: 10'),
      '{"a"',
    )
    expect((await request(url).get('/a')).status).toBe(200)
    expect(await slow).not.toMatch(/^HTTP\/1\.1 200/)
  })
})

describe('a client that holds a connection and does nothing', () => {
  it('is cut off where it takes nothing of its answer', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(65_536)
      })(),
    )
    const contract = await loadContract(documentWith({ '/a': { get: streaming } }))
    const handlers = { 'GET /a': () => ({ status: 200, body: endless }) }
    const { port } = await serve(createApp({ contract, handlers, authenticators: {} }), {
      stallTimeoutMs: 100,
    })
    const socket = connect(port, '127.0.0.1').pause()
    socket.write(head('GET /a HTTP/1.1', 'Host: x'))
    await new Promise((resolve) => endless.once('close', resolve))
    socket.destroy()
  })

  it('is cut off where it begins no TLS handshake, or none that can be read', async () => {
    const { port } = await served({ tls: createCertificate(), headersTimeoutMs: 100 })
    expect(await exchangeBytes(port)).toBe('')
    expect(await exchangeBytes(port, head('GET /a HTTP/1.1', 'Host: x'))).not.toContain('HTTP')
  })

  it('is waited for where it is the handler that takes its time', async () => {
    const contract = await loadContract(documentWith({ '/a': { get: echoing } }))
    let finish: () => void = () => undefined
    const finished = new Promise<void>((resolve) => (finish = resolve))
    const { server, url } = await serve(
      createApp({
        contract,
        handlers: { 'GET /a': () => finished.then(() => ({ status: 200, body: null })) },
        authenticators: {},
      }),
      { stallTimeoutMs: 50 },
    )
    server.once('timeout', () => finish())
    expect((await request(url).get('/a')).status).toBe(200)
  })

  it('is let go where it leaves its connection idle', async () => {
    const { port } = await served({ keepAliveTimeoutMs: 50 })
    expect(await exchangeBytes(port, head('GET /a HTTP/1.1', 'Host: x'))).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('Expect: 100-continue', () => {
  const expecting = (contentType: string): string =>
    head(
      'POST /a HTTP/1.1',
      'Host: x',
      `Content-Type: ${contentType}`,
      'Content-Length: 2',
      'Expect: 100-continue',
      'Connection: close',
    )

  it('is granted once the request may go on', async () => {
    const { port } = await served()
    expect(await exchangeBytes(port, expecting('application/json'), '{}')).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    )
  })

  it('is not granted to a request that is refused', async () => {
    const { port } = await served()
    expect(await exchangeBytes(port, expecting('text/plain'))).toMatch(/^HTTP\/1\.1 415 /)
  })
})

describe('a refusal that leaves a body unread', () => {
  const megabytes = (count: number): Buffer => Buffer.alloc(count * 1_048_576, 'x')
  const posting = (length: number, ...lines: readonly string[]): string =>
    head('POST /a HTTP/1.1', 'Host: x', `Content-Length: ${length}`, ...lines)

  it.each([
    { given: 'too much', type: 'application/json', want: 413 },
    { given: 'of another type', type: 'text/plain', want: 415 },
  ])('reaches a client that writes all of it first, where it is $given', async ({ type, want }) => {
    const { port } = await served()
    const body = megabytes(12)
    const answer = await sendThenRead(port, posting(body.length, `Content-Type: ${type}`), body)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${want} [^]*"status":${want}`))
  })

  it('reaches it also where the body comes in chunks and grows too large', async () => {
    const { port } = await served({}, { bodyLimitBytes: 1_000 })
    const chunk = `${(1_048_576).toString(16)}\r\n${' '.repeat(1_048_576)}\r\n`
    const body = Buffer.from(`${chunk.repeat(8)}0\r\n\r\n`)
    const chunked = head(
      'POST /a HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    )
    expect(await sendThenRead(port, chunked, body)).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('reaches it also where it is a header that is too large', async () => {
    const { port } = await served()
    expect(await sendThenRead(port, 'GET /a HTTP/1.1\r\nX: ', megabytes(8))).toMatch(/^HTTP\/1\.1 431 /)
  })

  it.each([
    { given: 'too many bytes', options: { lingerBytes: 1_000, lingerMs: 60_000 } },
    { given: 'too long', options: { lingerMs: 20 } },
  ])('does not keep the connection of a client that sends for $given', async ({ options }) => {
    const { port } = await served(options)
    const socket = connect(port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    socket.write(posting(1e9, 'Content-Type: application/json'))
    const sending = setInterval(() => socket.write(' '.repeat(2_000)), 1)
    await closed
    clearInterval(sending)
  })

  it('is the last answer of its connection, whatever comes behind the body', async () => {
    const { port } = await served({ lingerMs: 200 })
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let received = ''
    socket.on('data', (chunk: Buffer) => {
      if (received === '') socket.write(`1234${head('GET /a HTTP/1.1', 'Host: x')}`)
      received += chunk.toString()
    })
    const closed = new Promise((resolve) => socket.once('end', resolve))
    socket.write(posting(4, 'Content-Type: text/plain'))
    await closed
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415'])
    socket.destroy()
  })
})

describe('the target of a request', () => {
  it.each([
    { target: 'http://elsewhere.test/a', want: 200 },
    { target: 'http://user@elsewhere.test/a?x=1', want: 400 },
    { target: '/a#fragment', want: 200 },
    { target: '//a', want: 404 },
    { target: '*', want: 404 },
  ])('$target is answered with $want', async ({ target, want }) => {
    const { port } = await served()
    const answer = await exchangeBytes(
      port,
      head(`GET ${target} HTTP/1.1`, 'Host: us@er', 'Connection: close'),
    )
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${want} `))
    expect(answer).not.toContain('elsewhere')
  })

  it.each([
    { target: 'http://[::1/a', want: 200 },
    { target: 'http://[::1/livez', want: 200 },
    { target: 'http://x:y/livez', want: 200 },
    { target: 'http://[::1/b', want: 404 },
    { target: 'http://[::1/a?access_token=SECRET', want: 400 },
    { target: '//a@[::1#x', want: 404 },
  ])('$target, which is no URL, is answered with $want and kept out of the log', async ({ target, want }) => {
    const log: string[] = []
    const logger = createLogger({ level: 'trace', destination: { write: (line) => log.push(line) } })
    const { port } = await served({}, { logger })
    const answer = await exchangeBytes(port, head(`GET ${target} HTTP/1.1`, 'Host: x', 'Connection: close'))
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${want} `))
    if (want !== 200) expect(answer).toContain('Content-Type: application/problem+json')
    expect(log.join('')).not.toMatch(/SECRET|::1|"err"/)
  })

  it('is no `instance` where it would name a host', async () => {
    const { port } = await served()
    const answer = await exchangeBytes(
      port,
      head('GET //elsewhere.test/a HTTP/1.1', 'Host: x', 'Connection: close'),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    expect(answer).not.toContain('elsewhere')
  })
})

describe('a header of thousands of fields', () => {
  it('is seen to its end', async () => {
    const { port } = await served({}, { unknownQueryParameters: 'allow' })
    const fields = Array<string>(2_500).fill('a:')
    const lines = ['POST /a HTTP/1.1', 'Host: x', 'Content-Type: application/json', ...fields]
    const answer = await exchangeBytes(port, head(...lines, 'Content-Length: 4', 'Connection: close'), '"me"')
    expect(answer).toMatch(/200 OK[^]*"me"$/)
  })
})

describe('draining', () => {
  it('lets a request in flight finish, and resolves then', async () => {
    let finish: (() => void) | undefined
    const waiting = new Promise<void>((resolve) => (finish = resolve))
    let entered: (() => void) | undefined
    const inFlight = new Promise<void>((resolve) => (entered = resolve))
    const contract = await loadContract(documentWith({ '/a': { get: echoing } }))
    const slow: AnyHandler = async () => {
      entered?.()
      await waiting
      return { status: 200, body: 'done' }
    }
    const { server, port } = await serve(
      createApp({ contract, handlers: { 'GET /a': slow }, authenticators: {} }),
    )
    const answer = exchangeBytes(port, head('GET /a HTTP/1.1', 'Host: x'))
    await inFlight
    const drained = server.drain({ deadlineMs: 60_000 })
    const finishedAt = performance.now()
    finish?.()
    await drained
    // Well before its connection, which the client would keep, has been idle for long enough.
    expect(performance.now() - finishedAt).toBeLessThan(2_000)
    expect(await answer).toMatch(/200 OK[^]*"done"$/)
  })

  it('cuts off at the deadline also who never began a TLS handshake', async () => {
    const { port, server } = await served({ tls: createCertificate() })
    const silent = connect(port, '127.0.0.1')
    await new Promise((resolve) => server.once('connection', resolve))
    await server.drain({ deadlineMs: 50 })
    silent.destroy()
  })

  it('cuts off what is not finished at the deadline', async () => {
    const { server, port } = await served()
    const socket = connect(port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write(
      'POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    )
    await new Promise((resolve) => server.once('request', resolve))
    await server.drain({ deadlineMs: 20 })
    await closed
    expect(server.listening).toBe(false)
  })
})

describe('every answer', () => {
  it.each(['/a', '/b', '/livez'])(
    'to %s carries what guards a browser, and does not say what made it',
    async (path) => {
      const { url } = await served()
      const { headers } = await request(url).get(path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'") as string,
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      })
      expect(headers).not.toHaveProperty('x-powered-by')
      expect(headers).not.toHaveProperty('strict-transport-security')
    },
  )

  it.each([
    { given: 'abc-123', want: 'abc-123' },
    { given: 'x'.repeat(129), want: undefined },
    { given: 'a b', want: undefined },
  ])('carries the request id $given only where it is harmless', async ({ given, want }) => {
    const { url } = await served()
    const { headers } = await request(url).get('/a').set('X-Request-Id', given)
    if (want === undefined) expect(headers['x-request-id']).not.toBe(given)
    else expect(headers['x-request-id']).toBe(want)
  })
})

describe('CORS', () => {
  it('is off unless origins are listed', async () => {
    const { url } = await served()
    const { headers } = await request(url).get('/a').set('Origin', 'https://app.test')
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('names a listed origin and no other, also on errors', async () => {
    const { url } = await served({}, { corsOrigins: ['https://app.test'] })
    const from = async (origin: string, path: string): Promise<string | undefined> =>
      (await request(url).get(path).set('Origin', origin)).headers['access-control-allow-origin']
    expect(await from('https://app.test', '/a')).toBe('https://app.test')
    expect(await from('https://app.test', '/a?x=1')).toBe('https://app.test')
    expect(await from('https://evil.test', '/a')).toBeUndefined()
    expect(await from('null', '/a')).toBeUndefined()
  })

  it('answers preflight requests before the operation is looked for', async () => {
    const { url } = await served({}, { corsOrigins: ['https://app.test'] })
    const preflight = await request(url)
      .options('/a')
      .set('Origin', 'https://app.test')
      .set('Access-Control-Request-Method', 'POST')
      .set('Access-Control-Request-Headers', 'authorization')
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      'authorization',
    ])
  })
})

describe('OPTIONS that the document declares', () => {
  it.each([
    {
      given: 'a preflight request of a listed origin',
      origin: 'https://app.test',
      method: 'PUT',
      want: [204, 'GET,HEAD,PUT,OPTIONS', 0],
    },
    {
      given: 'that of another origin',
      origin: 'https://evil.test',
      method: 'PUT',
      want: [200, undefined, 1],
    },
    { given: 'any other request', origin: 'https://app.test', method: undefined, want: [200, undefined, 1] },
  ])('is served, but for preflight requests: $given', async ({ origin, method, want }) => {
    const contract = await loadContract(documentWith({ '/a': { options: echoing, put: echoing } }))
    let calls = 0
    const handlers = { 'OPTIONS /a': () => (calls++, { status: 200, body: 1 }), 'PUT /a': echo }
    const app = createApp({ contract, handlers, authenticators: {}, corsOrigins: ['https://app.test'] })
    const { url } = await serve(app)
    const { status, headers } = await request(url)
      .options('/a')
      .set({ Origin: origin, ...(method !== undefined && { 'Access-Control-Request-Method': method }) })
    expect([status, headers['access-control-allow-methods'], calls]).toEqual(want)
  })
})

describe('probes', () => {
  it('say that the process lives, and whether it is ready', async () => {
    let ready = false
    const { url } = await served({}, { ready: () => ready })
    expect((await request(url).get('/livez')).body).toEqual({ status: 'ok' })
    expect((await request(url).get('/readyz')).status).toBe(503)
    ready = true
    expect((await request(url).get('/readyz')).body).toEqual({ status: 'ok' })
  })
})

describe('overload', () => {
  it('turns requests away with Retry-After while too many are in flight', async () => {
    const contract = await loadContract(documentWith({ '/a': { get: echoing } }))
    let release: (() => void) | undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    let entered: (() => void) | undefined
    const inside = new Promise<void>((resolve) => (entered = resolve))
    const holding: AnyHandler = async () => {
      entered?.()
      await held
      return { status: 200, body: 1 }
    }
    const app = createApp({ contract, handlers: { 'GET /a': holding }, authenticators: {}, inFlightLimit: 1 })
    const { url } = await serve(app)
    const first = request(url)
      .get('/a')
      .then((response) => response.status)
    await inside
    const second = await request(url).get('/a')
    release?.()
    expect([second.status, second.headers['retry-after'], await first]).toEqual([503, '1', 200])
  })
})
