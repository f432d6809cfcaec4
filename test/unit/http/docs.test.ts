import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createDocs, createStaticDocs, type DocsAsset, type DocsInput } from '../../../src/http/docs.js'
import { toDocsDocument } from '../../../src/http/docs-document.js'
import { toOffline } from '../../../src/http/redoc-bundle.js'

const document = {
  openapi: '3.1.1',
  info: { title: 'Nuts & <Bolts>', version: '1', description: '</script><!--<script>' },
  paths: { '/a': { get: { security: [], 'x-invalid-examples': {} } } },
}

function assetsOf(input: Partial<DocsInput> = {}): Map<string, DocsAsset> {
  return new Map(createDocs({ document, ...input }).assets.map((asset) => [asset.path, asset]))
}

function pageOf(input?: Partial<DocsInput>): string {
  return String(assetsOf(input).get('/docs')?.body)
}

/** Absolute paths of what the page names, when it stands at this path. */
function addressesIn(page: string, at: string): string[] {
  return Array.from(
    page.matchAll(/(?:src|data-document|data-download)="([^"]*)"/g),
    ([, address = '']) => new URL(address, new URL(at, 'http://service.example')).pathname,
  )
}

describe('createDocs', () => {
  it('gives the page and all that it names', () => {
    const assets = assetsOf()
    expect([...assets.values()].map(({ path, contentType }) => [path, contentType])).toEqual([
      ['/docs', 'text/html; charset=utf-8'],
      ['/docs/', 'text/plain'],
      [expect.stringMatching(/^\/docs\/redoc-[\w-]{16}\.js$/), 'text/javascript; charset=utf-8'],
      ['/docs/boot.js', 'text/javascript; charset=utf-8'],
      ['/docs/openapi.json', 'application/json'],
    ])
    for (const address of addressesIn(pageOf(), '/docs')) expect([...assets.keys()]).toContain(address)
  })

  it('works below a base path', () => {
    const below = addressesIn(pageOf(), '/service/docs')
    expect(below).toEqual(addressesIn(pageOf(), '/docs').map((path) => `/service${path}`))
    expect(below).toContain('/service/docs/openapi.json')
  })

  it('leads from /docs/ to /docs, whatever the base path', () => {
    const asset = assetsOf().get('/docs/')
    expect(asset?.status).toBe(308)
    const location = asset?.headers['Location'] ?? ''
    expect(new URL(location, 'http://service.example/base/docs/').pathname).toBe('/base/docs')
  })

  it('allows the page, and nothing but the page, what Redoc needs', () => {
    const policies = [...assetsOf().values()].map(({ headers }) => headers['Content-Security-Policy'])
    expect(policies.filter((policy) => policy !== undefined)).toEqual([
      "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ])
    expect(assetsOf().get('/docs')?.headers).toHaveProperty('Content-Security-Policy')
  })

  it('has strong entity tags that change with the content', () => {
    const tagsOf = (title: string) => {
      const assets = assetsOf({ document: { ...document, info: { ...document.info, title } } })
      return ['/docs', '/docs/boot.js', '/docs/openapi.json'].map((path) => assets.get(path)?.headers['ETag'])
    }
    const [page, boot, shown] = tagsOf('One')
    for (const tag of [page, boot, shown]) expect(tag).toMatch(/^"[\w-]{43}"$/)
    expect(tagsOf('One')).toEqual([page, boot, shown])
    expect(tagsOf('Two')).toEqual([
      expect.not.stringMatching(page ?? ''),
      boot,
      expect.not.stringMatching(shown ?? ''),
    ])
  })

  it('lets Redoc be kept for ever under a name made from its content, and the rest be asked for again', () => {
    for (const { path, body, headers, status } of assetsOf().values()) {
      if (status === 308) continue
      if (path.startsWith('/docs/redoc-')) {
        const digest = createHash('sha256').update(body).digest('base64url')
        expect(path).toContain(digest.slice(0, 16))
        expect(headers['Cache-Control']).toBe('public, max-age=31536000, immutable')
      } else expect(headers['Cache-Control']).toBe('no-cache')
    }
  })

  it('shows the document with access stated and without invalid examples', () => {
    const shown: unknown = JSON.parse(String(assetsOf().get('/docs/openapi.json')?.body))
    expect(shown).toEqual(toDocsDocument(document))
    expect(JSON.stringify(shown)).not.toContain('x-invalid-examples')
  })

  it.each([
    { given: {}, want: '<title>Nuts &amp; &lt;Bolts&gt;</title>' },
    { given: { title: '"Mine"' }, want: '<title>&quot;Mine&quot;</title>' },
    { given: { document: { openapi: '3.1.1' } }, want: '<title>API</title>' },
  ])('has the title $want', ({ given, want }) => {
    expect(pageOf(given)).toContain(want)
  })

  it('offers the published document for download where it is told its address', () => {
    expect(pageOf()).toContain('data-download="docs/openapi.json"')
    expect(pageOf({ documentUrl: 'openapi.json?a&b' })).toContain('data-download="openapi.json?a&amp;b"')
  })

  it('has no inline script and an icon of its own', () => {
    expect(pageOf()).not.toMatch(/<script(?![^>]* src=)/)
    expect(pageOf()).toContain('<link rel="icon" href="data:,">')
  })

  it("serves Redoc without its maker's address", () => {
    const [redoc] = [...assetsOf().values()].filter(({ path }) => path.startsWith('/docs/redoc-'))
    expect(/cdn\.redoc\.ly|sourceMappingURL=redoc/.exec(String(redoc?.body))).toBeNull()
  })
})

describe('toOffline', () => {
  const logo = 'src:"https://cdn.redoc.ly/redoc/logo-mini.svg"'

  it('replaces the logo by an image that stands in the script', () => {
    expect(toOffline(`a({${logo}})`)).toMatch(/^a\(\{src:"data:image\/svg\+xml,[^"]+"\}\)$/)
  })

  it.each([
    { given: 'a()', because: 'has no logo' },
    { given: 'src:"https://cdn.redoc.ly/redoc/logo.svg"', because: 'has another logo' },
    { given: `${logo};src:"https://cdn.redoc.ly/redoc/more.svg"`, because: 'loads more from there' },
  ])('refuses a script that $because', ({ given }) => {
    expect(() => toOffline(given)).toThrow(/^the installed redoc does not load its logo from https:/)
  })
})

describe('createStaticDocs', () => {
  const page = createStaticDocs({ document })

  it('is one file: no part of it is elsewhere', () => {
    expect(/<script[^>]* src=|<link(?! rel="icon" href="data:,")/.exec(page)).toBeNull()
    expect(/<title>.*/.exec(page)?.[0]).toBe('<title>Nuts &amp; &lt;Bolts&gt;</title>')
  })

  it('allows its own scripts by their digest, and no connection', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    const scripts = Array.from(page.matchAll(/<script>([^]*?)<\/script>/g), ([, text = '']) => text)
    const digests = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    expect(digests).toHaveLength(2)
    expect(policy).toContain(`default-src 'none'; script-src ${digests.join(' ')};`)
    expect(policy).not.toContain('connect-src')
  })

  it('holds the document, with nothing in it that could end or confuse a script element', () => {
    const [, json = ''] = /<script type="application\/json" id="document">([^<]*)<\/script>/.exec(page) ?? []
    expect(JSON.parse(json)).toEqual(toDocsDocument(document))
    expect(page.match(/<script/gi)).toHaveLength(3)
    expect(page.match(/<\/script/gi)).toHaveLength(3)
    expect(page.indexOf('<!--')).toBe(-1)
  })
})
