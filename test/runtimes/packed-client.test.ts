import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomBytes, type KeyPairKeyObjectResult } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../src/dev/authorization-server.js'
import { startFaultyProxy, type Fault } from '../support/faulty-proxy.js'
import { fetchPackagedFile, UnreachableError } from '../support/packaged-file.js'
import { installPackedClient, type InstalledClient } from '../support/packed-client.js'
import { openTestService } from '../support/service.js'
import { platform, runtimes, type Runtime } from './runtimes.js'

const run = promisify(execFile)
const audience = 'https://inventory.test'
const scopes = ['items:read', 'items:write', 'stock:write', 'reservations:write']
// What form-encoding changes (RFC 6749 section 2.3.1).
const secret = 'correct horse+battery/50%'
const keyPairs: Readonly<Record<string, KeyPairKeyObjectResult>> = {
  'with-ec': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'with-rsa': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'with-ed25519': generateKeyPairSync('ed25519'),
}

const found = await Promise.all(
  runtimes.map(async (runtime) => ({ ...runtime, executable: await findExecutable(runtime) })),
)
const isNoneHere = found.every(({ executable }) => executable === undefined)

describe.skipIf(isNoneHere)('the packed client', () => {
  const authorizationServer = createAuthorizationServer(scopes, {
    audiences: [audience],
    clients: [
      { clientId: 'orders', clientSecret: secret, scopes },
      ...Object.entries(keyPairs).map(([clientId, { publicKey }]) => ({
        clientId,
        scopes,
        jwks: { keys: [publicKey.export({ format: 'jwk' }) as JWK] },
      })),
    ],
  })
  let issuer: string
  let installed: InstalledClient

  beforeAll(async () => {
    installed = await installPackedClient(new URL('program/', import.meta.url))
    ;({ issuer } = await authorizationServer.listen())
  })
  afterAll(async () => {
    await authorizationServer.close()
    await installed.remove()
  })

  it.for(found)('does all that it does on $title ($package)', async ({ executable, args }, { skip }) => {
    if (executable === undefined) return skip()
    await using world = await createWorld(issuer)
    const { stdout } = await run(executable, [...args, 'main.mjs'], {
      cwd: installed.folder,
      timeout: 50_000,
      env: {
        HOME: installed.folder,
        INVENTORY_BASE_URL: world.baseUrl,
        INVENTORY_ISSUER: issuer,
        INVENTORY_CLIENT_ID: 'orders',
        INVENTORY_CLIENT_SECRET: secret,
        PRIVATE_KEYS: JSON.stringify(toPrivateKeys()),
      },
    })
    const skus = ['BOLT-M8', 'NUT-M8', 'WASHER-M8']
    expect(JSON.parse(stdout)).toEqual({
      streamed: { created: 3, updated: 0 },
      damaged: 'RangeError: the file is damaged',
      unwanted: 'AbortError',
      listed: skus,
      cut: 'connection_failed',
      exported: skus,
      reserved: 201,
      notFound: 'Nothing is found at this address',
      aborted: true,
      late: 'timeout attempt',
      redirected: 'api_error',
      withKeys: Object.keys(keyPairs),
      bound: 'orders',
    })
    // One connection was reset; the attempt after it is for the same call.
    const keys = world.seen('POST', '/v1/reservations').map((headers) => headers['idempotency-key'])
    expect(keys).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), keys[0]])
    // Nobody reads on at the other end of what was given up.
    await world.abandoned(2)
    expect(world.seen('GET', '/v1/elsewhere')).toEqual([])
    const callers = world.seen('GET', '/v1/whoami').map(({ authorization }) => authorization?.split(' ')[0])
    // The last is repeated with the nonce that the service asked for.
    expect(callers).toEqual(['Bearer', 'Bearer', 'Bearer', 'DPoP', 'DPoP'])
    const agents = new Set(world.seen('GET', '/v1/items').map((headers) => headers['user-agent']))
    expect([...agents]).toEqual([expect.stringMatching(/^gatehouse-inventory-client\/\d/)])
  })
})

/** `undefined` where it cannot be had, and why that is in the output: there is nothing to test then. */
async function findExecutable(runtime: Runtime): Promise<string | undefined> {
  const here = `${process.platform}-${process.arch}`
  try {
    if (here !== platform) throw new UnreachableError(`it is for ${platform}, and this is ${here}`)
    return await fetchPackagedFile(runtime)
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error
    process.stderr.write(`\n${runtime.title} cannot be had, so its test is skipped: ${error.message}\n`)
    return undefined
  }
}

function toPrivateKeys(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(keyPairs).map(([id, { privateKey }]) => [id, privateKey.export({ format: 'jwk' })]),
  )
}

interface World extends AsyncDisposable {
  readonly baseUrl: string
  /** Header fields of the requests for a path, oldest first. */
  readonly seen: (method: string, path: string) => readonly IncomingMessage['headers'][]
  /** Resolves when the caller has let go of so many connections on which it was not answered. */
  readonly abandoned: (count: number) => Promise<void>
}

/** A service of its own, and before it what tells the program what has arrived, and does to some requests what may happen. */
async function createWorld(issuer: string): Promise<World> {
  const requests: IncomingMessage[] = []
  const ends: Promise<unknown>[] = []
  const arrivals: Readonly<Record<string, Arrival>> = { import: createArrival(), held: createArrival() }

  const seen: World['seen'] = (method, path) =>
    requests
      .filter((request) => request.method === method && pathOf(request) === path)
      .map(({ headers }) => headers)

  const faults: Readonly<Record<string, (request: IncomingMessage) => Promise<Fault>>> = {
    '/v1/item-imports': async (request) => {
      await once(request, 'readable')
      arrivals['import']?.come()
      return 'none'
    },
    '/v1/item-exports': async () => (seen('GET', '/v1/item-exports').length === 1 ? 'cut-reply' : 'none'),
    '/v1/reservations': async () => (seen('POST', '/v1/reservations').length === 1 ? 'reset' : 'none'),
    '/v1/items/HELD': async ({ socket }) => {
      ends.push(new Promise((resolve) => socket.once('close', resolve)))
      arrivals['held']?.come()
      return new Promise(() => undefined)
    },
    '/v1/items/MOVED': async () => ({ status: 307, headers: { Location: '/v1/elsewhere' } }),
  }
  const proxy = await startFaultyProxy('', async (_count, request) => {
    requests.push(request)
    const path = pathOf(request)
    const [, awaited] = /^\/arrived\/(.+)/.exec(path) ?? []
    if (awaited === undefined) return faults[path]?.(request) ?? 'none'
    await arrivals[awaited]?.over
    return { status: 204, headers: {} }
  })
  const service = await openTestService({
    environment: {
      ISSUER: issuer,
      AUDIENCE: audience,
      PUBLIC_URL: proxy.url,
      DPOP_NONCE_SECRET: randomBytes(32).toString('base64url'),
    },
  })
  proxy.forwardTo(service.url)
  return {
    baseUrl: proxy.url,
    seen,
    abandoned: async (count) => {
      expect(ends).toHaveLength(count)
      await Promise.all(ends)
    },
    [Symbol.asyncDispose]: async () => {
      await proxy.close()
      await service.close()
    },
  }
}

interface Arrival {
  readonly come: () => void
  readonly over: Promise<void>
}

function createArrival(): Arrival {
  let come = (): void => undefined
  const over = new Promise<void>((resolve) => (come = resolve))
  return { come: () => come(), over }
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/\?.*$/, '')
}
