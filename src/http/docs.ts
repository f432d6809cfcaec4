import { createHash } from 'node:crypto'
import { isJsonObject } from '../contract/json-pointer.js'
import type { OpenApiDocument } from '../contract/document/read-document.js'
import { toDocsDocument } from './docs-document.js'
import { bootScript, docsContentSecurityPolicy, toDocsPage, toStaticDocsPage } from './docs-page.js'
import { readRedocBundle } from './redoc-bundle.js'

/** One answer of the docs, the same for every GET. */
export interface DocsAsset {
  /** Below the service's own base path. */
  readonly path: string
  /** 308 sends `/docs/` to `/docs`, from where the page's relative addresses count. */
  readonly status: 200 | 308
  readonly contentType: string
  readonly body: string | Buffer
  /** Further headers: caching, the page's Content-Security-Policy. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Docs {
  /** The page at `/docs` and all that it loads, below `/docs/`. */
  readonly assets: readonly DocsAsset[]
}

export interface DocsInput {
  /** A bundled OpenAPI document. */
  readonly document: OpenApiDocument
  /** Title of the page. Default: the document's `info.title`. */
  readonly title?: string
  /** Where the document itself is published, relative to the page. Default: the copy that the page shows. */
  readonly documentUrl?: string
}

/**
 * The Redoc page of a document. It works below any base path and loads nothing from elsewhere. Reads the installed
 * Redoc; throws an Error where that is not the expected one.
 */
export function createDocs({ document, title = titleOf(document), documentUrl }: DocsInput): Docs {
  const redoc = Buffer.from(readRedocBundle())
  const redocPath = `docs/redoc-${digest(redoc).slice(0, 16)}.js`
  const shownPath = 'docs/openapi.json'
  const bootPath = 'docs/boot.js'
  const page = toDocsPage({
    title,
    redoc: redocPath,
    boot: bootPath,
    document: shownPath,
    download: documentUrl ?? shownPath,
  })
  const script = 'text/javascript; charset=utf-8'
  return {
    assets: [
      toAsset('docs', 'text/html; charset=utf-8', page, {
        'Content-Security-Policy': docsContentSecurityPolicy,
      }),
      { path: '/docs/', status: 308, contentType: 'text/plain', body: '', headers: { Location: '../docs' } },
      // The name changes with the content, so it need never be asked for again.
      toAsset(redocPath, script, redoc, { 'Cache-Control': 'public, max-age=31536000, immutable' }),
      toAsset(bootPath, script, bootScript),
      toAsset(shownPath, 'application/json', JSON.stringify(toDocsDocument(document))),
    ],
  }
}

/** The same page in one HTML file that opens without a server. Throws like `createDocs`. */
export function createStaticDocs({
  document,
  title = titleOf(document),
}: Omit<DocsInput, 'documentUrl'>): string {
  return toStaticDocsPage({ title, redoc: readRedocBundle(), document: toDocsDocument(document) })
}

/** An asset that is revalidated by the digest of its bytes. `path` is below the service's own base path. */
export function toAsset(
  path: string,
  contentType: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): DocsAsset {
  return {
    path: `/${path}`,
    status: 200,
    contentType,
    body,
    headers: { ETag: `"${digest(body)}"`, 'Cache-Control': 'no-cache', ...headers },
  }
}

function digest(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('base64url')
}

function titleOf({ info }: OpenApiDocument): string {
  return isJsonObject(info) && typeof info['title'] === 'string' ? info['title'] : 'API'
}
