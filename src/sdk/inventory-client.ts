import { createClient } from '../../generated/client/client/index.js'
import * as calls from '../../generated/client/sdk.gen.js'
import { scopes } from '../../generated/scopes.js'
import type { operations } from '../../generated/server.js'
import { toLineStream } from './line-delimited.js'
import { readReply } from './reply.js'
import { createSend, withAccessToken, type Send } from './send.js'
import { createTokenSource, type TokenSourceOptions } from './token-source.js'

export type InventoryClientOptions = TokenSourceOptions & {
  /** Address of the service, e.g. `https://inventory.example.com`. */
  readonly baseUrl: string
}

/**
 * The operations of the document, by operationId. Each resolves to the body of its reply, and rejects with an `ApiError`,
 * a `ConnectionError` or a `TokenError`.
 */
export type InventoryClient = {
  readonly [Id in keyof typeof calls]: Operation<Id>
}

type Operation<Id extends keyof typeof calls> = undefined extends Parameters<(typeof calls)[Id]>[0]
  ? (input?: Input<Id>) => Call<Output<Id>>
  : (input: Input<Id>) => Call<Output<Id>>

/** What the document declares for the operation, and a signal to abandon the call with. */
type Input<Id extends keyof typeof calls> = Omit<Declared<Id>, BodyKey<Id>> & {
  readonly [K in BodyKey<Id>]: AsyncIterable<Declared<Id>['body']>
}

type Declared<Id extends keyof typeof calls> = Pick<
  NonNullable<Parameters<(typeof calls)[Id]>[0]>,
  'body' | 'headers' | 'path' | 'query' | 'signal'
>

type BodyKey<Id> = Id extends LinesTaken ? 'body' : never

type Output<Id extends keyof typeof calls> = Id extends LinesGiven ? AsyncIterable<Data<Id>> : Data<Id>

type Data<Id extends keyof typeof calls> = NonNullable<Awaited<ReturnType<(typeof calls)[Id]>>['data']>

/** A call under way. */
export interface Call<Body> extends Promise<Body> {
  /** The same call with the response, for its status and header fields, e.g. `ETag`. The body of it is read already. */
  withResponse(): Promise<{ readonly body: Body; readonly response: Response }>
}

/* The generated client types a line-delimited body as one line; the server's types still tell the media type. */
interface LineDelimited {
  readonly content: { readonly 'application/x-ndjson': unknown }
}
type LinesTaken = {
  [Id in keyof operations]: operations[Id] extends { requestBody: LineDelimited } ? Id : never
}[keyof operations]
type LinesGiven = {
  [Id in keyof operations]: operations[Id] extends { responses: { 200: LineDelimited } } ? Id : never
}[keyof operations]

/** A client of the service: one token source, one method per operation. Nothing is sent before the first call. */
export function createInventoryClient(options: InventoryClientOptions): InventoryClient {
  const sendAnonymously = createSend(options.fetch ?? fetch)
  const sendAuthorized = withAccessToken(sendAnonymously, createTokenSource(options))
  // `redirect`: an access token is for this service, not for whatever it points to. `parseAs`: bodies are read here,
  // since the generated client gives `{}` for none and a Blob for lines.
  const client = createClient({ baseUrl: options.baseUrl, redirect: 'error', parseAs: 'stream' })

  const operation = (id: keyof typeof calls) => {
    const send = scopes[id].length === 0 ? sendAnonymously : sendAuthorized
    return (input: AnyInput = {}) =>
      toCall(exchange(calls[id] as AnyCall, input, { client, fetch: toFetch(send) }))
  }
  const ids = Object.keys(calls) as (keyof typeof calls)[]
  // Each entry's type follows from its name, which `fromEntries` cannot express.
  return Object.fromEntries(ids.map((id) => [id, operation(id)])) as unknown as InventoryClient
}

interface AnyInput {
  readonly body?: unknown
  readonly path?: Readonly<Record<string, unknown>>
}

/** A generated call, whatever its operation. `response` is absent where `fetch` rejected: `error` is its reason then. */
type AnyCall = (
  options: object,
) => Promise<{ readonly request: Request; readonly response?: Response; readonly error?: unknown }>

interface Exchanged {
  readonly body: unknown
  readonly response: Response
}

async function exchange(call: AnyCall, input: AnyInput, options: object): Promise<Exchanged> {
  for (const [name, value] of Object.entries(input.path ?? {})) {
    // Percent-encoding does not help: these segments are resolved when the URL is parsed, and another path is meant.
    if (['', '.', '..'].includes(String(value)))
      throw new TypeError(`"${String(value)}" cannot be the ${name} in a path`)
  }
  const { request, response, error } = await call({ ...input, ...linesIn(input.body), ...options })
  if (response === undefined) throw error
  return { body: await readReply(response, request), response }
}

/** No JSON body is an async iterable, so one that is holds the values of lines. */
function linesIn(body: unknown): object {
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return {}
  return { body: toLineStream(body as AsyncIterable<unknown>), bodySerializer: null, duplex: 'half' }
}

/** The generated client makes the `Request` itself and calls `fetch` with nothing else. */
function toFetch(send: Send): typeof fetch {
  return async (request) => send(request as Request)
}

function toCall(exchanged: Promise<Exchanged>): Call<unknown> {
  const body = exchanged.then((done) => done.body)
  return Object.assign(body, {
    withResponse: async () => {
      // Who asks for both waits for the other promise, and this one's rejection would count as unhandled.
      body.catch(() => undefined)
      return exchanged
    },
  })
}
