import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { parseDocument } from 'yaml'
import type { Json } from '../json-pointer.js'

/** An OpenAPI document as parsed JSON or YAML. */
export type OpenApiDocument = Readonly<Record<string, unknown>>

/** A path or URL as a URL; paths are taken from the working directory. */
export function toUrl(source: string | URL): URL {
  if (source instanceof URL) return source
  return /^(?:file|https?):/i.test(source) ? new URL(source) : pathToFileURL(source)
}

/** Reads and parses one JSON or YAML file. Throws an Error whose message says what is wrong with it. */
export async function readDocument(url: URL): Promise<Json> {
  return parseText(await readText(url))
}

async function readText(url: URL): Promise<string> {
  if (url.protocol === 'file:') {
    const path = new URL(url)
    path.hash = ''
    return readFile(path, 'utf8').catch((error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException
      throw new Error(
        code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? message})`,
        {
          cause: error,
        },
      )
    })
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  return response.text()
}

function parseText(text: string): Json {
  // JSON is YAML, but its own parser is some fifty times faster, which counts for large bundles.
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as Json
    } catch {
      // YAML in flow style also starts like this.
    }
  }
  const document = parseDocument(text, { version: '1.2', merge: true, stringKeys: true })
  const [error] = document.errors
  if (error) {
    // Below its first line the message shows the place in the text, which is too much for one line of a list.
    const [what = ''] = error.message.split(':\n', 1)
    throw new Error(`it is neither JSON nor YAML: ${what}`)
  }
  return document.toJS({ maxAliasCount: 1_000 }) as Json
}
