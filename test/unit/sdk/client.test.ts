import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { ItemImport } from '../../../generated/client/types.gen.js'
import { ApiError, ConnectionError, createInventoryClient, TokenError } from '../../../generated/sdk/index.js'
import { closedOrigin, sendJson, startServer, type ReceivedRequest } from '../../support/test-server.js'
import { serviceInMemory } from './service-in-memory.js'

/** Retries have tests of their own. */
const credentials = { clientId: 'assembly-line', clientSecret: 'correct-horse', retries: 0 }
const item = {
  sku: 'NUT-M8',
  name: 'Hex nut M8',
  tags: [],
  onHand: 3,
  reserved: 1,
  available: 2,
  createdAt: '2026-03-02T09:30:00.000Z',
  updatedAt: '2026-03-02T09:30:00.000Z',
}
const problem = { type: 'urn:problem-type:gatehouse:not-found', title: 'Nothing is found', status: 404 }

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A service and its token endpoint in one, and a client of it. */
async function startService(answer: (request: ReceivedRequest, response: ServerResponse) => unknown) {
  const server = await startServer((request, response) => {
    if (request.url !== '/token') answer(request, response)
    else sendJson(response, 200, { access_token: 'token-1', token_type: 'Bearer', expires_in: 300 })
  })
  const settings = { ...credentials, baseUrl: server.url, tokenEndpoint: `${server.url}/token` }
  const inventory = createInventoryClient(settings)
  const calls = () => server.requests.filter(({ url }) => url !== '/token')
  return {
    server,
    settings,
    inventory,
    calls,
    [Symbol.asyncDispose]: async () => server[Symbol.asyncDispose](),
  }
}

const reasonOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (reason: unknown) => reason,
  )

describe('a client', () => {
  it('has a method for every operation and sends nothing by itself', async () => {
    await using service = await startService(() => undefined)
    expect(Object.keys(service.inventory)).toEqual(
      expect.arrayContaining(['getStatus', 'listItems', 'exportItems']),
    )
    expect(service.server.requests).toEqual([])
  })

  it('asks for no token where the operation needs none', async () => {
    const status = { status: 'ok', name: 'Inventory', version: '0.1.0' }
    await using service = await startService((_request, response) => {
      sendJson(response, 200, status)
    })
    expect(await service.inventory.getStatus()).toEqual(status)
    expect(service.server.requests).toHaveLength(1)
    expect(service.server.requests[0]?.headers).not.toHaveProperty('authorization')
  })

  it('sends one access token with every other call', async () => {
    await using service = await startService((_request, response) => {
      sendJson(response, 200, { items: [item] })
    })
    const pages = await Promise.all([service.inventory.listItems(), service.inventory.listItems()])
    expect(pages[0].items[0]?.available).toBe(2)
    expect(service.calls().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
    ])
    expect(service.server.requests).toHaveLength(3)
  })

  it('puts path, query, header and body where the document has them', async () => {
    await using service = await startService((_request, response) => {
      sendJson(response, 200, item)
    })
    const { inventory } = service
    await inventory.listItems({ query: { limit: 5, tag: ['a b', 'c&d'], q: 'M8+' } })
    await inventory.updateItem({
      path: { sku: 'A/B ?#%' },
      headers: { 'If-Match': '"7"' },
      body: { name: 'é' },
    })
    expect(service.calls()).toMatchObject([
      { method: 'GET', url: '/v1/items?limit=5&tag=a%20b&tag=c%26d&q=M8%2B', body: '' },
      {
        method: 'PATCH',
        url: '/v1/items/A%2FB%20%3F%23%25',
        headers: { 'if-match': '"7"', 'content-type': 'application/merge-patch+json' },
        body: '{"name":"é"}',
      },
    ])
    expect(service.calls()[0]?.headers).not.toHaveProperty('content-type')
  })

  it.each(['', '.', '..'])(
    'refuses the path parameter "%s", which would call another operation',
    async (sku) => {
      await using service = await startService(() => undefined)
      expect(await reasonOf(service.inventory.getItem({ path: { sku } }))).toBeInstanceOf(TypeError)
      expect(service.server.requests).toEqual([])
    },
  )

  it.each([undefined, {}, { path: {} }, { path: { sku: null } }, { path: { SKU: 'NUT-M8' } }])(
    'refuses a call without its path parameter, such as %j, which types alone do not prevent',
    async (input) => {
      await using service = await startService(() => undefined)
      expect(await reasonOf(service.inventory.getItem(input as never))).toMatchObject({
        name: 'TypeError',
        message: 'getItem needs the path parameter sku: give it as { path: { sku: … } }',
      })
      expect(service.server.requests).toEqual([])
    },
  )

  it('gives the response beside the body where it is asked to', async () => {
    await using service = await startService((_request, response) => {
      response.setHeader('ETag', '"7"')
      sendJson(response, 200, item)
    })
    const { body, response } = await service.inventory.getItem({ path: { sku: 'NUT-M8' } }).withResponse()
    expect(body).toEqual(item)
    expect(response.headers.get('ETag')).toBe('"7"')
  })

  it('resolves to undefined for a reply without a body', async () => {
    await using service = await startService((_request, response) => {
      response.writeHead(204).end()
    })
    const { body } = await service.inventory.deleteItem({ path: { sku: 'NUT-M8' } }).withResponse()
    expect(body).toBeUndefined()
  })
})

