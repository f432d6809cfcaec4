import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  createInventoryClient,
  isApiError,
  OptionsError,
  type RequestEvent,
  type ResponseEvent,
  type RetryEvent,
} from '../../../generated/sdk/index.js'
import { userAgent } from '../../../src/sdk/user-agent.js'
import {
  baseUrl,
  credentials,
  problemReply,
  reasonOf,
  serviceInMemory,
  tokenEndpoint,
} from './service-in-memory.js'
import { settle } from './virtual-clock.js'

const ok = () => Response.json({ items: [] })
const environment = {
  INVENTORY_BASE_URL: 'https://inventory.example.com',
  INVENTORY_ISSUER: 'https://issuer.example.com',
  INVENTORY_CLIENT_ID: 'from-environment',
  INVENTORY_CLIENT_SECRET: 'correct-horse',
}

describe('the environment', () => {
  it('is enough to create a client', async () => {
    const asked: (string | null)[] = []
    const inventory = createInventoryClient({
      environment: { ...environment, INVENTORY_SCOPES: ' items:read  stock:write ' },
      fetch: async (input, init) => {
        const request = new Request(input, init)
        if (request.url.endsWith('/token')) {
          asked.push(
            request.headers.get('Authorization'),
            new URLSearchParams(await request.text()).get('scope'),
          )
          return Response.json({ access_token: 't', token_type: 'Bearer', expires_in: 300 })
        }
        const issuer = environment.INVENTORY_ISSUER
        if (request.url.startsWith(issuer))
          return Response.json({ issuer, token_endpoint: `${issuer}/token` })
        return ok()
      },
    })
    expect(await inventory.listItems()).toEqual({ items: [] })
    expect(asked).toEqual([`Basic ${btoa('from-environment:correct-horse')}`, 'items:read stock:write'])
  })

  it('gives way to what is given', async () => {
    const { inventory, asked } = serviceInMemory([ok], {
      environment: { ...environment, INVENTORY_SCOPES: 'clients:register' },
      scopes: ['items:read'],
    })
    await inventory.listItems()
    expect(asked[0]?.get('scope')).toBe('items:read')
  })

  it('may hold a private key in place of the secret, which gives way to a secret that is given', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const withKey = {
      INVENTORY_BASE_URL: baseUrl,
      INVENTORY_PRIVATE_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      INVENTORY_KEY_ID: 'k1',
      INVENTORY_KEY_ALGORITHM: 'ES256',
    }
    const byKey = serviceInMemory([ok], {
      ...{ environment: withKey, clientSecret: undefined, issuer: environment.INVENTORY_ISSUER },
    })
    await byKey.inventory.listItems()
    const [header = ''] = (byKey.asked[0]?.get('client_assertion') ?? '').split('.')
    expect(JSON.parse(atob(header))).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'k1' })

    const bySecret = serviceInMemory([ok], { environment: withKey })
    await bySecret.inventory.listItems()
    expect(bySecret.asked[0]?.has('client_assertion')).toBe(false)
  })

  it('is named where something is missing, all at once', () => {
    const create = () => createInventoryClient({ environment: { INVENTORY_CLIENT_ID: ' ' }, retries: -1 })
    expect(create).toThrow(OptionsError)
    expect(create).toThrow(
      [
        'Give a baseUrl: an https or http URL without a user and password in it',
        'Give an issuer, or a tokenEndpoint',
        'Give a clientId',
        'Give either a clientSecret or a privateKey',
        'retries must be a number, 0 or more',
        'What is not given is read from INVENTORY_BASE_URL, INVENTORY_ISSUER, INVENTORY_CLIENT_ID, INVENTORY_CLIENT_SECRET, INVENTORY_PRIVATE_KEY, INVENTORY_KEY_ID, INVENTORY_KEY_ALGORITHM, INVENTORY_SCOPES.',
      ].join('\n'),
    )
  })
})

describe('a token source of the caller’s', () => {
  it('takes the place of credentials', async () => {
    const wanted: (readonly string[])[] = []
    const { inventory, seen } = serviceInMemory([ok], {
      ...({ clientId: undefined, clientSecret: undefined, tokenEndpoint: undefined } as object),
      tokenSource: {
        accessToken: async (scopes: readonly string[] = []) => {
          wanted.push(scopes)
          return { value: 'supplied' }
        },
      },
    })
    await inventory.listItems()
    expect(seen[0]?.headers.get('Authorization')).toBe('Bearer supplied')
    expect(wanted).toEqual([['items:read']])
  })

  it('is not taken beside them', () => {
    const tokenSource = { accessToken: async () => ({ value: 'x' }) }
    const create = () => createInventoryClient({ ...credentials, baseUrl, tokenEndpoint, tokenSource })
    expect(create).toThrow('Give a tokenSource or credentials, not both')
  })
})

