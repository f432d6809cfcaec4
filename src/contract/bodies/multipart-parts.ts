import type { Readable } from 'node:stream'
import { BodyLimitError, decodeUtf8 } from './body-format.js'
import type { SentHeaders } from './part-headers.js'

/* The parts of a multipart body (RFC 2046 section 5.1), one after the other as they arrive. */

/** Thrown where a body is not made of parts. The message is for the caller. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError'
}

export interface ReceivedPart {
  readonly headers: SentHeaders
  /** To be read to its end before the next part is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>
}

const incomplete = 'ends before its last boundary'
const headerLimitBytes = 16_384
const headerLimit = 100
/** RFC 2046 section 5.1.1. */
const boundarySyntax = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/

/** Throws `MultipartError`, and `BodyLimitError` past `partLimit` parts. */
export async function* readParts(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string | undefined,
  partLimit: number,
): AsyncGenerator<ReceivedPart> {
  if (boundary === undefined || !boundarySyntax.test(boundary))
    throw new MultipartError('has no boundary, or one that is not allowed')
  // Loaded with the first multipart body: most services never see one.
  const { Dicer } = await import('@fastify/busboy')
  const parser = new Dicer({
    boundary,
    maxHeaderPairs: headerLimit + 1,
    ...{ maxHeaderSize: headerLimitBytes },
  })
  const arrived: ArrivedPart[] = []
  let count = 0
  let failure: Error | undefined
  parser.on('part', (stream) => {
    if (++count > partLimit) failure ??= new BodyLimitError(`The body may have ${partLimit} parts.`)
    const part: ArrivedPart = { stream, header: undefined, ended: false }
    stream.on('header', (header) => (part.header = header as Record<string, string[]>))
    stream.on('end', () => (part.ended = true))
    // The parser says the same of itself.
    stream.on('error', () => undefined)
    arrived.push(part)
  })
  parser.on('error', () => (failure ??= new MultipartError(incomplete)))
  const source = chunks[Symbol.asyncIterator]()
  let exhausted = false
  const feed: Feed = async () => {
    if (exhausted) return false
    const next = await source.next()
    if (next.done) {
      exhausted = true
      parser.end()
      // The parser tells at once what a chunk holds, and a few ticks after the last what is missing.
      await new Promise((resolve) => setImmediate(resolve))
    } else parser.write(next.value)
    if (failure) throw failure
    return !exhausted
  }
  try {
    for (let more = true; more || arrived.length > 0;) {
      const part = arrived.shift()
      if (part) {
        while (!part.header && arrived.length === 0 && more) more = await feed()
        yield { headers: toHeaders(part.header), chunks: contentOf(part, feed) }
      } else more = await feed()
    }
  } finally {
    parser.destroy()
  }
}

/** Parses one more chunk; false where there is none. */
type Feed = () => Promise<boolean>

interface ArrivedPart {
  readonly stream: Readable
  header: Readonly<Record<string, readonly string[]>> | undefined
  ended: boolean
}

async function* contentOf(part: ArrivedPart, feed: Feed): AsyncGenerator<Uint8Array> {
  for (let more = true; ;) {
    const chunk = part.stream.read() as Buffer | null
    if (chunk) {
      yield chunk
      continue
    }
    // A stream says in the next tick that it has ended.
    await new Promise<void>((resolve) => process.nextTick(resolve))
    if (part.ended) return
    if (part.stream.readableLength > 0) continue
    if (!more) throw new MultipartError(incomplete)
    more = await feed()
  }
}

/** Throws `MultipartError` where there is none, more than is read, or anything that is not UTF-8. */
function toHeaders(sent: ArrivedPart['header']): SentHeaders {
  const headers = Object.create(null) as Record<string, readonly string[]>
  const fields = Object.entries(sent ?? {})
  let size = 0
  let count = 0
  for (const [name, values] of fields) {
    headers[name] = values.map((value) => {
      size += name.length + value.length + 4
      count++
      const text = decodeUtf8(Buffer.from(value, 'latin1'))
      if (text === undefined) throw new MultipartError('has a part whose header is not UTF-8')
      return text.trim()
    })
  }
  if (fields.length === 0) throw new MultipartError('has a part without a header')
  // The parser drops what is more.
  if (size >= headerLimitBytes || count > headerLimit)
    throw new MultipartError('has a part whose header is too large')
  return headers
}
