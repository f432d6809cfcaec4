import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/*
 * RFC 9112 section 9.6: a connection that is closed while its client still sends is reset, and the client may lose the answer. So
 * this side closes first, and reads on for a while.
 */

export interface LingerOptions {
  /** Time to wait for a client to close, after an answer that ends the connection before its request was read, ms. Default: 2,000. */
  readonly lingerMs?: number
  /** What is read and thrown away of such a request, bytes. Default: 16,777,216. */
  readonly lingerBytes?: number
}

export interface Linger {
  /** Lets the connection linger, should it end with this response while the request is still coming in. */
  readonly follow: (request: IncomingMessage, response: ServerResponse) => void
  /** Ends a connection behind what was written to it last. */
  readonly end: (socket: Socket) => void
  /** Whether the connection is ending, so that nothing more of it may be answered. */
  readonly isEnding: (socket: Duplex) => boolean
}

export function createLinger({ lingerMs = 2_000, lingerBytes = 16_777_216 }: LingerOptions = {}): Linger {
  const ending = new WeakSet<Duplex>()

  const end = (socket: Socket): void => {
    ending.add(socket)
    const bound = socket.bytesRead + lingerBytes
    const deadline = performance.now() + lingerMs
    // Node hands on nothing of a request that it has given up, so nothing else tells how much comes.
    const timer = setInterval(
      () => {
        if (socket.bytesRead > bound || performance.now() >= deadline) socket.destroy()
      },
      Math.min(lingerMs, 50),
    )
    socket.once('close', () => clearInterval(timer))
    socket.once('end', () => socket.destroySoon())
    socket.end()
  }

  return {
    end,
    isEnding: (socket) => ending.has(socket),
    follow(request, response) {
      const { socket } = request
      // Before Node's own listener, which would end the connection in this way.
      response.prependListener('finish', () => {
        if (request.complete) return
        socket.destroySoon = () => {
          Reflect.deleteProperty(socket, 'destroySoon')
          end(socket)
          request.resume()
        }
        response.once('close', () => Reflect.deleteProperty(socket, 'destroySoon'))
      })
    },
  }
}
