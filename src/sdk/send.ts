import { toApiError, toConnectionError } from './reply.js'
import type { TokenSource } from './token-source.js'

/** One HTTP exchange: resolves to a successful response and rejects for any other. */
export type Send = (request: Request) => Promise<Response>

/** Sends requests without credentials. Rejects with an `ApiError` or a `ConnectionError`. */
export function createSend(fetch: typeof globalThis.fetch): Send {
  return async (request) => {
    let response: Response
    try {
      response = await fetch(request)
    } catch (cause) {
      throw toConnectionError(cause, request)
    }
    if (!response.ok) throw await toApiError(response)
    return response
  }
}

/** Sends requests with an access token (RFC 6750 section 2.1). Rejects with a `TokenError` too. */
export function withAccessToken(send: Send, tokens: TokenSource): Send {
  return async (request) => {
    request.signal.throwIfAborted()
    const { value } = await unlessAborted(tokens.accessToken(), request.signal)
    request.headers.set('Authorization', `Bearer ${value}`)
    return send(request)
  }
}

/** A caller that stops waiting leaves the token request to those who still wait. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      // The caller's own reason, whatever it is: `fetch` rejects with the same.
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort)
  }
}
