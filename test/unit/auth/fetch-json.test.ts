import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchJson } from '../../../src/auth/fetch-json.js'

const json = { 'content-type': 'application/json' }

describe('fetchJson', () => {
  let answer: RequestListener
  let url: string
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    answer(request, response)
  })

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/document`
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/jwk-set+json',
  ])('accepts a document of type %s', async (mediaType) => {
    answer = (_request, response) => response.writeHead(200, { 'content-type': mediaType }).end('{"a":1}')
    await expect(fetchJson(url)).resolves.toEqual({ a: 1 })
  })

  it.each<{ title: string; want: string; given: RequestListener }>([
    { title: 'an error', want: 'status', given: (_, response) => response.writeHead(500, json).end('{}') },
    { title: 'no content', want: 'status', given: (_, response) => response.writeHead(204, json).end() },
    {
      title: 'partial content',
      want: 'status',
      given: (_, response) => response.writeHead(206, json).end('{}'),
    },
    {
      title: 'HTML',
      want: 'media_type',
      given: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
    },
    { title: 'no media type', want: 'media_type', given: (_, response) => response.writeHead(200).end('{}') },
    {
      title: 'a media type that only begins alike',
      want: 'media_type',
      given: (_, response) => response.writeHead(200, { 'content-type': 'application/jsonp' }).end('{}'),
    },
    {
      title: 'half a document',
      want: 'json',
      given: (_, response) => response.writeHead(200, json).end('{"a":'),
    },
    { title: 'an empty body', want: 'json', given: (_, response) => response.writeHead(200, json).end() },
    {
      title: 'malformed UTF-8',
      want: 'json',
      given: (_, response) => response.writeHead(200, json).end(Buffer.from([0x22, 0xff, 0x22])),
    },
    {
      title: 'too much',
      want: 'too_large',
      given: (_, response) => response.writeHead(200, json).end(`"${'a'.repeat(512 * 1024)}"`),
    },
    {
      title: 'too much once it is decompressed',
      want: 'too_large',
      given: (_, response) =>
        response
          .writeHead(200, { ...json, 'content-encoding': 'gzip' })
          .end(gzipSync(`"${'a'.repeat(20_000_000)}"`)),
    },
    { title: 'a broken connection', want: 'network', given: (request) => request.socket.destroy() },
    { title: 'nothing', want: 'timeout', given: () => undefined },
    {
      title: 'a body that never ends',
      want: 'timeout',
      given: (_, response) => response.writeHead(200, json).write('{'),
    },
  ])('refuses $title as $want', async ({ given, want }) => {
    answer = given
    await expect(fetchJson(url, { timeoutMs: want === 'timeout' ? 50 : 5000 })).rejects.toMatchObject({
      name: 'FetchJsonError',
      code: want,
    })
  })

  it('follows no redirect, not even to the same host', async () => {
    answer = (request, response) =>
      request.url === '/document'
        ? response.writeHead(302, { location: '/elsewhere' }).end()
        : response.writeHead(200, json).end('{}')
    paths.length = 0
    await expect(fetchJson(url)).rejects.toMatchObject({ code: 'network' })
    expect(paths).toEqual(['/document'])
  })

  it('can be ended by the caller, and takes another fetch', async () => {
    const given: unknown[] = []
    const fetched = await fetchJson('https://issuer.test/keys', {
      fetch: (...call) => {
        given.push(call[0])
        return Promise.resolve(Response.json({ b: 2 }))
      },
    })
    expect(fetched).toEqual({ b: 2 })
    expect(given).toEqual(['https://issuer.test/keys'])
    await expect(fetchJson(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'timeout' })
  })
})
