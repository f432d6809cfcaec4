import type { BinaryContent, FilePart, KeepBytes } from '../../src/contract/bodies/binary-content.js'
import type { DecodedBody } from '../../src/contract/bodies/body-format.js'
import type { DefectPolicy } from '../../src/contract/defect.js'
import { defaultLimits, type BodyLimits } from '../../src/contract/limits.js'
import { loadContract } from '../../src/contract/load-contract.js'
import { createBinaryStore } from '../../src/http/binary-store.js'
import { anonymous, documentWith } from './document.js'

export type Version = '3.0.4' | '3.1.1' | '3.2.0'

export interface BodyReader {
  /** Reads a body as the gate does; `undefined` where its content type is not accepted. */
  readonly read: (contentType: string, body: string | Uint8Array) => Promise<DecodedBody | undefined>
  readonly warnings: readonly string[]
}

export interface BodyReaderOptions {
  readonly version?: Version
  readonly onDefect?: DefectPolicy
  readonly limits?: Partial<BodyLimits>
  /** How many bytes come at once. Default: all. */
  readonly chunkBytes?: number
  readonly components?: object
}

/** A document with one operation that takes these media types. */
export function documentTaking(
  content: object,
  { version = '3.1.1', components }: BodyReaderOptions = {},
): object {
  const post = { ...anonymous, requestBody: { content } }
  const document = { ...documentWith({ '/a': { post } }), openapi: version, components }
  // As a document is read: without what is undefined.
  return JSON.parse(JSON.stringify(document)) as object
}

export async function createBodyReader(
  content: object,
  options: BodyReaderOptions = {},
): Promise<BodyReader> {
  const document = documentTaking(content, options)
  const contract = await loadContract(document as never, { onDefect: options.onDefect ?? 'refuse' })
  const body = contract.operations.get('POST /a')!.requestBody!
  const limits = { ...defaultLimits, ...options.limits }
  return {
    warnings: contract.warnings.map(({ code, pointer }) => `${code} ${pointer}`),
    async read(contentType, sent) {
      const format = body.find(contentType)
      if (!format) return undefined
      const bytes = typeof sent === 'string' ? Buffer.from(sent) : sent
      const chunks = inChunks(bytes, options.chunkBytes ?? bytes.length)
      const keep: KeepBytes = createBinaryStore({ memoryBytes: Infinity, folder: '/nowhere' }).keep
      switch (format.kind) {
        case 'whole':
          return format.decode(bytes, limits)
        case 'binary':
          return format.decode(await keep(chunks))
        case 'parts':
          return format.decode(chunks, limits, keep)
        case 'lines': {
          const value: unknown[] = []
          for await (const line of format.decode(chunks, limits)) value.push(line)
          return { value, violations: [] }
        }
      }
    },
  }
}

export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Violations as `pointer keyword`, as tables hold them. */
export function faults(decoded: DecodedBody | undefined): readonly string[] | undefined {
  return decoded?.violations.map(({ pointer, keyword }) => `${pointer} ${keyword}`)
}

/** A value with each file replaced by what can be compared: its bytes as text, its media type and its name. */
export async function plain(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(plain))
  if (typeof value !== 'object' || value === null) return value
  if ('bytes' in value && typeof value.bytes === 'function') {
    const { mediaType, filename, ...file } = value as BinaryContent & Partial<FilePart>
    return {
      file: Buffer.from(await file.bytes()).toString(),
      mediaType,
      ...(filename !== undefined && { filename }),
    }
  }
  const entries = Object.entries(value).map(async ([name, member]) => [name, await plain(member)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

export interface Part {
  readonly name: string
  readonly value?: string | Uint8Array
  readonly filename?: string
  readonly type?: string
  /** Further header lines. */
  readonly headers?: readonly string[]
}

/** A `multipart/form-data` body as browsers write it. */
export function multipart(parts: readonly Part[], boundary = 'XX'): Buffer {
  const written = parts.flatMap(({ name, value = '', filename, type, headers = [] }) => {
    const disposition = `form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}`
    const lines = [
      `Content-Disposition: ${disposition}`,
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      ...headers,
    ]
    return [
      Buffer.from(`--${boundary}\r\n${lines.join('\r\n')}\r\n\r\n`),
      Buffer.from(value as string),
      Buffer.from('\r\n'),
    ]
  })
  return Buffer.concat([...written, Buffer.from(`--${boundary}--\r\n`)])
}
