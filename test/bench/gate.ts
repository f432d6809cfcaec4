import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import '../../src/dev/build.js'
import { exchanges, type Exchange } from './gate/exchanges.js'
import { rate, row, toRatio } from './side-by-side.js'

/*
 * `npm run bench:gate`: requests per second of the whole gate beside the same three operations by hand. Each server has a process
 * of its own, and the two are asked in alternate rounds over kept connections. The second ratio goes by the processor
 * time that a request took, which other work on the machine disturbs less.
 */

const rounds = 15
const roundMs = 400
const connections = 8

interface Server {
  readonly child: ChildProcess
  readonly port: number
}

interface Rates {
  readonly perSecond: number
  readonly perBusySecond: number
}

async function start(side: 'ours' | 'peer'): Promise<Server> {
  const child = fork(new URL('gate/serve.ts', import.meta.url), [side])
  const [port] = (await once(child, 'message')) as [number]
  return { child, port }
}

async function busySecondsOf({ child }: Server): Promise<number> {
  child.send('busy')
  const [seconds] = (await once(child, 'message')) as [number]
  return seconds
}

async function load(server: Server, exchange: Exchange): Promise<Rates> {
  const busyBefore = await busySecondsOf(server)
  const startedAt = performance.now()
  const until = startedAt + roundMs
  const counts = await Promise.all(
    Array.from({ length: connections }, () => ask(server.port, exchange, until)),
  )
  const count = counts.reduce((sum, one) => sum + one, 0)
  const seconds = (performance.now() - startedAt) / 1_000
  return { perSecond: count / seconds, perBusySecond: count / ((await busySecondsOf(server)) - busyBefore) }
}

/** Sends the request over one connection, again and again; resolves to how many answers came. */
function ask(port: number, { name, bytes, status }: Exchange, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let received = ''
    let count = 0
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', (chunk: string) => {
      received += chunk
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1])
      if (received.length < headEnd + 4 + length) return
      if (!received.startsWith(`HTTP/1.1 ${status} `)) {
        reject(new Error(`${name} was answered\n${received}`))
        socket.destroy()
        return
      }
      received = ''
      count++
      if (performance.now() < until) socket.write(bytes)
      else {
        socket.destroy()
        resolve(count)
      }
    })
  })
}

const [ours, peer] = await Promise.all([start('ours'), start('peer')])
for (const exchange of exchanges) for (const server of [ours, peer]) await load(server, exchange)
console.log(row('', 'ours /s', 'by hand /s', 'ratio', '(min to max)', 'by processor', '(min to max)'))
for (const exchange of exchanges) {
  const measured: { readonly ours: Rates; readonly peer: Rates }[] = []
  for (let round = 0; round < rounds; round++)
    measured.push({ ours: await load(ours, exchange), peer: await load(peer, exchange) })
  const cells = (['perSecond', 'perBusySecond'] as const).flatMap((unit) => {
    const { min, median, max } = toRatio(measured.map((both) => both.ours[unit] / both.peer[unit]))
    return [median.toFixed(2), `(${min.toFixed(2)} to ${max.toFixed(2)})`]
  })
  const [own, other] = (['ours', 'peer'] as const).map((side) =>
    rate(toRatio(measured.map((both) => both[side].perSecond)).median),
  )
  console.log(row(exchange.name, own ?? '', other ?? '', ...cells))
}
ours.child.disconnect()
peer.child.disconnect()
