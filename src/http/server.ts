import {
  createServer as createHttpServer,
  STATUS_CODES,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type Koa from 'koa'
import { Problem, toProblemDetails } from '../problem/problem.js'
import type { ProblemName } from '../problem/problem-types.js'

export interface CreateServerOptions {
  /** PEM texts; with them the server speaks https. Default: http. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string }
  /** Time for the header of a request to arrive, ms. Default: 10,000. */
  readonly headersTimeoutMs?: number
  /** Time for a whole request to arrive, ms. Default: 30,000. */
  readonly requestTimeoutMs?: number
  /** Time that an idle connection is kept, ms. Default: 5,000. */
  readonly keepAliveTimeoutMs?: number
  /** Largest header of a request, bytes. Default: 16,384. */
  readonly maxHeaderBytes?: number
}

export interface GatehouseServer extends Server {
  /**
   * Stops accepting, tells clients to close, and resolves once what is in flight is answered, or after `deadlineMs`,
   * when what is left is cut off. Default: 10,000.
   */
  readonly drain: (options?: { readonly deadlineMs?: number }) => Promise<void>
}

/** An HTTP server for a Koa application, with deadlines; what Node's parser refuses is answered as a problem too. */
export function createServer(app: Koa, options: CreateServerOptions = {}): GatehouseServer {
  const { tls, headersTimeoutMs = 10_000, requestTimeoutMs = 30_000 } = options
  const settings = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 5_000,
    maxHeaderSize: options.maxHeaderBytes ?? 16_384,
    // Timeouts are looked for at this interval; the default of 30 s would stretch every deadline by as much.
    connectionsCheckingInterval: Math.max(50, Math.min(1_000, headersTimeoutMs, requestTimeoutMs)),
  }
  const callback = app.callback()
  let draining = false
  const listener: RequestListener = (request, response) => {
    if (draining) response.setHeader('Connection', 'close')
    follow(response)
    // What was in flight when draining began leaves a connection that the client would keep.
    response.once('close', () => {
      if (draining) server.closeIdleConnections()
    })
    void callback(request, response)
  }
  const server = tls
    ? createHttpsServer({ ...settings, ...tls, ...(tls.ca !== undefined && { requestCert: true }) }, listener)
    : createHttpServer(settings, listener)
  // Node would drop fields beyond the first thousand in silence, a second `Authorization` among them; their bytes are bounded.
  server.maxHeadersCount = 0
  // Without a listener Node permits every body at once; the gate permits it once the caller is authorized.
  server.on('checkContinue', listener)
  server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { 'Content-Length': '0', Connection: 'close' }).end()
  })
  // Without a listener Node hangs up on CONNECT without a word.
  server.on('connect', (_request, socket) => answerProblem(socket, new Problem('not-implemented')))
  server.on('clientError', answerClientError)
  const drain: GatehouseServer['drain'] = ({ deadlineMs = 10_000 } = {}) =>
    new Promise((resolve) => {
      draining = true
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs)
      server.close(() => {
        clearTimeout(deadline)
        resolve()
      })
      server.closeIdleConnections()
    })
  return Object.assign(server, { drain })
}

const clientErrors: Readonly<Record<string, ProblemName | undefined>> = {
  HPE_INVALID_METHOD: 'not-implemented',
  HPE_HEADER_OVERFLOW: 'header-fields-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'content-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

/** Answers under way, by connection. */
const underWay = new WeakMap<Duplex, Set<ServerResponse>>()

function follow(response: ServerResponse): void {
  const { socket } = response
  if (!socket) return
  const answers = underWay.get(socket) ?? new Set()
  underWay.set(socket, answers.add(response))
  response.once('close', () => answers.delete(response))
}

/** What never became a request: malformed syntax, an oversized header, a deadline passed. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Within an answer that has begun, this one would be read as a part of it.
  const isWithinAnswer = [...(underWay.get(socket) ?? [])].some(({ headersSent }) => headersSent)
  if (error.code === 'ECONNRESET' || !socket.writable || isWithinAnswer) {
    socket.destroy()
    return
  }
  answerProblem(socket, new Problem(clientErrors[error.code ?? ''] ?? 'malformed-request'))
}

function answerProblem(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(toProblemDetails(problem))
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
