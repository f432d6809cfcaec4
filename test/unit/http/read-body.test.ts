import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { FilePart } from '../../../src/contract/bodies/binary-content.js'
import type { AnyHandler } from '../../../src/contract/handler.js'
import { loadContract } from '../../../src/contract/load-contract.js'
import { createApp } from '../../../src/http/app.js'
import type { OpenapiMiddlewareOptions } from '../../../src/http/openapi-middleware.js'
import type { CreateServerOptions } from '../../../src/http/server.js'
import { multipart, plain } from '../../support/bodies.js'
import { documentWith } from '../../support/document.js'
import { exchangeBytes, serve } from '../../support/serve.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-body-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Record<string, unknown> & {
    readonly errors?: readonly { readonly pointer: string; readonly keyword: string }[]
  }
}

interface Gate {
  readonly port: number
  readonly send: (headers: OutgoingHttpHeaders, body?: string | Buffer) => Promise<Answer>
}

const echo: AnyHandler = async ({ body }) => ({ status: 200, body: { body: (await plain(body)) ?? null } })

async function gate(
  content: object,
  options: Partial<OpenapiMiddlewareOptions> & {
    readonly handler?: AnyHandler
    readonly required?: boolean
    readonly reply?: string
    readonly server?: CreateServerOptions
  } = {},
): Promise<Gate> {
  const { handler = echo, required = false, reply = 'application/json', server, ...given } = options
  const responses = { 200: { description: 'Ok.', content: { [reply]: {} } } }
  const post = { security: [], responses, requestBody: { required, content } }
  const contract = await loadContract(documentWith({ '/a': { post } }))
  const app = createApp({
    contract,
    handlers: { 'POST /a': handler },
    authenticators: {},
    fileFolder: folder,
    ...given,
  })
  const { port } = await serve(app, server)
  return { port, send: (headers, body) => send(port, headers, body) }
}

function send(port: number, headers: OutgoingHttpHeaders, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, method: 'POST', path: '/a', headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, body: JSON.parse(text) as Answer['body'] })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

const json = { 'application/json': { schema: { type: 'object' } } }

describe('a request without a body', () => {
  it.each([
    { headers: {}, required: false, want: 200 },
    { headers: { 'Content-Length': '0' }, required: false, want: 200 },
    { headers: { 'Content-Type': 'application/json' }, required: false, want: 200 },
    { headers: { 'Content-Type': 'application/json', 'Content-Length': '0' }, required: false, want: 200 },
    {
      headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
      required: false,
      want: 200,
    },
    { headers: { 'Content-Type': 'text/plain' }, required: false, want: 415 },
    { headers: { 'Content-Type': 'abcdef' }, required: false, want: 415 },
    { headers: { 'Content-Type': 'application/json; charset=utf-16' }, required: false, want: 415 },
    { headers: {}, required: true, want: 400 },
    { headers: { 'Content-Type': 'application/json' }, required: true, want: 400 },
    {
      headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
      required: true,
      want: 400,
    },
    { headers: { 'Content-Type': 'text/plain' }, required: true, want: 415 },
  ])('with $headers (required: $required) is answered with $want', async ({ headers, required, want }) => {
    const { status, body, headers: sent } = await (await gate(json, { required })).send(headers)
    expect(status).toBe(want)
    if (want === 200) expect(body).toEqual({ body: null })
    if (want === 400) expect(body.errors).toMatchObject([{ pointer: '', keyword: 'required' }])
    if (want === 415) expect(sent['accept']).toBe('application/json')
  })

  it.each([
    { type: 'text/plain', value: '' },
    { type: 'application/x-www-form-urlencoded', value: {} },
    { type: 'application/octet-stream', value: { file: '', mediaType: 'application/octet-stream' } },
  ])('has one of no bytes where $type says so, and its length is given', async ({ type, value }) => {
    const { send } = await gate({ [type]: {} }, { required: true })
    expect((await send({ 'Content-Type': type, 'Content-Length': '0' })).body).toEqual({ body: value })
    expect((await send({ 'Content-Type': type, 'Transfer-Encoding': 'chunked' })).body).toEqual({
      body: value,
    })
  })

  it('of a form is held against what the form requires', async () => {
    const type = 'application/x-www-form-urlencoded'
    const { send } = await gate({ [type]: { schema: { type: 'object', required: ['foo'] } } })
    const { status, body } = await send({ 'Content-Type': type, 'Content-Length': '0' })
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/foo'])
  })

  it('needs no boundary for it', async () => {
    const { send } = await gate({ 'multipart/form-data': {} })
    expect((await send({ 'Content-Type': 'multipart/form-data' })).status).toBe(200)
  })
})

