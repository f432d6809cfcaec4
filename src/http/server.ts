import {
  createServer as createHttpServer,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type Koa from 'koa'
import { createLinger, type LingerOptions } from './linger.js'
import { Problem, toProblemDetails } from '../problem/problem.js'
import type { ProblemName } from '../problem/problem-types.js'

export interface CreateServerOptions extends LingerOptions {
  /** With it the server speaks https. Default: http. */
  readonly tls?: TlsOptions
  /** Time for the header of a request to arrive, and for the TLS handshake before it, ms. Default: 10,000. */
  readonly headersTimeoutMs?: number
  /** Time for a whole request to arrive, ms. Default: 30,000. */
  readonly requestTimeoutMs?: number
  /** Time that an idle connection is kept, ms. Default: 5,000. */
  readonly keepAliveTimeoutMs?: number
  /** Time for which a client may take nothing of an answer that waits for it, ms. Default: 30,000. */
  readonly stallTimeoutMs?: number
  /** Largest header of a request, bytes. Default: 16,384. */
  readonly maxHeaderBytes?: number
}

/** PEM texts. */
export interface TlsOptions {
  readonly cert: string
  readonly key: string
  /** Authorities that client certificates must come from. */
  readonly ca?: string
  /**
   * `required`: no handshake without a certificate that chains to `ca`. `optional`: any certificate is taken, and what it is
   * worth is for the security requirements of each operation; a token bound to it vouches for it. Default: `required` with
   * `ca`, else none is asked for.
   */
  readonly clientCertificates?: 'optional' | 'required'
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
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000 } = options
  const settings = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 5_000,
    maxHeaderSize: options.maxHeaderBytes ?? 16_384,
    // Timeouts are looked for at this interval; the default of 30 s would stretch every deadline by as much.
    connectionsCheckingInterval: Math.max(50, Math.min(1_000, headersTimeoutMs, requestTimeoutMs)),
    // Node's own answer to a request without one is no problem.
    requireHostHeader: false,
  }
  const callback = app.callback()
  const linger = createLinger(options)
  const answerProblem = (socket: Duplex, problem: Problem): void => {
    socket.write(toMessage(problem))
    if (socket instanceof Socket) linger.end(socket)
    else socket.end()
  }
  let draining = false
  const listener: RequestListener = (request, response) => {
    // Behind an answer that ends the connection nothing is answered (RFC 9112 section 9.6).
    if (linger.isEnding(request.socket)) return
    if (draining) response.setHeader('Connection', 'close')
    const answers = response.socket && answersOver(response.socket).add(response)
    linger.follow(request, response)
    response.once('close', () => {
      answers?.delete(response)
      // What was in flight when draining began leaves a connection that the client would keep.
      if (draining) server.closeIdleConnections()
    })
    const refusal = findRefusal(request)
    if (refusal) refuse(response, refusal)
    else void callback(request, response)
  }
  const server = options.tls
    ? createHttpsServer(
        { ...settings, ...toTlsSettings(options.tls), handshakeTimeout: headersTimeoutMs },
        listener,
      )
    : createHttpServer(settings, listener)
  // Node would drop fields beyond the first thousand in silence, a second `Authorization` among them; their bytes are bounded.
  server.maxHeadersCount = 0
  // Node counts a TLS connection among those that it closes once its handshake is over.
  const connected = new Set<Socket>()
  if (options.tls) {
    server.on('connection', (socket: Socket) => {
      connected.add(socket)
      socket.once('close', () => connected.delete(socket))
    })
  }
  // Node hands these on as `clientError`; where there is no handshake nothing can be answered.
  server.prependListener('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())
  // With a listener Node closes nothing by itself: what is left to it here is a handler that takes its time.
  server.setTimeout(options.stallTimeoutMs ?? 30_000, (socket) => {
    const isIdle = (underWay.get(socket)?.size ?? 0) === 0
    if (isIdle || socket.writableLength > 0) socket.destroy()
  })
  // Without a listener Node permits every body at once; the gate permits it once the caller is authorized.
  server.on('checkContinue', listener)
  server.on('checkExpectation', listener)
  // Without a listener Node hangs up on CONNECT without a word.
  server.on('connect', (_request, socket) => answerProblem(socket, new Problem('not-implemented')))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (linger.isEnding(socket)) return
    // Within an answer that has begun, this one would be read as a part of it.
    const isWithinAnswer = [...(underWay.get(socket) ?? [])].some(({ headersSent }) => headersSent)
    if (error.code === 'ECONNRESET' || !socket.writable || isWithinAnswer) socket.destroy()
    else answerProblem(socket, toClientProblem(error))
  })
  const drain: GatehouseServer['drain'] = ({ deadlineMs = 10_000 } = {}) =>
    new Promise((resolve) => {
      draining = true
      const deadline = setTimeout(() => {
        server.closeAllConnections()
        for (const socket of connected) socket.destroy()
      }, deadlineMs)
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

/** What never became a request: malformed syntax, an oversized header, a deadline passed. */
function toClientProblem({ code = '' }: NodeJS.ErrnoException): Problem {
  return new Problem(clientErrors[code] ?? 'malformed-request')
}

/** What Node takes for a request, and none may answer. */
function findRefusal({ headersDistinct, httpVersion, headers }: IncomingMessage): Problem | undefined {
  const hosts = headersDistinct['host']?.length ?? 0
  // RFC 9112 section 3.2.
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0'))
    return new Problem('malformed-request', { detail: 'Send one Host header field.' })
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
    return new Problem('expectation-failed', { detail: 'Only `Expect: 100-continue` can be met.' })
  return undefined
}

function toTlsSettings({ clientCertificates, ...texts }: TlsOptions): object {
  const requestCert = texts.ca !== undefined || clientCertificates !== undefined
  return { ...texts, requestCert, rejectUnauthorized: clientCertificates !== 'optional' }
}

/** Answers under way, by connection. */
const underWay = new WeakMap<Duplex, Set<ServerResponse>>()

function answersOver(socket: Duplex): Set<ServerResponse> {
  const answers = underWay.get(socket) ?? new Set()
  underWay.set(socket, answers)
  return answers
}

function refuse(response: ServerResponse, problem: Problem): void {
  const { headers, body } = toAnswer(problem)
  response.writeHead(problem.status, headers).end(body)
}

/** Where there is no response to write to. */
function toMessage(problem: Problem): string {
  const { headers, body } = toAnswer(problem)
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`
  return `${[status, ...head].join('\r\n')}\r\n\r\n${body}`
}

function toAnswer(problem: Problem): {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
} {
  const body = JSON.stringify(toProblemDetails(problem))
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    Connection: 'close',
  }
  return { headers, body }
}
