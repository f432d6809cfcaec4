import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { on, once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reservations } from '../../src/inventory/schema.js'
import { openTestStore } from '../support/database.js'
import { startFaultyProxy, type Fault } from '../support/faulty-proxy.js'
import { createTestIssuer, mintKey, type TestIssuer } from '../support/keys.js'
import {
  filesBelow,
  installedPackages,
  installPackedClient,
  type InstalledClient,
} from '../support/packed-client.js'
import { openTestService } from '../support/service.js'

const sku = 'NUT-M8'

describe('a service that installed the packed client', { timeout: 120_000 }, () => {
  let installed: InstalledClient

  beforeAll(async () => {
    installed = await installPackedClient(new URL('service/', import.meta.url))
  }, 120_000)

  afterAll(async () => {
    await installed.remove()
  })

  it('got one package, and nothing of the server', async () => {
    expect(await installedPackages(installed.folder)).toHaveLength(1)
    const files = await filesBelow(installed.packageFolder)
    expect(
      files.filter(
        (file) => !/\/lib\/(?:generated|src\/sdk)\/|\/(?:LICENSE|README\.md|package\.json)$/.test(file),
      ),
    ).toEqual([])
    const scripts = files.filter((file) => file.endsWith('.js'))
    const texts = await Promise.all(scripts.map(async (file) => readFile(file, 'utf8')))
    expect(texts.filter((text) => /(?:from|import)\s*\(?\s*['"](?!\.)/.test(text))).toEqual([])
    expect(files.filter((file) => file.endsWith('.js.map'))).toHaveLength(scripts.length)
  })

  it('sees sources in stack traces that lie in the package', async () => {
    const maps = (await filesBelow(installed.packageFolder)).filter((file) => file.endsWith('.js.map'))
    for (const file of maps) {
      const { sources, sourcesContent } = JSON.parse(await readFile(file, 'utf8'))
      expect(sources).toEqual([basename(file).replace(/\.js\.map$/, '.ts')])
      expect(sourcesContent).toEqual([expect.any(String)])
    }
    expect(maps).not.toEqual([])
  })

  it('reads in its README which scopes each operation needs', async () => {
    const readme = await readFile(join(installed.packageFolder, 'README.md'), 'utf8')
    expect(readme).toContain('| `importItems` | items:write stock:write |')
    expect(readme).toContain('| `getReservation` | reservations:read, or reservations:write |')
    expect(readme).toContain('| `getStatus` | none needed |')
  })

  describe('and reserves from many tasks at once', () => {
    let world: World
    let consumer: Consumer

    beforeAll(async () => {
      world = await createWorld()
      consumer = await startConsumer(installed.folder, world)
    }, 60_000)

    afterAll(async () => {
      consumer.end()
      await world.close()
    })

    /** Every acknowledged reservation is there, and no other; the stock says the same. */
    const assertLedger = async (): Promise<void> => {
      const { acknowledged, failed } = consumer
      expect(failed).toEqual([])
      expect(new Set(acknowledged).size).toBe(acknowledged.length)
      expect((await world.reservations()).sort()).toEqual([...acknowledged].sort())
      expect(await world.reserved()).toBe(acknowledged.length)
    }

    it('with one token, where nothing goes wrong', async () => {
      await consumer.reserve(30)
      expect(consumer.acknowledged).toHaveLength(30)
      expect(world.takeTokenCount()).toBe(1)
      await assertLedger()
    })

    it.each<{ readonly title: string; readonly fault: Fault }>([
      { title: 'connections are reset', fault: 'reset' },
      { title: 'the service is busy', fault: { status: 503, headers: { 'Retry-After': '1' } } },
      { title: 'replies are lost after the commit', fault: 'lose-reply' },
    ])('once each, while $title', async ({ fault }) => {
      const before = { retries: consumer.retries(), done: consumer.acknowledged.length }
      world.breakEveryThird(fault)
      await consumer.reserve(30)
      world.breakEveryThird('none')
      expect(consumer.acknowledged).toHaveLength(before.done + 30)
      expect(consumer.retries()).toBeGreaterThanOrEqual(before.retries + 10)
      expect(world.takeTokenCount()).toBe(0)
      await assertLedger()
    })

    it('once each, with one more token, when the key that signed the first leaves the key set midway', async () => {
      world.midway(async () => {
        await world.replaceKeys()
        await world.replaceService()
      })
      await consumer.reserve(30)
      expect(world.takeTokenCount()).toBe(1)
      await assertLedger()
    })

    it('once each, with one more token, while the authorization server is gone and a service starts without its keys', async () => {
      const done = consumer.acknowledged.length
      world.midway(async () => {
        await world.issuer.close()
        await world.replaceKeys()
        await world.replaceService()
      })
      const reserving = consumer.reserve(30)
      // The tenth request and all that follow were refused.
      await consumer.tells(21, ({ status }) => status === 503)
      await world.issuer.start()
      await reserving
      expect(world.takeTokenCount()).toBe(1)
      expect(consumer.acknowledged).toHaveLength(done + 30)
      await assertLedger()
    })

    it('once each, with one more token, while the authorization server is gone from when it is asked for that token', async () => {
      const done = consumer.acknowledged.length
      world.midway(async () => {
        await world.replaceKeys()
        await world.replaceService()
      })
      const gone = world.insteadOfToken(async () => {
        await world.issuer.close()
        await world.replaceKeys()
        await world.replaceService()
      })
      const reserving = consumer.reserve(30)
      await consumer.tells(3, ({ unreached }) => unreached === 'ECONNREFUSED')
      await gone
      expect(world.takeTokenCount()).toBe(0)
      await world.issuer.start()
      await reserving
      expect(world.takeTokenCount()).toBe(1)
      expect(consumer.acknowledged).toHaveLength(done + 30)
      await assertLedger()
    })
  })
})

interface Consumer {
  readonly acknowledged: readonly string[]
  readonly failed: readonly string[]
  readonly retries: () => number
  readonly reserve: (count: number) => Promise<void>
  /** Resolves when it has told of so many such events from now on; rejects where a batch is over before that. */
  readonly tells: (count: number, isSuch: (event: Told) => boolean) => Promise<void>
  readonly end: () => void
}

/** A line of its output. */
interface Told {
  /** Of the answer that a call is repeated after. */
  readonly status?: number
  /** Why a request got no answer. */
  readonly unreached?: string
  /** Reservations of the batch that is over. */
  readonly done?: number
}

async function startConsumer(folder: string, world: World): Promise<Consumer> {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, ['reserve.mjs'], {
    cwd: folder,
    env: {
      INVENTORY_BASE_URL: world.baseUrl,
      INVENTORY_ISSUER: world.issuer.issuer,
      INVENTORY_CLIENT_ID: 'orders',
      INVENTORY_CLIENT_SECRET: 'correct-horse',
    },
  })
  const acknowledged: string[] = []
  const failed: string[] = []
  let retries = 0
  const lines: Interface = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    const event = JSON.parse(line)
    if (event.reserved !== undefined) acknowledged.push(event.reserved as string)
    if (event.failed !== undefined) failed.push(event.failed as string)
    if (event.retried !== undefined) retries += 1
    if (event.done !== undefined) lines.emit('done')
    if (event.ready !== undefined) lines.emit('ready')
    lines.emit('told', event)
  })
  child.stderr.on('data', (text: Buffer) => failed.push(text.toString()))
  await once(lines, 'ready')
  return {
    acknowledged,
    failed,
    retries: () => retries,
    async reserve(count) {
      const done = once(lines, 'done')
      child.stdin.write(`${sku} ${count}\n`)
      await done
    },
    async tells(count, isSuch) {
      let left = count
      for await (const [event] of on(lines, 'told', { close: ['close'] })) {
        if (isSuch(event as Told)) left -= 1
        if (left === 0) return
        if ((event as Told).done !== undefined) break
      }
      throw new Error(`The batch is over, and so was not told ${left} times:\n${failed.join('\n')}`)
    },
    end: () => {
      child.stdin.end()
    },
  }
}

interface World {
  readonly baseUrl: string
  readonly issuer: TestIssuer
  /** Access tokens issued since this was asked last. */
  readonly takeTokenCount: () => number
  /** Identifiers of all reservations in the database. */
  readonly reservations: () => Promise<string[]>
  /** Pieces that the service says are reserved. */
  readonly reserved: () => Promise<number>
  /** Does this to every third request from now on. */
  readonly breakEveryThird: (fault: Fault) => void
  /** Runs this before the tenth request from now on goes to the service, and those that follow it. */
  readonly midway: (run: () => Promise<void>) => void
  /** Runs this when a token is asked for next, which is not answered. Resolves when that is over. */
  readonly insteadOfToken: (run: () => Promise<void>) => Promise<void>
  /** The authorization server signs with another key, and publishes no more than that. */
  readonly replaceKeys: () => Promise<void>
  /** A service takes over that has seen nothing. */
  readonly replaceService: () => Promise<void>
  readonly close: () => Promise<void>
}

async function createWorld(): Promise<World> {
  const issuer = await createTestIssuer({ audience: 'https://inventory.test' })
  await issuer.start()
  const store = await openTestStore()
  let service = await openTestService({ issuer, store })
  await service.call('createItem', { body: { sku, name: 'Hex nut M8' } })
  await service.call('adjustStock', { params: { sku }, body: { delta: 1_000, reason: 'received' } })

  let tokens = 0
  let insteadOfToken: (() => void) | undefined
  issuer.answer((request, response) => {
    const documents: Readonly<Record<string, unknown>> = {
      '/jwks': issuer.jwks,
      '/.well-known/openid-configuration': metadataOf(issuer),
    }
    let document = documents[request.url ?? '']
    if (request.url === '/token') {
      if (insteadOfToken !== undefined) {
        insteadOfToken()
        insteadOfToken = undefined
        return
      }
      tokens += 1
      const claims = { client_id: 'orders', sub: 'orders', scope: 'reservations:write' }
      document = { access_token: issuer.token({ claims }), token_type: 'Bearer', expires_in: 300 }
    }
    response.writeHead(document === undefined ? 404 : 200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  })

  let fault: Fault = 'none'
  let midway: { readonly at: number; readonly run: () => Promise<void>; over?: Promise<void> } | undefined
  const proxy = await startFaultyProxy(service.url, async (count) => {
    if (midway !== undefined && count >= midway.at) await (midway.over ??= midway.run())
    return count % 3 === 0 ? fault : 'none'
  })

  return {
    baseUrl: proxy.url,
    issuer,
    takeTokenCount: () => {
      const count = tokens
      tokens = 0
      return count
    },
    reservations: async () =>
      (await store.db.select({ id: reservations.id }).from(reservations)).map(({ id }) => id),
    reserved: async () => (await service.call('getItem', { params: { sku } })).body.reserved as number,
    breakEveryThird: (next) => {
      fault = next
    },
    midway: (run) => {
      midway = { at: proxy.count() + 10, run }
    },
    insteadOfToken: (run) =>
      new Promise((resolve) => {
        insteadOfToken = () => {
          resolve(run())
        }
      }),
    replaceKeys: async () => {
      issuer.rotate([await mintKey('ES256')])
    },
    replaceService: async () => {
      const old = service
      service = await openTestService({ issuer, store })
      proxy.forwardTo(service.url)
      await old.close()
    },
    close: async () => {
      await proxy.close()
      await service.close()
      await store.close()
      await issuer.close()
    },
  }
}

function metadataOf({ issuer, jwksUri }: TestIssuer): object {
  return { issuer, jwks_uri: jwksUri, token_endpoint: `${issuer}/token` }
}
