import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What becomes of one request: it goes through, is cut off before or after the service had it or in the midst of its reply,
 * or is answered here.
 */
export type Fault =
  | 'none'
  | 'reset'
  | 'lose-reply'
  | 'cut-reply'
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }

export interface FaultyProxy {
  readonly url: string
  /** Requests that arrived. */
  readonly count: () => number
  /** Where requests go from now on. */
  readonly forwardTo: (url: string) => void
  readonly close: () => Promise<void>
}

/** Stands before a service and does to each request, counted from 1, what the test says. */
export async function startFaultyProxy(
  target: string,
  faultFor: (count: number, request: IncomingMessage) => Fault | Promise<Fault>,
): Promise<FaultyProxy> {
  let origin = target
  let count = 0
  const server = createServer((incoming, outgoing) => {
    count += 1
    void Promise.resolve(faultFor(count, incoming)).then((fault) => {
      apply(fault, incoming, outgoing, origin)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    forwardTo: (url) => {
      origin = url
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function apply(fault: Fault, incoming: IncomingMessage, outgoing: ServerResponse, origin: string): void {
  if (fault === 'reset') {
    incoming.socket.resetAndDestroy()
    return
  }
  if (typeof fault === 'object') {
    incoming.resume()
    outgoing.writeHead(fault.status, fault.headers).end()
    return
  }
  const { method, headers, url = '' } = incoming
  const forwarded = send(new URL(url, origin), { method, headers }, (reply) => {
    if (fault === 'lose-reply') {
      // The service has answered, so what it did is committed; nobody learns of it.
      reply.resume()
      incoming.socket.resetAndDestroy()
      return
    }
    outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
    if (fault === 'cut-reply') {
      reply.once('data', (part) => outgoing.write(part, () => incoming.socket.destroy()))
      return
    }
    reply.pipe(outgoing)
  })
  forwarded.on('error', () => incoming.socket.destroy())
  // Nor does the service wait for what the caller no longer sends.
  outgoing.on('close', () => forwarded.destroy())
  incoming.pipe(forwarded)
}
