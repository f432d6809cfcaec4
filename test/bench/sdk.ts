/**
 * `npm run bench:sdk`: a call through the SDK beside the same call by bare `fetch`, in one run, turn about, against an
 * http server of this machine. Prints how many SDK calls fit into the time of as many bare ones.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type * as sdk from '../../generated/sdk/index.js'

/** As `npm run sdk:pack` made it: what callers install, and not what the loader of this file makes of the source. */
const packed = new URL('../../dist/sdk/lib/generated/sdk/index.js', import.meta.url)
const { createInventoryClient } = (await import(packed.href)) as typeof sdk

const rounds = 600
const callsPerRound = 20

const item = { sku: 'NUT-M8', name: 'Hex nut M8', tags: ['nut'], onHand: 3, reserved: 1, available: 2 }
const reply = JSON.stringify({ items: Array.from({ length: 20 }, () => item) })
const server = createServer((request, response) => {
  const isToken = request.url === '/token'
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.end(isToken ? '{"access_token":"t","token_type":"Bearer","expires_in":3600}' : reply)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const inventory = createInventoryClient({
  baseUrl: url,
  tokenEndpoint: `${url}/token`,
  clientId: 'bench',
  clientSecret: 'bench',
})

const bySdk = (): Promise<unknown> => inventory.listItems({ query: { limit: 20 } })
const byFetch = async (): Promise<unknown> => {
  const response = await fetch(`${url}/v1/items?limit=20`, { headers: { Authorization: 'Bearer t' } })
  if (!response.ok) throw new Error(String(response.status))
  return response.json()
}

async function time(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  for (let count = 0; count < callsPerRound; count += 1) await call()
  return performance.now() - start
}

/** The median of the rounds' ratios: what disturbs one round disturbs both of its halves, or is left out. */
async function compare(): Promise<number> {
  const ratios: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const isFirst = round % 2 === 0
    const first = await time(isFirst ? byFetch : bySdk)
    const second = await time(isFirst ? bySdk : byFetch)
    ratios.push(isFirst ? first / second : second / first)
  }
  return ratios.sort((a, b) => a - b)[rounds / 2] ?? NaN
}

for (let round = 0; round < 50; round += 1) {
  await time(bySdk)
  await time(byFetch)
}
const ratio = await compare()
console.log(`sdk / fetch  ${ratio.toFixed(3)}  (goal 0.9 or more; Node.js ${process.versions.node})`)
server.close()
server.closeAllConnections()
