import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAppByDocument } from './by-document.js'
import { createAppByHand } from './by-hand.js'

/* One of the two servers, in a process of its own. It tells its port, and on demand how long its processor was busy. */

const app = process.argv[2] === 'ours' ? await createAppByDocument() : createAppByHand()
const handle = app.callback()
const server = createServer((request, response) => void handle(request, response))
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.((user + system) / 1e6)
})
process.on('disconnect', () => process.exit())
