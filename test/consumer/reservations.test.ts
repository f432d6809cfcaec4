import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
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
      { title: 'the service is busy', fault: { status: 503, retryAfterSeconds: 1 } },
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
      world.replaceKeysMidway()
      await consumer.reserve(30)
      expect(world.takeTokenCount()).toBe(1)
      await assertLedger()
    })

    it('once each, with one more token, while the authorization server starts again', async () => {
      world.replaceKeysMidway(3)
      await consumer.reserve(30)
      expect(world.takeTokenCount()).toBe(1)
      expect(consumer.acknowledged).toHaveLength(180)
      await assertLedger()
    })
  })
})

interface Consumer {
  readonly acknowledged: readonly string[]
  readonly failed: readonly string[]
  readonly retries: () => number
  readonly reserve: (count: number) => Promise<void>
  readonly end: () => void
}

async function startConsumer(folder: string, world: World): Promise<Consumer> {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, ['reserve.mjs'], {
    cwd: folder,
    env: {
      INVENTORY_BASE_URL: world.baseUrl,
      INVENTORY_ISSUER: world.issuer,
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
    end: () => {
      child.stdin.end()
    },
  }
}

interface World {
  readonly baseUrl: string
  readonly issuer: string
  /** Access tokens issued since this was asked last. */
  readonly takeTokenCount: () => number
  /** Identifiers of all reservations in the database. */
  readonly reservations: () => Promise<string[]>
  /** Pieces that the service says are reserved. */
  readonly reserved: () => Promise<number>
  /** Does this to every third request from now on. */
  readonly breakEveryThird: (fault: Fault) => void
  /**
   * At the tenth request from now on, the authorization server has new keys only, and a service takes over that has never
   * seen the old ones. Before it issues a token, it breaks so many connections.
   */
  readonly replaceKeysMidway: (outages?: number) => void
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
  let outages = 0
  issuer.answer((request, response) => {
    const documents: Readonly<Record<string, unknown>> = {
      '/jwks': issuer.jwks,
      '/.well-known/openid-configuration': metadataOf(issuer),
    }
    let document = documents[request.url ?? '']
    if (request.url === '/token') {
      if (outages > 0) {
        outages -= 1
        request.socket.resetAndDestroy()
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
  let midway: { readonly at: number; readonly run: () => Promise<void> } | undefined
  const proxy = await startFaultyProxy(service.url, async (count) => {
    if (midway !== undefined && count >= midway.at) {
      const { run } = midway
      midway = undefined
      await run()
    }
    return count % 3 === 0 ? fault : 'none'
  })

  return {
    baseUrl: proxy.url,
    issuer: issuer.issuer,
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
    replaceKeysMidway: (breaks = 0) => {
      const run = async () => {
        issuer.rotate([await mintKey('ES256')])
        outages = breaks
        const old = service
        service = await openTestService({ issuer, store })
        proxy.forwardTo(service.url)
        await old.close()
      }
      midway = { at: proxy.count() + 10, run }
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
