import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenApiDocument } from '../../src/contract/document/read-document.js'
import { createDocs, createStaticDocs } from '../../src/http/docs.js'

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const missing = !existsSync(executablePath)
const reason = missing ? ` (skipped: no ${executablePath}; CHROMIUM_PATH names another)` : ''

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe.skipIf(missing)(`the docs in Chromium${reason}`, { timeout: 30_000 }, () => {
  let folder: string
  let title: string
  let server: Server
  let context: BrowserContext

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-docs-'))
    const bundle = await readFile(new URL('../../generated/openapi.json', import.meta.url), 'utf8')
    const document = JSON.parse(bundle) as OpenApiDocument
    ;({ title } = document['info'] as { readonly title: string })
    await writeFile(join(folder, 'docs.html'), createStaticDocs({ document }))
    server = await serve(document)
    context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath,
      headless: true,
      args: flags,
      viewport: { width: 1440, height: 1000 },
    })
  }, 60_000)

  afterAll(async () => {
    await context.close()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })

  describe.each([
    { kind: 'served below a base path', at: () => `${originOf(server)}/service/docs` },
    { kind: 'served, asked for with a slash at the end', at: () => `${originOf(server)}/service/docs/` },
    { kind: 'in one file', at: () => pathToFileURL(join(folder, 'docs.html')).href },
  ])('$kind', ({ at }) => {
    let page: Page
    let seen: Awaited<ReturnType<typeof open>>['seen']

    beforeAll(async () => {
      ;({ page, seen } = await open(context, at()))
    }, 60_000)

    it.each([
      { id: 'tag/Clients/operation/registerClient', want: 'Access: scope clients:register' },
      { id: 'tag/Service/operation/getCaller', want: 'Access: any valid access token' },
      { id: 'tag/Service/operation/getStatus', want: 'Access: anonymous' },
    ])('shows $want without a click', async ({ id, want }) => {
      expect(await page.locator(`[id="${id}"]`).getByText(startingWith(want)).first().isVisible()).toBe(true)
    })

    it('has the title of the document and no icon to ask for', async () => {
      expect(await page.title()).toBe(title)
      expect(seen.requests.filter((url) => url.includes('favicon'))).toEqual([])
    })

    it('can be searched', async () => {
      await page.getByPlaceholder('Search...').fill('register')
      const result = page.locator('[data-role="search:results"]').getByText('Register a client')
      await result.waitFor()
      expect(await result.count()).toBe(1)
    })

    it('shows no invalid examples', async () => {
      expect(await page.content()).not.toContain('x-invalid-examples')
    })

    it('asks nobody else, violates no policy and reports no error', async () => {
      const own =
        new URL(at()).protocol === 'file:'
          ? [at(), 'blob:null/']
          : [originOf(server), `blob:${originOf(server)}/`]
      expect(seen.requests.length).toBeGreaterThan(1)
      expect(seen.requests.filter((url) => !own.some((start) => url.startsWith(start)))).toEqual([])
      expect(seen.errors).toEqual([])
      expect(await page.evaluate('violations')).toEqual([])
    })
  })

  it('would notice an error, a violation and a request to somebody else', async () => {
    const { page, seen } = await open(context, `${originOf(server)}/service/docs`)
    const outside = 'https://outside.invalid/logo.svg'
    await page.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', resolve)
      document.body.append(Object.assign(new Image(), { src: '${outside}' }))
    })`)
    expect(await page.evaluate('violations')).toEqual([`img-src ${outside}`])
    expect(seen.requests).toContain(outside)
    expect(seen.errors.sort()).toEqual([
      expect.stringContaining('Content Security Policy'),
      `failed: ${outside}`,
    ])
  })
})

/** Where the document has several schemes, the name of one follows. */
function startingWith(text: string): RegExp {
  return new RegExp(`^${text}(?: \\(|$)`)
}

/** Opens a page, waits until Redoc has rendered it, and keeps on noting what it asks for and what goes wrong. */
async function open(context: BrowserContext, url: string) {
  const page = await context.newPage()
  const seen = { requests: [] as string[], errors: [] as string[] }
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) seen.requests.push(request.url())
  })
  page.on('requestfailed', (request) => seen.errors.push(`failed: ${request.url()}`))
  page.on('response', (response) => {
    if (response.status() >= 400) seen.errors.push(`${response.status()}: ${response.url()}`)
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') seen.errors.push(message.text())
  })
  page.on('pageerror', (error) => seen.errors.push(error.message))
  await page.addInitScript({
    content: `globalThis.violations = []
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
        violations.push(effectiveDirective + ' ' + blockedURI)
      })`,
  })
  await page.goto(url)
  await page.getByRole('heading', { name: 'Register a client' }).waitFor()
  return { page, seen }
}

/** The docs below /service, as a service below a base path would answer. */
async function serve(document: OpenApiDocument): Promise<Server> {
  const assets = new Map(createDocs({ document }).assets.map((asset) => [`/service${asset.path}`, asset]))
  const server = createServer((request, response) => {
    const asset = assets.get(request.url ?? '')
    if (!asset) return void response.writeHead(404).end()
    response.writeHead(asset.status, {
      'Content-Type': asset.contentType,
      'X-Content-Type-Options': 'nosniff',
      ...asset.headers,
    })
    response.end(asset.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
