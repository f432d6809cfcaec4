import request from 'supertest'
import type { Authenticator } from '../../src/auth/authenticator.js'
import type { AnyHandler, AnyReply } from '../../src/contract/handler.js'
import { loadContract } from '../../src/contract/load-contract.js'
import type { Principal } from '../../src/contract/principal.js'
import { createApp } from '../../src/http/app.js'
import { createServer } from '../../src/http/server.js'
import { silentLogger, type Logger } from '../../src/telemetry/log.js'
import type { AddressInfo } from 'node:net'
import { createCredentials, type Credentials } from './credentials.js'
import { exampleReplies } from './example-replies.js'
import {
  bundledDocument,
  documentedOperations,
  type DocumentedOperation,
  type ExampleRequest,
} from './example-requests.js'
import { createTestIssuer, type TestIssuer } from './keys.js'

/** The document of the service behind a real socket and a real issuer, with handlers that answer by its examples. */
export interface ContractGate {
  readonly issuer: TestIssuer
  readonly port: number
  /** Operations whose handlers were called, oldest first. Cleared by whoever looks. */
  readonly reached: string[]
  /** Who the handlers were told that calls, by operation; the last caller of each. */
  readonly callers: Map<string, Principal | undefined>
  /** Makes the next call of a handler reply this, in place of the first example of a success. */
  replyNext(reply: AnyReply): void
  readonly present: Credentials['present']
  send(example: ExampleRequest): Promise<request.Response>
  close(): Promise<void>
}

export interface ContractGateOptions {
  /** Asked for every scheme that takes access tokens. Default: one that takes those of the issuer. */
  readonly authenticator?: Authenticator
  /** Default: one of its own, which is started and closed with the gate. */
  readonly issuer?: TestIssuer
  /** Default: silent. */
  readonly logger?: Logger
}

export async function openContractGate(options: ContractGateOptions = {}): Promise<ContractGate> {
  const issuer = options.issuer ?? (await createTestIssuer({ audience: 'https://api.test' }))
  if (!options.issuer) await issuer.start()
  const contract = await loadContract(bundledDocument)
  const reached: string[] = []
  const callers = new Map<string, Principal | undefined>()
  let next: AnyReply | undefined
  const handlers = Object.fromEntries(
    documentedOperations.map((operation): readonly [string, AnyHandler] => [
      operation.operationId,
      async ({ body }, principal) => {
        if (isIterable(body)) for await (const _line of body) continue
        reached.push(operation.operationId)
        callers.set(operation.operationId, principal)
        const reply = next ?? successOf(operation)
        next = undefined
        return reply
      },
    ]),
  )
  const { authenticators, present } = await createCredentials(issuer, options.authenticator)
  const { logger = silentLogger } = options
  const server = createServer(createApp({ contract, handlers, authenticators, logger }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const agent = request(`http://127.0.0.1:${port}`)

  return {
    issuer,
    port,
    reached,
    callers,
    replyNext: (reply) => (next = reply),
    present,
    async send({ method, target, headers, body }) {
      const call = agent[method.toLowerCase() as 'get'](target).set(headers).buffer()
      return body === undefined ? call : call.serialize(String).send(body)
    },
    async close() {
      await server.drain({ deadlineMs: 0 })
      if (!options.issuer) await issuer.close()
    },
  }
}

function successOf(operation: DocumentedOperation): AnyReply {
  const success = exampleReplies(operation).find(({ status }) => status < 300)
  if (!success) throw new Error(`${operation.operationId} declares no success by example`)
  const { status, headers, body } = success
  return { status, headers, ...(body !== undefined && { body }) }
}

function isIterable(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