describe('a client, about errors', () => {
  it('rejects with the problem that the service answers', async () => {
    await using service = await startService((_request, response) => {
      sendJson(
        response,
        404,
        { ...problem, detail: 'There is no NUT-M8.' },
        'application/problem+json; charset=utf-8',
      )
    })
    const error = await reasonOf(service.inventory.getItem({ path: { sku: 'NUT-M8' } }))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      code: 'api_error',
      status: 404,
      problem: { type: problem.type },
      message: '404: Nothing is found: There is no NUT-M8.',
    })
  })

  it('says in one line what does not fit', async () => {
    const errors = ['/sku', '/name', '/tags', '/q'].map((pointer) => ({
      in: 'body',
      pointer,
      detail: 'is wrong',
    }))
    const messageOf = async (listed: unknown) => {
      await using service = await startService((_request, response) => {
        sendJson(response, 400, { title: 'Bad', errors: listed }, 'application/problem+json')
      })
      return ((await reasonOf(service.inventory.createItem({ body: { sku: 'A', name: 'a' } }))) as Error)
        .message
    }
    expect(await messageOf(errors)).toBe(
      '400: Bad: body /sku is wrong, body /name is wrong, body /tags is wrong and 1 more',
    )
    expect(await messageOf([{ in: 'query', pointer: '', detail: 'is odd' }])).toBe('400: Bad: query is odd')
    expect(await messageOf(['text', null])).toBe('400: Bad')
  })

  it('says in one line of printable characters what the service says, and not all of a long text', async () => {
    const messageOf = async (title: string) => {
      await using service = await startService((_request, response) => {
        sendJson(response, 400, { title, detail: 'b' }, 'application/problem+json')
      })
      return ((await reasonOf(service.inventory.getCaller())) as Error).message
    }
    expect(await messageOf('\u001b[31mred\u0007\r\nnext\u202e\u2028\u0085é')).toBe('400:  [31mred next é: b')
    expect(await messageOf('x'.repeat(1_000_000))).toMatch(/^400: x{1995}…$/)
  })

  it('rejects only the promise that is waited for', async () => {
    await using service = await startService((_request, response) => {
      sendJson(response, 404, problem, 'application/problem+json')
    })
    const error = await reasonOf(service.inventory.getItem({ path: { sku: 'NUT-M8' } }).withResponse())
    expect(error).toBeInstanceOf(ApiError)
  })

  it.each([
    { title: 'a page of a proxy', status: 502, type: 'text/html', body: '<html></html>' },
    { title: 'a broken problem', status: 500, type: 'application/problem+json', body: '{' },
    { title: 'a problem that is no object', status: 500, type: 'application/problem+json', body: 'null' },
    { title: 'a broken reply', status: 200, type: 'application/json', body: '{' },
  ])('rejects with the status alone for $title', async ({ status, type, body }) => {
    await using service = await startService((_request, response) => {
      response.writeHead(status, { 'Content-Type': type }).end(body)
    })
    const error = await reasonOf(service.inventory.getCaller())
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status, problem: undefined })
  })

  it('rejects with 304 where the caller set the condition', async () => {
    await using service = await startService((_request, response) => {
      response.writeHead(304).end()
    })
    const call = service.inventory.getItem({ path: { sku: 'NUT-M8' }, headers: { 'If-None-Match': '"7"' } })
    expect(await reasonOf(call)).toMatchObject({ code: 'api_error', status: 304 })
  })

  it('tells that nobody answers', async () => {
    const baseUrl = await closedOrigin()
    const inventory = createInventoryClient({
      ...credentials,
      baseUrl,
      tokenEndpoint: 'http://127.0.0.1/token',
    })
    const error = await reasonOf(inventory.getStatus())
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ code: 'connection_failed', message: `The connection to ${baseUrl} failed` })
  })

  it('tells that the connection broke before the end of the body', async () => {
    await using service = await startService((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' })
      response.write('{"items":', () => response.destroy())
    })
    expect(await reasonOf(service.inventory.listItems())).toBeInstanceOf(ConnectionError)
  })

  it('tells that there is no access token', async () => {
    const tokenEndpoint = `${await closedOrigin()}/token`
    const inventory = createInventoryClient({ ...credentials, baseUrl: 'http://127.0.0.1', tokenEndpoint })
    const error = await reasonOf(inventory.listItems())
    expect(error).toBeInstanceOf(TokenError)
  })

  it('carries the token to no place that the service redirects to', async () => {
    await using other = await startServer((_request, response) => {
      sendJson(response, 200, { items: [] })
    })
    await using service = await startService((_request, response) => {
      response.writeHead(307, { Location: other.url }).end()
    })
    expect(await reasonOf(service.inventory.listItems())).toMatchObject({
      code: 'api_error',
      status: 307,
      message: `307: redirects to ${other.url}`,
    })
    expect(other.requests).toEqual([])
  })

  it('holds no token and no secret in its errors', async () => {
    await using service = await startService((_request, response) => response.destroy())
    const error = await reasonOf(service.inventory.listItems())
    const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(shown).not.toContain('token-1')
    expect(shown).not.toContain(credentials.clientSecret)
  })
})