describe('a body', () => {
  it('without a Content-Type is not accepted', async () => {
    const { send } = await gate({ '*/*': {} })
    expect((await send({}, '{}')).status).toBe(415)
  })

  it('of a media type that is not accepted is refused before it is asked for', async () => {
    const { port } = await gate(json)
    const head = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n'
    const answer = await exchangeBytes(port, `${head}Content-Type: text/plain\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 415 /)
  })
})

describe('a compressed body', () => {
  const text = '{"a":1}'
  const headers = (coding: string): OutgoingHttpHeaders => ({
    'Content-Type': 'application/json',
    'Content-Encoding': coding,
  })

  it.each([
    { coding: 'gzip', sent: gzipSync(text) },
    { coding: 'x-gzip', sent: gzipSync(text) },
    { coding: 'GZIP', sent: gzipSync(text) },
    { coding: 'deflate', sent: deflateSync(text) },
    { coding: 'br', sent: brotliCompressSync(text) },
    { coding: 'identity', sent: Buffer.from(text) },
    { coding: 'identity, gzip', sent: gzipSync(text) },
  ])('by $coding is read', async ({ coding, sent }) => {
    expect(await (await gate(json)).send(headers(coding), sent)).toMatchObject({
      status: 200,
      body: { body: { a: 1 } },
    })
  })

  it.each([
    { coding: 'deflate', sent: deflateRawSync(text), want: 400 },
    { coding: 'gzip', sent: Buffer.from(text), want: 400 },
    { coding: 'gzip', sent: gzipSync(text).subarray(0, 12), want: 400 },
    { coding: 'zstd', sent: Buffer.from(text), want: 415 },
    { coding: 'gzip, gzip', sent: gzipSync(gzipSync(text)), want: 415 },
    { coding: 'gzip', sent: gzipSync('x'.repeat(5_000_000)), want: 413 },
    { coding: 'br', sent: brotliCompressSync('x'.repeat(5_000_000)), want: 413 },
    { coding: 'deflate', sent: deflateSync('x'.repeat(5_000_000)), want: 413 },
  ])(
    'by $coding that is damaged, unknown or too large is answered with $want',
    async ({ coding, sent, want }) => {
      const answer = await (await gate(json)).send(headers(coding), sent)
      expect(answer.status).toBe(want)
      if (want === 415) expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br')
    },
  )

  it('that is endless and holds nothing is refused at the limit too', async () => {
    const { send } = await gate(json, { bodyLimitBytes: 1_000 })
    const nothing = Buffer.concat(Array.from({ length: 100 }, () => gzipSync('')))
    const answer = await send({ ...headers('gzip'), 'Transfer-Encoding': 'chunked' }, nothing)
    expect(answer.status).toBe(413)
  })

  it.each([
    { slip: 'damaged', chunk: Buffer.from('not gzip'), want: 400 },
    { slip: 'too large', chunk: gzipSync('x'.repeat(10_000)), want: 413 },
    { slip: 'too long', chunk: Buffer.concat(Array.from({ length: 100 }, () => gzipSync(''))), want: 413 },
  ])('that is $slip is answered though more of it is to come', async ({ chunk, want }) => {
    const { port } = await gate(json, { bodyLimitBytes: 1_000 })
    const head = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n'
    const sent = `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.length.toString(16)}\r\n`
    const answer = await exchangeBytes(port, `${sent}${chunk.toString('latin1')}\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${want} `))
  })

  it('may be a form', async () => {
    const { send } = await gate({ 'multipart/form-data': {} })
    const type = { 'Content-Type': 'multipart/form-data; boundary=XX', 'Content-Encoding': 'gzip' }
    const answer = await send(type, gzipSync(multipart([{ name: 'a', value: '1' }])))
    expect(answer).toMatchObject({ status: 200, body: { body: { a: '1' } } })
  })
})

const upload = {
  'multipart/form-data': {
    schema: {
      type: 'object',
      required: ['file'],
      properties: { file: { type: 'string', format: 'binary' }, note: { type: 'string' } },
      additionalProperties: false,
    },
  },
  'application/octet-stream': {},
}
const multipartType = { 'Content-Type': 'multipart/form-data; boundary=XX' }
const large = Buffer.alloc(300_000, 'large')
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('an uploaded file', () => {
  const digest: AnyHandler = async ({ body }) => {
    const { file } = body as { readonly file: FilePart }
    const hash = createHash('sha256')
    for await (const chunk of file.stream()) hash.update(chunk as Buffer)
    return {
      status: 200,
      body: { size: file.size, streamed: hash.digest('hex'), whole: sha(await file.bytes()) },
    }
  }

  it.each([
    { size: 10, fileMemoryBytes: 65_536 },
    { size: 300_000, fileMemoryBytes: 65_536 },
    { size: 300_000, fileMemoryBytes: 1_000_000 },
  ])(
    'of $size bytes reaches the handler whole, $fileMemoryBytes of it in memory',
    async ({ size, fileMemoryBytes }) => {
      const { send } = await gate(upload, { handler: digest, fileMemoryBytes })
      const value = large.subarray(0, size)
      const answer = await send(multipartType, multipart([{ name: 'file', value, filename: 'f' }]))
      expect(answer).toMatchObject({ status: 200, body: { size, streamed: sha(value), whole: sha(value) } })
    },
  )

  it('stays off the disk while it fits into memory', async () => {
    const { send } = await gate(upload, { handler: digest, fileFolder: '/no/such/folder' })
    const sending = (size: number): Promise<Answer> =>
      send(multipartType, multipart([{ name: 'file', value: large.subarray(0, size), filename: 'f' }]))
    expect((await sending(60_000)).status).toBe(200)
    expect((await sending(70_000)).status).toBe(500)
  })

  it('may be a body of its own', async () => {
    const handler: AnyHandler = async ({ body }) => ({
      status: 200,
      body: { sha: sha(await (body as FilePart).bytes()) },
    })
    const { send } = await gate(upload, { handler })
    const answer = await send({ 'Content-Type': 'application/octet-stream' }, large)
    expect(answer.body).toEqual({ sha: sha(large) })
  })

  it('can be replied, and nothing warns of a leak', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const handler: AnyHandler = ({ body }) => ({
      status: 200,
      body: (body as { readonly file: FilePart }).file.stream(),
    })
    const { port } = await gate(upload, { handler, reply: 'application/octet-stream' })
    const response = await fetch(`http://127.0.0.1:${port}/a`, {
      method: 'POST',
      headers: multipartType,
      body: multipart([{ name: 'file', value: large, filename: 'f' }]),
    })
    expect(sha(new Uint8Array(await response.arrayBuffer()))).toBe(sha(large))
    expect(warned).not.toHaveBeenCalled()
  })

  it.each([{ size: 10 }, { size: 300_000 }])(
    'of $size bytes is gone when the request is over',
    async ({ size }) => {
      const files: FilePart[] = []
      const handler: AnyHandler = ({ body }) => {
        files.push((body as { readonly file: FilePart }).file)
        return { status: 200, body: {} }
      }
      const { send } = await gate(upload, { handler })
      await send(multipartType, multipart([{ name: 'file', value: large.subarray(0, size), filename: 'f' }]))
      await vi.waitFor(async () => {
        await expect(files[0]?.bytes()).rejects.toThrow('the request is over')
      })
    },
  )
})

