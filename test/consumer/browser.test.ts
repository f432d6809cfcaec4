import { createReadStream, existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestIssuer, type TestIssuer } from '../support/keys.js'
import { installPackedClient, type InstalledClient } from '../support/packed-client.js'
import { openTestService, type TestService } from '../support/service.js'

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const missing = !existsSync(executablePath)
const reason = missing ? ` (skipped: no ${executablePath}; CHROMIUM_PATH names another)` : ''

describe.skipIf(missing)(`the packed client in Chromium${reason}`, { timeout: 60_000 }, () => {
  let installed: InstalledClient
  let issuer: TestIssuer
  let pages: Server
  let strangers: Server
  let service: TestService
  let browser: Browser

  beforeAll(async () => {
    installed = await installPackedClient(new URL('service/', import.meta.url))
    pages = await servePackage(installed.packageFolder)
    strangers = await servePackage(installed.packageFolder)
    issuer = await createTestIssuer({ audience: 'https://inventory.test' })
    await issuer.start()
    service = await openTestService({ issuer, environment: { CORS_ORIGINS: originOf(pages) } })
    await service.call('createItem', { body: { sku: 'NUT-M8', name: 'Hex nut M8' } })
    await service.call('adjustStock', {
      params: { sku: 'NUT-M8' },
      body: { delta: 5, reason: 'received' },
    })
    browser = await chromium.launch({
      executablePath,
      headless: true,
      args: ['--no-sandbox', '--disable-gpu'],
    })
  }, 180_000)

  afterAll(async () => {
    await browser.close()
    pages.close()
    strangers.close()
    await service.close()
    await issuer.close()
    await installed.remove()
  })

  /** Runs a function body in a page that has the client as `inventory`, with a token that its own backend would supply. */
  const inPage = async (from: Server, body: string): Promise<unknown> => {
    const page: Page = await browser.newPage()
    try {
      await page.goto(originOf(from))
      const scope = 'items:read reservations:write'
      const token = issuer.token({ claims: { client_id: 'page', sub: 'page', scope } })
      return await page.evaluate(`(async () => {
        const { createInventoryClient, isApiError } = await import('/lib/generated/sdk/index.js')
        const inventory = createInventoryClient({
          baseUrl: ${JSON.stringify(service.url)},
          tokenSource: { accessToken: async () => ({ value: ${JSON.stringify(token)} }) },
          traceparent: () => '00-11111111111111111111111111111111-2222222222222222-01',
          headers: { DPoP: 'none' },
          retries: 0,
        })
        ${body}
      })()`)
    } finally {
      await page.close()
    }
  }

  it('reads, and sees the header fields that the service exposes', async () => {
    const seen = await inPage(
      pages,
      `const skus = []
       for await (const { sku } of inventory.listItems()) skus.push(sku)
       const { response } = await inventory.getItem({ path: { sku: 'NUT-M8' } }).withResponse()
       return { skus, etag: response.headers.get('ETag') }`,
    )
    expect(seen).toEqual({ skus: ['NUT-M8'], etag: expect.stringMatching(/^".+"$/) })
  })

  it('writes, with a key of its own', async () => {
    const made = await inPage(
      pages,
      `const { body, response } = await inventory
         .createReservation({ body: { lines: [{ sku: 'NUT-M8', quantity: 2 }] } })
         .withResponse()
       return { status: body.status, location: response.headers.get('Location') }`,
    )
    expect(made).toEqual({ status: 'held', location: expect.stringMatching(/^\/v1\/reservations\//) })
  })

  it('is told why it is refused', async () => {
    const refused = await inPage(
      pages,
      `try {
         await inventory.createItem({ body: { sku: 'A', name: 'a' } })
       } catch (error) {
         return [isApiError(error, 'createItem'), error.status, error.requestId]
       }`,
    )
    expect(refused).toEqual([true, 403, expect.any(String)])
  })

  it('does not reach the service from an origin that is not listed', async () => {
    const code = await inPage(strangers, `return inventory.listItems().catch((error) => error.code)`)
    expect(code).toBe('connection_failed')
  })
})

const types: Readonly<Record<string, string>> = { js: 'text/javascript', map: 'application/json' }

/** An empty page, and the files of a package. */
async function servePackage(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    if (path === '/') response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>')
    else {
      response.writeHead(200, { 'Content-Type': types[path.split('.').at(-1) ?? ''] ?? 'text/plain' })
      createReadStream(join(folder, path))
        .on('error', () => response.destroy())
        .pipe(response)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
