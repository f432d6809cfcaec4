import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'
import { afterEach } from 'vitest'
import { createServer, type CreateServerOptions, type GatehouseServer } from '../../src/http/server.js'

const open = new Set<GatehouseServer>()

afterEach(async () => {
  await Promise.all([...open].map((server) => server.drain({ deadlineMs: 0 })))
  open.clear()
})

/** Serves an application on a free port of the loopback interface until the test is over. */
export async function serve(
  app: Koa,
  options: CreateServerOptions = {},
): Promise<{ readonly url: string; readonly port: number; readonly server: GatehouseServer }> {
  const server = createServer(app, options)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.add(server)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, server }
}

/** Writes bytes to a port and resolves to all that comes back until the other side closes. */
export function exchangeBytes(port: number, ...chunks: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (received += chunk))
    socket.on('close', () => resolve(received))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The other side may close while this one still writes; what it said before counts.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(received)
      else reject(error)
    })
    for (const chunk of chunks) socket.write(chunk, 'latin1')
  })
}

/** As `exchangeBytes`, by a client that looks for no answer before all is written. */
export function sendThenRead(port: number, head: string, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.pause()
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (received += chunk))
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
    socket.write(head)
    socket.write(body, () => socket.resume())
  })
}