/** Files below the folder that this process holds open, though they have no name any more. */
async function openFiles(): Promise<number> {
  const descriptors = await readdir('/proc/self/fd')
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(folder)).length
}

describe.skipIf(process.platform !== 'linux')('the file behind an upload', () => {
  const whole = multipart([{ name: 'file', value: large, filename: 'f' }])
  const closed = (): Promise<void> => vi.waitFor(async () => expect(await openFiles()).toBe(0))

  it('is open while the handler runs, and closed behind the reply', async () => {
    const seen: number[] = []
    const handler: AnyHandler = async () => {
      seen.push(await openFiles())
      return { status: 200, body: {} }
    }
    const { send } = await gate(upload, { handler })
    expect((await send(multipartType, whole)).status).toBe(200)
    expect(seen).toEqual([1])
    await closed()
  })

  it.each([
    {
      fault: 'a violation',
      sent: multipart([{ name: 'file', value: large, filename: 'f' }, { name: 'no' }]),
      want: 400,
    },
    { fault: 'a missing boundary', sent: whole.subarray(0, -10), want: 400 },
    { fault: 'a byte too many', sent: whole, want: 413, bodyLimitBytes: whole.length - 1 },
  ])('is closed behind the refusal of $fault', async ({ sent, want, bodyLimitBytes = 1_048_576 }) => {
    const { send } = await gate(upload, { bodyLimitBytes })
    expect((await send({ ...multipartType, 'Transfer-Encoding': 'chunked' }, sent)).status).toBe(want)
    await closed()
  })

  it('is closed behind an error of the handler', async () => {
    const handler: AnyHandler = () => Promise.reject(new Error('oops'))
    const { send } = await gate(upload, { handler })
    expect((await send(multipartType, whole)).status).toBe(500)
    await closed()
  })

  const begin = async (port: number): Promise<ReturnType<typeof connect>> => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    const head = `POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: ${multipartType['Content-Type']}\r\nContent-Length: ${whole.length}\r\n\r\n`
    socket.write(head)
    socket.write(whole.subarray(0, 200_000))
    await vi.waitFor(async () => expect(await openFiles()).toBe(1))
    return socket
  }

  it('is closed where the caller goes away', async () => {
    const { port } = await gate(upload)
    const socket = await begin(port)
    socket.destroy()
    await closed()
  })

  it('is closed where the caller is too slow', async () => {
    const { port } = await gate(upload, { server: { requestTimeoutMs: 200, headersTimeoutMs: 200 } })
    const socket = await begin(port)
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    await new Promise((resolve) => socket.on('close', resolve))
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    await closed()
  })
})

