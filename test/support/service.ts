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
import { isLineDelimited, writeBody } from './written-bodies.js'
import { writeParameter } from './style-values.js'
import { openTestStore } from './database.js'
import { assertDocumented } from './documented-reply.js'
import { documentedOperations, resolve, type DocumentedOperation } from './example-requests.js'
import { createTestIssuer, type TestIssuer } from './keys.js'

export type OperationId = keyof operations

export interface Call {
  /** Path parameters, by name. */
  readonly params?: Readonly<Record<string, string>>
  /** Query parameters, by name. */
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent in the media type that the operation declares, a list for a line-delimited one; text is sent as it is. */
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

/** The scopes that `registerClient` may pass on; its tests are made of the first two. */
export const grantableScopes = resolve<{ readonly enum: readonly [string, string, ...string[]] }>({
  $ref: '#/components/schemas/GrantableScope',
}).enum

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
  const sending = agent[method](toTarget(operation, call))
    .set({
      ...(needsKey && { 'Idempotency-Key': idempotencyKey }),
      ...(token !== null && { Authorization: `Bearer ${token}` }),
      ...call.headers,
    })
    // Text of any media type is to be had as text.
    .buffer()
  if (call.body === undefined) return sending
  const [mediaType = '', media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const values =
    Array.isArray(call.body) && isLineDelimited(mediaType) ? (call.body as unknown[]) : [call.body]
  const written = values.map((value) => writeBody(mediaType, value, media?.encoding))
  const text = typeof call.body === 'string' ? call.body : written.map((one) => one.text).join('\n')
  return sending
    .type(written[0]?.contentType ?? mediaType)
    .serialize(String)
    .send(text)
}

function scopesOf({ security }: DocumentedOperation): readonly string[] {
  return Object.values(security[0] ?? {}).flat()
}

function toTarget({ path, parameters }: DocumentedOperation, { params = {}, query = {} }: Call): string {
  const filled = Object.entries(params).reduce(
    (template, [name, value]) => template.replace(`{${name}}`, () => encodeURIComponent(value)),
    path,
  )
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const declared = parameters.find((one) => one.in === 'query' && one.name === name)
    return writeParameter(declared ?? { name, in: 'query' }, value)
  })
  return pairs.length > 0 ? `${filled}?${pairs.join('&')}` : filled
}

/** A 500 says nothing, on purpose; the log does. */
function failureIn(log: readonly string[]): string {
  return log.findLast((line) => line.includes('"level":"error"')) ?? 'the log tells nothing'
}
