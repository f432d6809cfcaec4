import { readFile } from 'node:fs/promises'
import { Agent, request as open } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse } from 'yaml'
import type { Authenticator } from '../../src/auth/authenticator.js'
import type { Defect, DefectPolicy } from '../../src/contract/defect.js'
import type { AnyHandler } from '../../src/contract/handler.js'
import { loadContract } from '../../src/contract/load-contract.js'
import { createApp } from '../../src/http/app.js'
import type { SecurityScheme } from '../../src/contract/operations/security-requirement.js'
import { createServer } from '../../src/http/server.js'
import { silentLogger, type Logger } from '../../src/telemetry/log.js'
import { operationsOf, type DocumentedOperation, type SentRequest } from './requests.js'
import { isObject, resolve, sampleOf, type SchemaObject } from './sample.js'

/** A document behind a real socket, with a handler for each operation that replies what the document declares. */
export interface ServedDocument {
  readonly document: SchemaObject
  readonly operations: readonly DocumentedOperation[]
  readonly warnings: readonly Defect[]
  /** Operations of which a reply did not fit. */
  readonly unfitReplies: ReadonlySet<string>
  readonly send: (request: SentRequest) => Promise<Answer>
  readonly close: () => Promise<void>
}

export interface Answer {
  readonly status: number
  readonly text: string
  /** The operation whose handler was called. */
  readonly reached: string | undefined
}

export async function serveDocument(file: string, onDefect: DefectPolicy): Promise<ServedDocument> {
  const contract = await loadContract(file, { onDefect })
  const text = await readFile(file, 'utf8')
  const document = (file.endsWith('.json') ? JSON.parse(text) : parse(text)) as SchemaObject
  const operations = operationsOf(document)
  const handlers = Object.fromEntries(
    operations.map((operation) => [operation.key, handlerFor(document, operation)]),
  )
  const authenticators = Object.fromEntries(
    [...contract.securitySchemes].map(([name, scheme]) => [name, acceptAnyone(scheme)]),
  )
  const unfit = new Set<string>()
  const logger: Logger = {
    ...silentLogger,
    warn: ({ operationId }, message) => {
      if (message === 'reply does not fit the document') unfit.add(String(operationId))
    },
  }
  const server = createServer(
    createApp({ contract, handlers, authenticators, logger, validateReplies: 'report' }),
  )
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  return {
    document,
    operations,
    warnings: contract.warnings,
    unfitReplies: unfit,
    send: (request) => exchange(request, port, agent),
    async close() {
      agent.destroy()
      await server.drain({ deadlineMs: 0 })
    },
  }
}

function acceptAnyone({ flows = {} }: SecurityScheme): Authenticator {
  const scopes = Object.values(flows).flatMap((flow) => Object.keys(flow.scopes))
  return () => ({ ok: true, principal: { clientId: 'anyone', issuer: 'https://issuer.test', scopes } })
}

/** Replies with the first success that the document declares, or else with what it declares first. */
function handlerFor(document: SchemaObject, { key, responses }: DocumentedOperation): AnyHandler {
  const statuses = Object.keys(responses).filter((status) => /^[1-5](?:\d\d|XX)$/i.test(status))
  const declared = statuses.find((status) => status.startsWith('2')) ?? statuses[0] ?? 'default'
  const status = declared === 'default' ? 400 : Number(declared.replace(/X/gi, '0'))
  const { content, headers } = resolve(document, responses[declared])
  const sample = (schema: unknown): unknown =>
    sampleOf({ document, without: 'writeOnly', isFull: true }, schema ?? {})
  const required = Object.entries(isObject(headers) ? headers : {}).flatMap(([name, value]) => {
    const header = resolve(document, value)
    return header['required'] === true ? [[name, sample(header['schema'])]] : []
  })
  const [range, media] =
    Object.entries(isObject(content) ? content : {}).find(([name]) =>
      /^[\w.+*-]+\/[\w.+*-]+(?:\s*;|$)/.test(name),
    ) ?? []
  const mediaType = range?.replace('*/*', 'application/json').replace('/*', '/plain')
  const isJson = mediaType !== undefined && /json/.test(mediaType)
  const own = { 'X-Reached': encodeURIComponent(key), ...Object.fromEntries(required) }
  let body: unknown
  return () => {
    if (mediaType === undefined) return { status, headers: own }
    body ??= isJson ? sample(isObject(media) ? media['schema'] : {}) : 'text'
    return { status, headers: { ...own, 'Content-Type': mediaType }, body }
  }
}

function exchange(request: SentRequest, port: number, agent: Agent): Promise<Answer> {
  const { method, target, headers, body } = request
  // Node.js leaves it out where a method has no body as a rule.
  const sized = body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) }
  return new Promise((resolved, reject) => {
    const sent = open({ host: '127.0.0.1', port, agent, method, path: target, headers: sized }, (answer) => {
      const reached = answer.headers['x-reached']
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolved({
          status: answer.statusCode ?? 0,
          text,
          reached: typeof reached === 'string' ? decodeURIComponent(reached) : undefined,
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
