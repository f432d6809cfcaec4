import { existsSync, readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Authenticator } from '../../src/auth/authenticator.js'
import type { AnyHandler, AnyReply } from '../../src/contract/handler.js'
import { loadContract, type Contract } from '../../src/contract/load-contract.js'
import type { OpenApiDocument } from '../../src/contract/document/read-document.js'
import { createApp, type CreateAppOptions } from '../../src/http/app.js'
import { createServer } from '../../src/http/server.js'

/** Folder with cases recorded from other projects' suites. It is no part of this project. */
// Set but empty means the same as not set.
export const corpusFolder = process.env['OPENAPI_CORPUS'] || undefined

export const hasCorpus = corpusFolder !== undefined && existsSync(join(corpusFolder, 'requests.json'))

export function readCorpus<T>(name: string): T {
  return JSON.parse(readFileSync(join(corpusFolder ?? '', name), 'utf8')) as T
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer | null
}

export interface RawAnswer {
  readonly status: number
  readonly body: string
}

export interface CorpusService {
  /** Handlers called, oldest first: the operation's method and path template, and what it was given. */
  readonly reached: { readonly operation: string; readonly input: Parameters<AnyHandler>[0] }[]
  send(request: RawRequest): Promise<RawAnswer>
  close(): Promise<void>
}

const allowed: Authenticator = (_request, { scopes }) => ({
  ok: true,
  principal: { issuer: 'corpus', clientId: 'corpus', scopes },
})

export interface CorpusOptions extends Partial<CreateAppOptions> {
  readonly reply?: AnyReply
}

/** Serves any document with handlers that answer what it declares and callers who may do everything. */
export async function serveDocument(
  source: string | OpenApiDocument,
  options: CorpusOptions = {},
): Promise<CorpusService> {
  const contract = await loadContract(source, { onDefect: 'warn' })
  const reached: CorpusService['reached'] = []
  const { reply, ...appOptions } = options
  const handlers = Object.fromEntries(
    [...contract.operations.values()].map((operation): readonly [string, AnyHandler] => [
      operation.key,
      (input) => {
        reached.push({ operation: `${operation.method} ${operation.pathTemplate}`, input })
        return reply ?? { status: declaredSuccess(contract, operation.pointer) }
      },
    ]),
  )
  const authenticators = Object.fromEntries(
    [...contract.securitySchemes.keys()].map((name) => [name, allowed]),
  )
  const app = createApp({ contract, handlers, authenticators, validateReplies: 'off', ...appOptions })
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    reached,
    send: (request) => sendRaw(port, request),
    close: () => server.drain({ deadlineMs: 0 }),
  }
}

function declaredSuccess(contract: Contract, pointer: string): number {
  const tokens = pointer.slice(2).split('/')
  const operation = tokens.reduce<unknown>(
    (at, token) => (at as Record<string, unknown>)[token.replaceAll('~1', '/').replaceAll('~0', '~')],
    contract.document,
  ) as { readonly responses?: Readonly<Record<string, unknown>> }
  const status = Object.keys(operation.responses ?? {}).find((name) => /^2\d\d$/.test(name))
  return status === undefined ? 200 : Number(status)
}

function sendRaw(port: number, { method, path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port, host: '127.0.0.1', method, path, headers: headers as never },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        )
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    if (body !== undefined && body !== null) {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      if (!Object.keys(headers).some((name) => name.toLowerCase() === 'content-length')) {
        request.setHeader('Content-Length', bytes.length)
      }
      request.end(bytes)
    } else request.end()
  })
}