describe('a client of a service that repeats the access token', () => {
  it.each([
    {
      title: 'a problem',
      type: 'application/problem+json',
      body: '{"title":"token-1","token-1":["token-1"]}',
    },
    { title: 'a problem, escaped', type: 'application/json', body: '{"title":"\\u0074oken-1"}' },
    { title: 'a broken problem', type: 'application/json', body: 'token-1' },
    { title: 'text', type: 'text/plain', body: 'token-1' },
  ])('holds none in its errors where it is in the header or in $title', async ({ type, body }) => {
    await using service = await startService((_request, response) => {
      response.writeHead(307, { 'Content-Type': type, 'X-Request-Id': 'token-1', Location: '/token-1' })
      response.end(body)
    })
    const error = await reasonOf(service.inventory.listItems())
    expect(error).toMatchObject({ code: 'api_error', requestId: '[access token]' })
    expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).not.toContain('token-1')
  })

  it('holds none in its errors where the answer is no HTTP', async () => {
    await using service = await startService((_request, response) => {
      response.socket?.end('HTTP/2 token-1\r\n\r\n')
    })
    const error = await reasonOf(service.inventory.listItems())
    expect(error).toBeInstanceOf(ConnectionError)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('token-1')
  })

  it('reads no more of an error than can be one', async () => {
    let isCancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
      cancel: () => {
        isCancelled = true
      },
    })
    const headers = { 'Content-Type': 'application/problem+json' }
    const { inventory } = serviceInMemory([() => new Response(endless, { status: 400, headers })])
    expect(await reasonOf(inventory.getStatus())).toMatchObject({ status: 400, problem: undefined })
    expect(isCancelled).toBe(true)
  })
})

