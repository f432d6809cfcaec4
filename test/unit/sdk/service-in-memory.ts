import { createInventoryClient, type InventoryClientOptions } from '../../../generated/sdk/index.js'
import { createVirtualClock, type VirtualClock } from './virtual-clock.js'

/** What an answer is made of; an error is thrown, as `fetch` does; `undefined` is no answer until the signal ends it. */
export type Answer = Response | Error | undefined | Promise<Response>

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

export const credentials = { clientId: 'assembly-line', clientSecret: 'correct-horse' }
export const tokenEndpoint = 'https://issuer.example.com/token'
export const baseUrl = 'https://inventory.example.com'

/**
 * A service and its token endpoint behind a `fetch` of the test's, and a client of it, on a clock of the test's. Answers
 * are given in turn, the last for ever.
 */
export function serviceInMemory<const O extends InventoryClientOptions>(
  answers: readonly ((request: SeenRequest, count: number) => Answer)[],
  options?: O,
) {
  const clock: VirtualClock = createVirtualClock()
  const seen: SeenRequest[] = []
  const asked: URLSearchParams[] = []
  const fetchInMemory: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.url === tokenEndpoint) {
      asked.push(new URLSearchParams(await request.text()))
      return Response.json({
        access_token: `token-${String(asked.length)}`,
        token_type: 'Bearer',
        expires_in: 3600,
      })
    }
    const one = {
      method: request.method,
      url: request.url.slice(baseUrl.length),
      headers: request.headers,
      body: await request.text(),
    }
    seen.push(one)
    const answer = answers[Math.min(seen.length, answers.length) - 1]?.(one, seen.length)
    if (answer instanceof Error) throw answer
    return answer ?? ended(init?.signal)
  }
  const settings = {
    ...credentials,
    baseUrl,
    tokenEndpoint,
    fetch: fetchInMemory,
    now: clock.now,
    schedule: clock.schedule,
    random: () => 0.5,
    environment: {},
    ...options,
  }
  const inventory = createInventoryClient(settings)
  return { inventory, clock, seen, asked, settings }
}

function ended(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })
}

export const problemReply = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
  more = {},
): Response =>
  new Response(JSON.stringify({ type: 'urn:problem-type:x', title: 'No', status, ...more }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  })

export const reasonOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (reason: unknown) => reason,
  )
