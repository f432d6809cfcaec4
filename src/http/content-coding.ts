import type { IncomingMessage } from 'node:http'
import { finished, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Problem } from '../problem/problem.js'

/* `Content-Encoding` (RFC 9110 section 8.4). */

const decoders: ReadonlyMap<string, () => NodeJS.ReadWriteStream> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  // As RFC 9110 section 8.4.1.2 has it, with a zlib header; without one it is damaged.
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

/**
 * A request body, decompressed as it is read. Throws a problem: 413 where more than `limitBytes` is announced, 415 for a
 * coding that is not known or more than one.
 */
export function openBody(request: IncomingMessage, limitBytes: number): Readable {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes)
  return decompressed(request, limitBytes)
}

function decompressed(request: IncomingMessage, limitBytes: number): Readable {
  const codings = (request.headers['content-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const [coding, ...more] = codings
  if (coding === undefined) return request
  const createDecoder = more.length === 0 ? decoders.get(coding) : undefined
  if (!createDecoder) {
    throw new Problem('unsupported-media-type', {
      detail: 'Send the body as it is, or compressed once with gzip, deflate or br.',
      headers: { 'Accept-Encoding': 'gzip, deflate, br' },
    })
  }
  const decoder = createDecoder() as unknown as Readable & NodeJS.WritableStream
  let received = 0
  // What is compressed can be endless and hold nothing.
  request.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > limitBytes) decoder.destroy(tooLarge(limitBytes))
  })
  // An error reaches whoever reads the decoder; behind that nothing is left to do with it.
  decoder.on('error', () => undefined)
  // Not a pipeline, which would take the socket from a request that has yet to be answered.
  request.pipe(decoder)
  finished(request, (error) => {
    if (error) decoder.destroy(error)
  })
  return decoder
}

/** Chunk by chunk. Throws a problem: 413 past the limit, 400 where the body is damaged or breaks off. */
export async function* readChunks(body: Readable, limitBytes: number): AsyncGenerator<Uint8Array> {
  let received = 0
  try {
    // The request is not destroyed when reading stops early: its connection still carries the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length
      if (received > limitBytes) throw tooLarge(limitBytes)
      yield chunk
    }
  } catch (error) {
    throw toProblem(error)
  }
}

/** All of it, with the same problems. By events: most bodies are one chunk, and an iterator costs several turns for each. */
export function readWhole(body: Readable, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let received = 0
    const take = (chunk: Buffer): void => {
      received += chunk.length
      if (received <= limitBytes) chunks.push(chunk)
      else settle(tooLarge(limitBytes))
    }
    const settle = (error?: unknown): void => {
      body.off('data', take)
      stop()
      if (error) {
        // Not destroyed: its connection still carries the answer.
        body.pause()
        reject(toProblem(error))
      } else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    }
    const stop = finished(body, { writable: false }, settle)
    body.on('data', take)
  })
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem('malformed-request', { detail: 'The body is incomplete or damaged.', cause: error })
}

function tooLarge(limitBytes: number): Problem {
  return new Problem('content-too-large', { detail: `The body may have ${limitBytes} bytes, decompressed.` })
}