describe('a client, abandoned', () => {
  it('stops waiting for a token at once, while others go on', async () => {
    let answerToken = (): void => undefined
    await using server = await startServer((request, response) => {
      if (request.url !== '/token') sendJson(response, 200, { items: [] })
      else {
        answerToken = () => {
          sendJson(response, 200, { access_token: 'token-1', token_type: 'Bearer', expires_in: 300 })
        }
        asked.abort()
      }
    })
    const asked = new AbortController()
    const tokenEndpoint = `${server.url}/token`
    const inventory = createInventoryClient({ ...credentials, baseUrl: server.url, tokenEndpoint })
    const abandon = new AbortController()
    const abandoned = reasonOf(inventory.listItems({ signal: abandon.signal }))
    const other = inventory.listItems()
    await once(asked.signal, 'abort')
    abandon.abort(new Error('no longer needed'))
    expect(await abandoned).toMatchObject({ message: 'no longer needed' })
    answerToken()
    expect(await other).toEqual({ items: [] })
    expect(server.requests).toHaveLength(2)
  })

  it('sends nothing, and asks for no token, when it is abandoned before', async () => {
    await using service = await startService(() => undefined)
    const call = service.inventory.listItems({ signal: AbortSignal.abort() })
    expect(await reasonOf(call)).toMatchObject({ name: 'AbortError' })
    expect(service.server.requests).toEqual([])
  })

  it('rejects with the caller’s own reason while the service is slow', async () => {
    const arrived = new AbortController()
    await using service = await startService(() => {
      arrived.abort()
    })
    const abandon = new AbortController()
    const call = reasonOf(service.inventory.listItems({ signal: abandon.signal }))
    await once(arrived.signal, 'abort')
    abandon.abort()
    expect(await call).toMatchObject({ name: 'AbortError' })
    expect(service.calls()).toHaveLength(1)
  })
})

describe('a client, abandoned while a reply arrives', () => {
  it('stops waiting, however much memory was cleaned up since', async () => {
    await using service = await startService((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"items":')
    })
    const abandon = new AbortController()
    const begun = new AbortController()
    const inventory = createInventoryClient({
      ...service.settings,
      onResponse: () => {
        begun.abort()
      },
    })
    const call = reasonOf(inventory.listItems({ signal: abandon.signal }))
    await once(begun.signal, 'abort')
    for (let turn = 0; turn < 5; turn += 1) {
      await setImmediate()
      collectGarbage()
    }
    abandon.abort(new Error('no longer needed'))
    expect(await call).toMatchObject({ message: 'no longer needed' })
  })
})

describe('a client, with lines', () => {
  it('gives lines as values', async () => {
    await using service = await startService((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson; charset=utf-8' })
      response.end(`${JSON.stringify(item)}\n${JSON.stringify({ ...item, sku: 'NUT-M9' })}\n`)
    })
    const skus: string[] = []
    for await (const { sku } of await service.inventory.exportItems()) skus.push(sku)
    expect(skus).toEqual(['NUT-M8', 'NUT-M9'])
  })

  it('lets the connection go when the loop is left', async () => {
    const closed = new AbortController()
    await using service = await startService((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
      response.write(`${JSON.stringify(item)}\n`)
      response.on('close', () => {
        closed.abort()
      })
    })
    const gone = once(closed.signal, 'abort')
    for await (const { sku } of await service.inventory.exportItems()) {
      expect(sku).toBe('NUT-M8')
      break
    }
    await gone
  })

  it('tells that the connection broke between lines', async () => {
    await using service = await startService((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
      response.write(`${JSON.stringify(item)}\n`, () => response.destroy())
    })
    const read = async (): Promise<void> => {
      for await (const { sku } of await service.inventory.exportItems()) expect(sku).toBe('NUT-M8')
    }
    expect(await reasonOf(read())).toBeInstanceOf(ConnectionError)
  })

  it('sends values as lines', async () => {
    await using service = await startService((_request, response) => {
      sendJson(response, 200, { created: 2, updated: 0 })
    })
    const lines = async function* (): AsyncGenerator<ItemImport> {
      yield { sku: 'A', name: 'one\nline', onHand: 1 }
      await setImmediate()
      yield { sku: 'B', name: 'b', onHand: 0 }
    }
    const inOne = [
      { sku: 'A', name: 'one\nline', onHand: 1 },
      { sku: 'B', name: 'b', onHand: 0 },
    ]
    for (const body of [lines(), inOne, new Set(inOne)]) {
      expect(await service.inventory.importItems({ body })).toEqual({ created: 2, updated: 0 })
    }
    expect(service.calls()).toHaveLength(3)
    for (const call of service.calls()) {
      expect(call).toMatchObject({
        headers: { 'content-type': 'application/x-ndjson' },
        body: '{"sku":"A","name":"one\\nline","onHand":1}\n{"sku":"B","name":"b","onHand":0}\n',
      })
    }
  })
})
