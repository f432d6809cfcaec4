import { unlessAborted } from './clock.js'
import type { Settings } from './client-options.js'
import type { Exchanged } from './call.js'
import { ApiError, ConnectionError, TimeoutError, TokenError } from './errors.js'
import { tell, toEvent } from './hooks.js'
import type { LineUpload } from './line-delimited.js'
import { readReply, toApiError } from './reply.js'

export type RequestBody = string | FormData | Blob | ArrayBuffer | ReadableStream<Uint8Array> | null

/** A request that can be sent again, unless its body is a stream. */
export interface PreparedRequest {
  readonly operationId: string
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: RequestBody
  readonly isStream: boolean
  /** What the body is made of, where that is an iterable of the caller's. */
  readonly upload: LineUpload | undefined
  /** Scopes of the access token; `undefined`: it carries none. */
  readonly scopes: readonly string[] | undefined
}

export interface AttemptLimits {
  readonly signal: AbortSignal | undefined
  readonly attemptTimeoutMs: number
  /** When the call ends, milliseconds since the epoch, and how long it was given. */
  readonly endMs: number
  readonly timeoutMs: number
}

/** Scopes that are asked for along with those of a call. */
export type OtherScopes = ReadonlySet<string>

/**
 * One attempt: a token where there must be one, the request, and the body of its reply. A token that the service refuses
 * is replaced once (RFC 6750 section 3.1); insufficient scope is not its fault.
 */
export async function attemptExchange(
  request: PreparedRequest,
  attempt: number,
  settings: Settings,
  others: OtherScopes,
  limits: AttemptLimits,
): Promise<Exchanged> {
  const deadline = startDeadline(request, settings, limits)
  let isStreaming = false
  try {
    const { response, token } = await sendWithToken(request, attempt, settings, others, deadline.signal)
    if (!response.ok) throw await toApiError(response, request.operationId, token)
    const body = await readReply(response, request.operationId)
    isStreaming = isAsyncIterable(body)
    if (!isStreaming) return { body, response }
    // Time is for the header of a stream; how long it then runs is the caller's to say.
    deadline.stop()
    return { body: guarded(body as AsyncIterable<unknown>, request, deadline), response }
  } catch (cause) {
    throw toFailure(cause, request, deadline.signal)
  } finally {
    if (!isStreaming) deadline.release()
  }
}

interface Answer {
  readonly response: Response
  /** The access token that the request carried. */
  readonly token?: string
}

async function sendWithToken(
  request: PreparedRequest,
  attempt: number,
  settings: Settings,
  others: OtherScopes,
  signal: AbortSignal,
): Promise<Answer> {
  const { tokens } = settings
  const { scopes, headers, url, method } = request
  if (scopes === undefined || tokens === undefined)
    return { response: await send(request, attempt, settings, signal) }
  const { dpop } = tokens
  let mayReplace = !request.isStream
  let mayTakeNonce = !request.isStream && dpop !== undefined
  for (;;) {
    const { value: token } =
      tokens.tokenAtHand?.(scopes) ?? (await inTime(tokens.accessToken(scopes, others), signal))
    headers.set('Authorization', `${dpop === undefined ? 'Bearer' : 'DPoP'} ${token}`)
    if (dpop !== undefined) headers.set('DPoP', await dpop.prove({ method, url, accessToken: token }))
    const response = await send(request, attempt, settings, signal)
    dpop?.takeNonce(url, response.headers)
    if (response.status !== 401) return { response, token }
    if (mayTakeNonce && asksForNonce(response)) mayTakeNonce = false
    else if (mayReplace) {
      mayReplace = false
      tokens.forget?.(token)
    } else return { response, token }
    await response.body?.cancel()
  }
}

/** Nothing was sent to the service yet, so it is not the service that took too long. */
async function inTime<T>(token: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await unlessAborted(token, signal)
  } catch (cause) {
    if (!(cause instanceof TimeoutError)) throw cause
    throw new TokenError('unreachable', `No access token within ${cause.timeoutMs} ms`, { cause })
  }
}

/** RFC 9449 section 9. */
function asksForNonce({ headers }: Response): boolean {
  return headers.has('DPoP-Nonce') && /error="?use_dpop_nonce/i.test(headers.get('WWW-Authenticate') ?? '')
}

async function send(
  request: PreparedRequest,
  attempt: number,
  settings: Settings,
  signal: AbortSignal,
): Promise<Response> {
  const { url, method, headers, body, isStream } = request
  // An access token is for this service, not for whatever it points to, and nothing else identifies the caller. Not
  // `error`: with that, Node.js 20 and 22 lose the signal once memory is cleaned up (https://github.com/nodejs/undici/issues/4627).
  const init: RequestInit & { duplex?: 'half' } = {
    method,
    headers,
    body,
    signal,
    redirect: 'manual',
    credentials: 'omit',
  }
  if (isStream) init.duplex = 'half'
  const { onRequest, onResponse, now } = settings
  if (!onRequest && !onResponse) return settings.fetch(url, init)
  const event = toEvent(request, attempt)
  tell(onRequest, event)
  const sentAtMs = now()
  const response = await settings.fetch(url, init)
  tell(onResponse, { ...event, status: response.status, durationMs: now() - sentAtMs })
  return response
}

interface Deadline {
  readonly signal: AbortSignal
  /** Time no longer counts. */
  readonly stop: () => void
  /** Nor does the caller's signal, and nothing more of the caller's is sent. */
  readonly release: () => void
}

/** One signal for everything that ends an attempt: the caller, its own time, and that of the whole call. */
function startDeadline(
  { url, upload }: PreparedRequest,
  settings: Settings,
  limits: AttemptLimits,
): Deadline {
  const { signal: given, attemptTimeoutMs, timeoutMs, endMs } = limits
  const controller = new AbortController()
  const { signal } = controller
  const leftMs = endMs - settings.now()
  const timeOut = () => {
    const [scope, givenMs] =
      leftMs <= attemptTimeoutMs ? (['call', timeoutMs] as const) : (['attempt', attemptTimeoutMs] as const)
    controller.abort(new TimeoutError(new URL(url).origin, scope, givenMs))
  }
  const stop = settings.schedule(timeOut, Math.max(0, Math.min(leftMs, attemptTimeoutMs)))
  const abort = () => {
    controller.abort(given?.reason)
  }
  given?.addEventListener('abort', abort, { once: true })
  const release = () => {
    stop()
    given?.removeEventListener('abort', abort)
    upload?.abandon()
  }
  return { signal, stop, release }
}

/** What a failed `fetch`, or a body that broke off, is to the caller. */
function toFailure(cause: unknown, { url, upload }: PreparedRequest, signal: AbortSignal): unknown {
  if (cause instanceof TokenError) return cause
  if (signal.aborted) return signal.reason
  if (cause instanceof ApiError) return cause
  const failure = upload?.failure()
  if (failure !== undefined) return failure.cause
  return new ConnectionError(new URL(url).origin, { cause })
}

async function* guarded(
  values: AsyncIterable<unknown>,
  request: PreparedRequest,
  deadline: Deadline,
): AsyncGenerator {
  try {
    yield* values
  } catch (cause) {
    throw toFailure(cause, request, deadline.signal)
  } finally {
    deadline.release()
  }
}

function isAsyncIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
