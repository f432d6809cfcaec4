import request from 'supertest'
import { createAccessTokenAuthenticator } from '../../src/auth/access-token-authenticator.js'
import type { AnyHandler, AnyReply } from '../../src/contract/handler.js'
import { loadContract } from '../../src/contract/load-contract.js'
import { createApp } from '../../src/http/app.js'
import { createServer } from '../../src/http/server.js'
import type { AddressInfo } from 'node:net'
import {
  bundledDocument,
  documentedOperations,
  exampleReplies,
  type DocumentedOperation,
  type ExampleRequest,
} from './example-requests.js'
import { createTestIssuer, type TestIssuer } from './keys.js'

/** The document of the service behind a real socket and a real issuer, with handlers that answer by its examples. */
export interface ContractGate {
  readonly issuer: TestIssuer
  /** Operations whose handlers were called, oldest first. Cleared by whoever looks. */
  readonly reached: string[]
  /** Makes the next call of a handler reply this, in place of the first example of a success. */
  replyNext(reply: AnyReply): void
  send(example: ExampleRequest, token?: string): Promise<request.Response>
  /** A token that is valid in every way and has these scopes. */
  tokenWith(scopes: readonly string[]): string
  close(): Promise<void>
}

export async function openContractGate(): Promise<ContractGate> {
  const issuer = await createTestIssuer({ audience: 'https://api.test' })
  await issuer.start()
  const contract = await loadContract(bundledDocument)
  const reached: string[] = []
  let next: AnyReply | undefined
  const handlers = Object.fromEntries(
    documentedOperations.map((operation): readonly [string, AnyHandler] => [
      operation.operationId,
      async ({ body }) => {
        if (isIterable(body)) for await (const _line of body) continue
        reached.push(operation.operationId)
        const reply = next ?? successOf(operation)
        next = undefined
        return reply
      },
    ]),
  )
  const accessTokens = createAccessTokenAuthenticator(
    [{ issuer: issuer.issuer, audiences: [issuer.audience] }],
    {
      allowInsecureIssuers: true,
    },
  )
  const authenticators = Object.fromEntries(
    [...contract.securitySchemes.keys()].map((name) => [name, accessTokens]),
  )
  const server = createServer(createApp({ contract, handlers, authenticators }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const agent = request(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)

  return {
    issuer,
    reached,
    replyNext: (reply) => (next = reply),
    tokenWith: (scopes) => issuer.token({ claims: { scope: scopes.join(' ') } }),
    async send({ method, target, headers, body }, token) {
      const call = agent[method.toLowerCase() as 'get'](target).set(headers).buffer()
      if (token !== undefined) call.set('Authorization', `Bearer ${token}`)
      return body === undefined ? call : call.serialize(String).send(body)
    },
    async close() {
      await server.drain({ deadlineMs: 0 })
      await issuer.close()
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