describe('a form past a limit is 413', () => {
  const urlencoded = 'application/x-www-form-urlencoded'

  it.each([
    { limit: { memberLimit: 2 }, type: urlencoded, sent: 'a=1&b=2&c=3' },
    { limit: {}, type: urlencoded, sent: 'a&'.repeat(1_001) },
    {
      limit: { partLimit: 2 },
      type: multipartType['Content-Type'],
      sent: multipart([{ name: 'a' }, { name: 'b' }, { name: 'c' }]),
    },
    {
      limit: {},
      type: multipartType['Content-Type'],
      sent: multipart(Array.from({ length: 1_001 }, () => ({ name: 'a' }))),
    },
    {
      limit: { fieldLimitBytes: 3 },
      type: multipartType['Content-Type'],
      sent: multipart([{ name: 'a', value: '1234' }]),
    },
    {
      limit: { bodyLimitBytes: 50 },
      type: multipartType['Content-Type'],
      sent: multipart([{ name: 'a', value: 'x'.repeat(100) }]),
    },
  ])('($limit, $type)', async ({ limit, type, sent }) => {
    const { send } = await gate({ 'multipart/form-data': {}, [urlencoded]: {} }, limit)
    const { status, body } = await send({ 'Content-Type': type }, sent)
    expect([status, body['type']]).toEqual([413, 'urn:problem-type:gatehouse:content-too-large'])
  })
})
