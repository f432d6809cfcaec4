import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import type { Readable } from 'node:stream'
import { BodyLimitError, type BodyFormat, type DecodedBody } from '../contract/bodies/body-format.js'
import { defaultLimits, type BodyLimits } from '../contract/limits.js'
import { LinesError } from '../contract/bodies/lines.js'
import type { RequestBody } from '../contract/bodies/request-body.js'
import { Problem } from '../problem/problem.js'
import { createBinaryStore, type BinaryStoreOptions } from './binary-store.js'
import { openBody, readChunks, readWhole } from './content-coding.js'

export interface BodyOptions {
  /** Largest request body, bytes before and after decompression. Default: 1,048,576. */
  readonly bodyLimitBytes?: number
  /** Violations told of one request. Default: 20. */
  readonly violationLimit?: number
  /** How deep arrays and objects of a request nest, levels. Default: 64. */
  readonly depthLimit?: number
  /** Most members of a urlencoded form. Default: 1,000. */
  readonly memberLimit?: number
  /** Most parts of a multipart body. Default: 1,000. */
  readonly partLimit?: number
  /** Bytes that all parts of a multipart body may have together which are no files. Default: 1,048,576. */
  readonly fieldLimitBytes?: number
  /** Bytes of one line of a line-delimited body. Default: 1,048,576. */
  readonly lineLimitBytes?: number
  /** Bytes of uploaded files that one request keeps in memory; what is more goes to disk. Default: 65,536. */
  readonly fileMemoryBytes?: number
  /** Folder for uploaded files, until the request is over. Default: the system's, for temporary files. */
  readonly fileFolder?: string
}

export interface ResolvedBodyOptions {
  readonly limitBytes: number
  readonly limits: BodyLimits
  readonly store: BinaryStoreOptions
}

export function resolveBodyOptions(options: BodyOptions): ResolvedBodyOptions {
  const { bodyLimitBytes = 1_048_576, fileMemoryBytes = 65_536, fileFolder = tmpdir() } = options
  return {
    limitBytes: bodyLimitBytes,
    limits: {
      violations: options.violationLimit ?? defaultLimits.violations,
      depth: options.depthLimit ?? defaultLimits.depth,
      members: options.memberLimit ?? defaultLimits.members,
      parts: options.partLimit ?? defaultLimits.parts,
      fieldBytes: options.fieldLimitBytes ?? defaultLimits.fieldBytes,
      lineBytes: options.lineLimitBytes ?? defaultLimits.lineBytes,
    },
    store: { memoryBytes: fileMemoryBytes, folder: fileFolder },
  }
}

const nothing: DecodedBody = { violations: [] }

/**
 * Reads the body that an operation declares. Throws a problem where it cannot be read at all (413, 415, 400); what can be
 * read but does not fit comes back as violations. Files are kept until the response is over.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  declared: RequestBody,
  options: ResolvedBodyOptions,
): Promise<DecodedBody> {
  const contentType = request.headers['content-type']
  const format = contentType === undefined ? undefined : declared.find(contentType)
  const isSent = announcesBytes(request) || isEmptyBody(request, format)
  // A media type that is not accepted is told also where nothing of it was sent yet.
  if (!format && (isSent || contentType !== undefined)) throw unsupported(declared)
  if (!format || !isSent) return declared.required ? missing : nothing
  const body = openBody(request, options.limitBytes)
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
  try {
    return await decode(format, body, declared, response, options)
  } catch (error) {
    throw error instanceof BodyLimitError ? tooLarge(error) : error
  }
}

const missing: DecodedBody = {
  violations: [{ in: 'body', pointer: '', keyword: 'required', detail: 'is required' }],
}

/** RFC 9112 section 6.3: the fields of a request say whether bytes follow. */
export function announcesBytes({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** `Content-Length: 0` is a body where no bytes are a value of the media type. */
function isEmptyBody({ headers }: IncomingMessage, format: BodyFormat | undefined): boolean {
  const isValue = format?.kind === 'binary' || (format?.kind === 'whole' && format.emptyIsValue)
  return isValue && headers['content-length'] !== undefined
}

async function decode(
  format: BodyFormat,
  body: Readable,
  { required }: RequestBody,
  response: ServerResponse,
  { limitBytes, limits, store: storeOptions }: ResolvedBodyOptions,
): Promise<DecodedBody> {
  if (format.kind === 'whole') {
    const bytes = await readWhole(body, limitBytes)
    if (bytes.length === 0 && !format.emptyIsValue) return required ? missing : nothing
    return format.decode(bytes, limits)
  }
  const chunks = readChunks(body, limitBytes)
  if (format.kind === 'lines') return { value: linesOrProblem(format.decode(chunks, limits)), violations: [] }
  const store = createBinaryStore(storeOptions)
  const discard = (): void => {
    // Nothing is left to do about a temporary file that cannot be closed.
    store.discard().catch(() => undefined)
  }
  // Node warns of more than ten listeners on a response, and a reply that is a stream brings six.
  if (response.closed) discard()
  else response.once('close', discard)
  return format.kind === 'binary'
    ? format.decode(await store.keep(chunks))
    : format.decode(chunks, limits, store.keep)
}

/** Lines are read while the handler runs, so what is wrong with them surfaces in it, as a problem of its own. */
async function* linesOrProblem(lines: AsyncIterable<unknown>): AsyncGenerator {
  try {
    yield* lines
  } catch (error) {
    if (error instanceof LinesError)
      throw new Problem('invalid-request', { errors: error.violations, cause: error })
    throw error instanceof BodyLimitError ? tooLarge(error) : error
  }
}

function tooLarge(error: BodyLimitError): Problem {
  return new Problem('content-too-large', { detail: error.message, cause: error })
}

function unsupported({ mediaTypes }: RequestBody): Problem {
  return new Problem('unsupported-media-type', {
    detail: `Send the body as ${mediaTypes.join(' or ')}, in UTF-8.`,
    headers: { Accept: mediaTypes.join(', ') },
  })
}