describe('every request', () => {
  it('names the client, but not where a browser names itself', async () => {
    const { inventory, seen } = serviceInMemory([ok])
    await inventory.listItems()
    expect(seen[0]?.headers.get('User-Agent')).toBe('gatehouse-inventory-client/0.1.0')
    expect(userAgent({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' })).toBeUndefined()
    expect(userAgent({ userAgent: 'Node.js/24' })).toBe('gatehouse-inventory-client/0.1.0')
    expect(userAgent(undefined)).toBe('gatehouse-inventory-client/0.1.0')
  })

  it('passes the trace on, the call’s own before the client’s', async () => {
    const trace = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`
    const { inventory, seen } = serviceInMemory([ok], { traceparent: () => trace('1') })
    await inventory.listItems()
    await inventory.listItems({ traceparent: trace('2') })
    expect(seen.map(({ headers }) => headers.get('traceparent'))).toEqual([trace('1'), trace('2')])
  })

  it('carries the header fields that the client is given', async () => {
    const { inventory, seen } = serviceInMemory([ok], { headers: { 'X-Api-Key': 'k' } })
    await inventory.listItems()
    expect(seen[0]?.headers.get('X-Api-Key')).toBe('k')
  })
})

describe('hooks', () => {
  it('that throw or reject are no part of the call, and end no process', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): unknown => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const fail = () => Promise.reject(new Error('the log is full'))
    const throwing = (): never => {
      throw new Error('the log is full')
    }
    const { inventory } = serviceInMemory([ok], { onRequest: throwing, onResponse: fail })
    await inventory.getStatus()
    await settle()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('are told of requests, responses and retries, and never a token', async () => {
    const events: (RequestEvent | ResponseEvent | RetryEvent)[] = []
    const tell = (event: RequestEvent): unknown => events.push(event)
    const { inventory, clock } = serviceInMemory([() => problemReply(503), ok], {
      onRequest: tell,
      onResponse: tell,
      onRetry: tell,
    })
    const call = inventory.listItems({ query: { q: 'private' } })
    await clock.pass(150)
    await call
    const common = { operationId: 'listItems', method: 'GET', url: `${baseUrl}/v1/items` }
    expect(events).toEqual([
      { ...common, attempt: 0 },
      { ...common, attempt: 0, status: 503, durationMs: 0 },
      { ...common, attempt: 0, delayMs: 150, error: expect.objectContaining({ status: 503 }) as unknown },
      { ...common, attempt: 1 },
      { ...common, attempt: 1, status: 200, durationMs: 0 },
    ])
    expect(inspect(events, { depth: 9, showHidden: true })).not.toMatch(/token-1|correct-horse|private/)
  })

  it('that throw do not fail the call', async () => {
    const { inventory } = serviceInMemory([ok], {
      onResponse: () => {
        throw new Error('the disk is full')
      },
    })
    expect(await inventory.listItems()).toEqual({ items: [] })
  })
})

describe('an error', () => {
  const refused = (more = {}, headers = {}) =>
    serviceInMemory([
      ({ headers: sent }) => problemReply(409, headers, { token: sent.get('Authorization'), ...more }),
    ])
  const body = { lines: [{ sku: 'A', quantity: 1 }] }

  it('says what the problem says', async () => {
    const errors = [{ in: 'body', pointer: '/x', keyword: 'type', detail: 'no' }]
    const { inventory } = refused({ errors, requestId: 'r-1', surprise: 1 })
    const error = await reasonOf(inventory.createReservation({ body }))
    expect(error).toMatchObject({ operationId: 'createReservation', status: 409, errors, requestId: 'r-1' })
    expect(isApiError(error, 'createReservation') && error.problem).toMatchObject({ surprise: 1 })
    expect(isApiError(error, 'listItems')).toBe(false)
  })

  it('names the request by the header where the problem does not', async () => {
    const { inventory } = refused({}, { 'X-Request-Id': 'r-2' })
    expect(await reasonOf(inventory.createReservation({ body }))).toMatchObject({ requestId: 'r-2' })
  })

  it('holds neither token nor secret, even where the service repeats the token', async () => {
    const { inventory } = refused()
    const error = await reasonOf(inventory.createReservation({ body }))
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)
    expect(shown).toContain('[access token]')
    expect(shown).not.toMatch(/token-1|correct-horse/)
    expect(inspect(inventory, { depth: 9, showHidden: true })).not.toMatch(/token-1|correct-horse/)
  })

  it('is answered by the handler for its status, else by the default', async () => {
    const { inventory } = refused()
    const byStatus = inventory
      .createReservation({ body })
      .recover({ 409: (): string => 'status', default: (): string => 'default' })
    expect(await byStatus).toBe('status')
    const byDefault = inventory.createReservation({ body }).recover({ default: (): string => 'default' })
    expect(await byDefault).toBe('default')
  })

  it('that is no answer of the service is not handled', async () => {
    const { inventory } = serviceInMemory([() => new TypeError('fetch failed')], { retries: 0 })
    const recovered = inventory.listItems().recover({ default: (): string => 'handled' })
    expect(await reasonOf(recovered)).toMatchObject({ code: 'connection_failed' })
  })
})

describe('a service that is ahead of the client', () => {
  it('may answer with members and values that are not known yet', async () => {
    const reply = { id: '1', status: 'backordered', lines: [], colour: 'red' }
    const { inventory } = serviceInMemory([() => Response.json(reply, { status: 202 })])
    expect(await inventory.createReservation({ body: { lines: [] } })).toEqual(reply)
  })
})
