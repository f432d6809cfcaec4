import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { BodyFormat, RequestBody } from '../contract/request-body.js'
import { LinesError } from '../contract/request-body.js'
import { LineTooLongError } from '../contract/lines.js'
import { Problem, type Violation } from '../problem/problem.js'

export interface ReadBody {
  readonly value?: unknown
  readonly violations: readonly Violation[]
}

const nothing: ReadBody = { violations: [] }

const decoders: Readonly<Record<string, (() => NodeJS.ReadWriteStream) | undefined>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * Reads the body that an operation declares, `limitBytes` of it at most, before and after decompression. Throws a problem
 * where it cannot be read at all (413, 415, 400); what can be read but does not fit comes back as violations.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  declared: RequestBody,
  limitBytes: number,
): Promise<ReadBody> {
  if (!hasBody(request)) {
    if (!declared.required) return nothing
    return { violations: [{ in: 'body', pointer: '', keyword: 'required', detail: 'is required' }] }
  }
  const format = declared.find(request.headers['content-type'])
  if (!format) {
    throw new Problem('unsupported-media-type', {
      detail: `Send the body as ${declared.mediaTypes.join(' or ')}, in UTF-8.`,
      headers: { Accept: declared.mediaTypes.join(', ') },
    })
  }
  const chunks = bounded(decompressed(request, limitBytes), limitBytes)
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
  return decode(format, chunks)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

async function decode(format: BodyFormat, chunks: AsyncIterable<Uint8Array>): Promise<ReadBody> {
  if (format.kind === 'lines') return { value: linesOrProblem(format.decode(chunks)), violations: [] }
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return format.decode(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts))
}

/** Lines are read while the handler runs, so what is wrong with them surfaces in it, as a problem of its own. */
async function* linesOrProblem(lines: AsyncIterable<unknown>): AsyncGenerator {
  try {
    yield* lines
  } catch (error) {
    if (error instanceof LinesError)
      throw new Problem('invalid-request', { errors: error.violations, cause: error })
    if (error instanceof LineTooLongError)
      throw new Problem('content-too-large', { detail: 'A line is too long.', cause: error })
    throw error
  }
}

function decompressed(request: IncomingMessage, limitBytes: number): Readable {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity') return request
  const createDecoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
  if (!createDecoder) {
    throw new Problem('unsupported-media-type', {
      detail: 'Send the body as it is, or compressed with gzip, deflate or br.',
      headers: { 'Accept-Encoding': 'gzip, deflate, br' },
    })
  }
  const decoder = createDecoder() as unknown as Readable & NodeJS.WritableStream
  // The error reaches whoever reads the decoder; nothing is left to do with it here.
  pipeline(request, decoder, () => undefined)
  return decoder
}

async function* bounded(body: Readable, limitBytes: number): AsyncGenerator<Uint8Array> {
  let received = 0
  try {
    // The request is not destroyed when reading stops early: its connection still carries the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length
      if (received > limitBytes) throw tooLarge(limitBytes)
      yield chunk
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('malformed-request', { detail: 'The body is incomplete or damaged.', cause: error })
  }
}

function tooLarge(limitBytes: number): Problem {
  return new Problem('content-too-large', { detail: `The body may have ${limitBytes} bytes, decompressed.` })
}
