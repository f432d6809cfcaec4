import { randomUUID } from 'node:crypto'
import request from 'supertest'
import type { operations } from '../../generated/server.js'
import type { Environment } from '../../src/config/config.js'
import { parseConfig } from '../../src/config/parse-config.js'
import { loadContract } from '../../src/contract/load-contract.js'
import { startService } from '../../src/start-service.js'
import type { Database } from '../../src/store/database.js'
import type { Store } from '../../src/store/store.js'
import { createLogger } from '../../src/telemetry/create-logger.js'
import { openTestStore } from './database.js'
import { assertDocumented } from './documented-reply.js'
import { documentedOperations, type DocumentedOperation } from './example-requests.js'
import { createTestIssuer, type TestIssuer } from './keys.js'

export type OperationId = keyof operations

export interface Call {
  /** Path parameters, by name. */
  readonly params?: Readonly<Record<string, string>>
  /** Query parameters, by name; a list is sent as repetitions. */
  readonly query?: Readonly<Record<string, string | number | readonly string[]>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON of the media type that the operation declares, a list for a line-delimited one; text is sent as it is. */
  readonly body?: unknown
  /** Default, where the operation takes one: a new key for each call. */
  readonly idempotencyKey?: string
  /** Scopes of the access token. Default: those that the operation asks for. */
  readonly scopes?: readonly string[]
  /** The client that calls. Default: `shop`. */
  readonly clientId?: string
  /** Sent in place of a minted access token; `null`: no credentials. */
  readonly token?: string | null
}

/** What came back. `body` is the parsed one. */
export type Reply = Pick<request.Response, 'status' | 'headers' | 'body' | 'text'>

export interface TestService {
  /** Origin. */
  readonly url: string
  /** Vouches for every client. */
  readonly issuer: TestIssuer
  /** Beside the service, to arrange what it is to find. */
  readonly store: Store
  readonly db: Database
  /** Every line that the service logged, JSON, oldest first. */
  readonly log: readonly string[]
  /** Calls an operation over a socket of its own. Rejects where the reply is not as documented. */
  call(operationId: OperationId, call?: Call): Promise<Reply>
  close(): Promise<void>
}

export interface TestServiceOptions {
  /** Laid over the environment that the service is configured from; `undefined` takes a variable away. */
  readonly environment?: Environment
  /** Default: one of its own, which is started and closed with the service. */
  readonly issuer?: TestIssuer
  /** Default: one of its own, empty, and closed with the service. */
  readonly store?: Store
}

/** Compiled once, however many services a test file opens. */
const contract = await loadContract(new URL('../../generated/openapi.json', import.meta.url))

/** The whole service, as `main` starts it, at a free port, with a database and an issuer for itself. */
export async function openTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const issuer = options.issuer ?? (await createTestIssuer({ audience: 'https://inventory.test' }))
  if (!options.issuer) await issuer.start()
  const store = options.store ?? (await openTestStore())
  const log: string[] = []
  const config = parseConfig({
    NODE_ENV: 'test',
    PORT: '0',
    ISSUER: issuer.issuer,
    AUDIENCE: issuer.audience,
    VALIDATE_REPLIES: 'enforce',
    ...options.environment,
  })
  const logger = createLogger({ level: 'trace', destination: { write: (line) => log.push(line) } })
  const service = await startService(config, { contract, store, logger })

  return {
    url: service.url,
    issuer,
    store,
    db: store.db,
    log,
    async call(operationId, call = {}) {
      const operation = byId.get(operationId)
      if (operation === undefined) throw new Error(`The document has no operation ${operationId}`)
      const response = await send(service.url, operation, call, issuer)
      if (response.status === 500) throw new Error(`${operationId} failed: ${failureIn(log)}`)
      assertDocumented(operation, response)
      const { status, headers, body, text } = response
      return { status, headers, body, text }
    },
    async close() {
      await service.close()
      if (!options.store) await store.close()
      if (!options.issuer) await issuer.close()
    },
  }
}

const byId = new Map(documentedOperations.map((operation) => [operation.operationId, operation]))

async function send(
  url: string,
  operation: DocumentedOperation,
  call: Call,
  issuer: TestIssuer,
): Promise<request.Response> {
  const { scopes = scopesOf(operation), clientId = 'shop', idempotencyKey = randomUUID() } = call
  const needsKey = operation.parameters.some(({ name }) => name === 'Idempotency-Key')
  const needsToken = operation.security.length > 0
  const minted = needsToken
    ? issuer.token({ claims: { client_id: clientId, sub: clientId, scope: scopes.join(' ') } })
    : null
  const token = call.token === undefined ? minted : call.token

  const method = operation.method.toLowerCase() as 'get'
  const agent = request(url)
  const sending = agent[method](toTarget(operation.path, call))
    .set({
      ...(needsKey && { 'Idempotency-Key': idempotencyKey }),
      ...(token !== null && { Authorization: `Bearer ${token}` }),
      ...call.headers,
    })
    // Text of any media type is to be had as text.
    .buffer()
  if (call.body === undefined) return sending
  const [mediaType = ''] = Object.keys(operation.requestBody?.content ?? {})
  return sending.type(mediaType).serialize(String).send(toText(mediaType, call.body))
}

function scopesOf({ security }: DocumentedOperation): readonly string[] {
  return Object.values(security[0] ?? {}).flat()
}

function toTarget(path: string, { params = {}, query = {} }: Call): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}=${encodeURIComponent(one)}`),
  )
  return pairs.length > 0 ? `${filled}?${pairs.join('&')}` : filled
}

function toText(mediaType: string, body: unknown): string {
  if (typeof body === 'string') return body
  if (!mediaType.endsWith('ndjson')) return JSON.stringify(body)
  return (body as readonly unknown[]).map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** A 500 says nothing, on purpose; the log does. */
function failureIn(log: readonly string[]): string {
  return log.findLast((line) => line.includes('"level":"error"')) ?? 'the log tells nothing'
}

/** The entries of all pages of a list, page by page in one array. `between` runs before each page but the first. */
export async function walk(
  service: TestService,
  operationId: OperationId,
  { query = {}, ...call }: Call = {},
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly unknown[]> {
  const entries: unknown[] = []
  let { body } = await service.call(operationId, { ...call, query })
  for (let page = 1; ; page += 1) {
    entries.push(...(body.items as unknown[]))
    if (body.nextCursor === undefined) return entries
    await between(page)
    ;({ body } = await service.call(operationId, { ...call, query: { ...query, cursor: body.nextCursor } }))
  }
}
