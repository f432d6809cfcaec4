import { createHash } from 'node:crypto'
import type { OpenApiDocument } from '../contract/document/read-document.js'

/** Addresses of the parts of a page, relative to it. */
export interface DocsPageParts {
  readonly title: string
  readonly redoc: string
  readonly boot: string
  /** The document that the page shows. */
  readonly document: string
  /** The document that its readers download. */
  readonly download: string
}

/** All parts of a page in one file. */
export interface StaticDocsPageParts {
  readonly title: string
  /** Text of Redoc's script. */
  readonly redoc: string
  readonly document: OpenApiDocument
}

/** What the browser may load for a page made of parts. Inline styles are how styled-components works. */
export const docsContentSecurityPolicy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; " +
  "worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The script that starts Redoc, in the page of parts and in the static one. */
export const bootScript = `'use strict'
{
  const page = document.getElementById('docs')
  const embedded = document.getElementById('document')
  const { document: address, download } = page.dataset
  Redoc.init(
    embedded ? JSON.parse(embedded.textContent) : address,
    {
      downloadUrls: download ? [{ url: download }] : undefined,
      jsonSamplesExpandLevel: 4,
      nativeScrollbars: true,
      theme: {
        typography: {
          fontFamily: 'system-ui, sans-serif',
          headings: { fontFamily: 'system-ui, sans-serif' },
          code: { fontFamily: 'ui-monospace, monospace', color: '#263238' },
        },
      },
    },
    page,
  )
}
`

/** The page made of parts. */
export function toDocsPage({ title, redoc, boot, document, download }: DocsPageParts): string {
  return toHtml(
    title,
    '',
    `<div id="docs" data-document="${escapeHtml(document)}" data-download="${escapeHtml(download)}"></div>
<script src="${escapeHtml(redoc)}"></script>
<script src="${escapeHtml(boot)}"></script>`,
  )
}

/** The page in one file, which opens from anywhere and loads nothing at all. */
export function toStaticDocsPage({ title, redoc, document }: StaticDocsPageParts): string {
  const scripts = [redoc, bootScript].map(toInlineScript)
  const policy =
    `default-src 'none'; script-src ${scripts.map(toHashSource).join(' ')}; style-src 'unsafe-inline'; ` +
    "img-src data:; worker-src blob:; base-uri 'none'; form-action 'none'"
  const json = JSON.stringify(document).replaceAll('<', '\\u003c')
  return toHtml(
    title,
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">\n`,
    `<div id="docs"></div>
<script type="application/json" id="document">${json}</script>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}`,
  )
}

/** The policy comes before all that it applies to. Without an icon of its own a page makes browsers ask for one. */
function toHtml(title: string, policy: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${policy}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>body { margin: 0 } button { font-family: inherit }</style>
</head>
<body>
<noscript>This page needs JavaScript.</noscript>
${body}
</body>
</html>
`
}

/** HTML "Restrictions for contents of script elements": in a script these occur in strings and expressions only. */
function toInlineScript(script: string): string {
  return script.replace(/<(?=!--|\/?script)/gi, '\\x3c')
}

function toHashSource(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
