/** Why a document was not fetched. */
export type FetchJsonCode = 'network' | 'timeout' | 'status' | 'media_type' | 'too_large' | 'json'

export class FetchJsonError extends Error {
  override readonly name = 'FetchJsonError'
  readonly code: FetchJsonCode
  /** `status`: which one. */
  readonly status?: number

  constructor(
    code: FetchJsonCode,
    message: string,
    options: ErrorOptions & { readonly status?: number } = {},
  ) {
    super(message, options)
    this.code = code
    if (options.status !== undefined) this.status = options.status
  }
}

export interface FetchJsonOptions {
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  /** Milliseconds for the whole answer. Default: 5,000. */
  readonly timeoutMs?: number
  /** Ends the attempt, in place of `timeoutMs`. */
  readonly signal?: AbortSignal
  /** Sent as a form by POST, with credentials. Default: GET, with neither. */
  readonly form?: { readonly body: URLSearchParams; readonly authorization?: string }
}

/** Metadata and key sets are a few kB. A larger body is cut off there, after decompression. */
const maxBytes = 512 * 1024

/**
 * Fetches a JSON document from an address that the configuration or an issuer names: one hop, 200 alone, JSON alone,
 * bounded in size and time. Throws `FetchJsonError`, which quotes nothing of what was sent or received.
 */
export async function fetchJson(url: string, options: FetchJsonOptions = {}): Promise<unknown> {
  const { fetch = globalThis.fetch, signal = AbortSignal.timeout(options.timeoutMs ?? 5000), form } = options
  try {
    const response = await fetch(url, {
      // A redirect would move trust to an address that nobody configured.
      redirect: 'error',
      headers: {
        accept: 'application/json',
        ...(form?.authorization !== undefined && { authorization: form.authorization }),
      },
      ...(form !== undefined && { method: 'POST', body: form.body }),
      signal,
    })
    const refusal = refusalOf(response)
    if (refusal !== undefined) {
      await response.body?.cancel()
      throw refusal
    }
    return parseJson(await readBytes(response))
  } catch (error) {
    if (error instanceof FetchJsonError) throw error
    throw signal.aborted
      ? new FetchJsonError('timeout', 'No complete answer in time', { cause: error })
      : new FetchJsonError('network', 'The address cannot be reached, or it redirects', { cause: error })
  }
}

function refusalOf(response: Response): FetchJsonError | undefined {
  const { status } = response
  if (status !== 200) return new FetchJsonError('status', `Answered with status ${status}`, { status })
  const mediaType = response.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (/^application\/(?:[a-z0-9.-]+\+)?json$/.test(mediaType)) return undefined
  return new FetchJsonError('media_type', 'Answered with something other than JSON')
}

async function readBytes(response: Response): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const body: AsyncIterable<Uint8Array> = response.body
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    // Leaving the loop cancels the stream.
    if (size > maxBytes) throw new FetchJsonError('too_large', `Answered with more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new FetchJsonError('json', 'Answered with malformed JSON', { cause })
  }
}
