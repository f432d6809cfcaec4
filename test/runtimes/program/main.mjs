/*
 * Everything that the packed client asks of its runtime. The same file runs on each of them, and writes what came of it as
 * one line of JSON. It takes from its environment what the client reads there, and `PRIVATE_KEYS`: a JWK by client.
 */
import { createInventoryClient, isApiError } from '@gatehouse/inventory-client'

const { env } = globalThis.process
const inventory = createInventoryClient()

/** Resolves when the service has the first bytes of such a request. */
async function arrived(what) {
  await fetch(`${env.INVENTORY_BASE_URL}/arrived/${what}`, { signal: AbortSignal.timeout(10_000) })
}

async function* lines(...skus) {
  for (const sku of skus) {
    yield { sku, name: `Part ${sku}`, onHand: 10 }
    // Where a runtime gathers the body before it sends any of it, this is for ever.
    await arrived('import')
  }
}

async function collect(items) {
  const skus = []
  for await (const { sku } of items) skus.push(sku)
  return skus
}

async function notFound() {
  try {
    await inventory.getItem({ path: { sku: 'NONE' } })
  } catch (error) {
    return isApiError(error, 'getItem') && error.status === 404 && error.problem.title
  }
}

async function abort() {
  const controller = new AbortController()
  const held = inventory.getItem({ path: { sku: 'HELD' }, signal: controller.signal })
  const reason = new Error('no longer needed')
  void arrived('held').then(() => controller.abort(reason))
  return held.catch((error) => error === reason)
}

/** An import without end; its values are let go of when nobody wants them any more. */
async function abortImport() {
  const controller = new AbortController()
  let end
  const ended = new Promise((resolve) => (end = resolve))
  async function* endless() {
    try {
      for (;;) {
        yield { sku: 'LOST', name: 'Never whole', onHand: 1 }
        await arrived('import')
        controller.abort()
      }
    } finally {
      end()
    }
  }
  const { name } = await inventory
    .importItems({ body: endless(), signal: controller.signal })
    .catch((error) => error)
  await ended
  return name
}

async function importDamaged() {
  async function* damaged() {
    yield { sku: 'LOST', name: 'Never whole', onHand: 1 }
    await arrived('import')
    throw new RangeError('the file is damaged')
  }
  return inventory.importItems({ body: damaged() }).catch(({ name, message }) => `${name}: ${message}`)
}

async function codeOf(call) {
  return call.catch(({ code, scope }) => [code, scope].filter(Boolean).join(' '))
}

/** The clients that authenticate with a key, each with the name of its algorithm. */
async function callWithKeys() {
  const callers = []
  for (const [clientId, privateKey] of Object.entries(JSON.parse(env.PRIVATE_KEYS))) {
    const caller = await createInventoryClient({ clientId, privateKey }).getCaller()
    callers.push(caller.clientId)
  }
  return callers
}

const report = {
  streamed: await inventory.importItems({ body: lines('BOLT-M8', 'NUT-M8', 'WASHER-M8') }),
  damaged: await importDamaged(),
  unwanted: await abortImport(),
  listed: await collect(inventory.listItems({ query: { limit: 2 } })),
  cut: await codeOf(collect(await inventory.exportItems())),
  exported: await collect(await inventory.exportItems()),
  reserved: (
    await inventory.createReservation({ body: { lines: [{ sku: 'NUT-M8', quantity: 2 }] } }).withResponse()
  ).response.status,
  notFound: await notFound(),
  aborted: await abort(),
  late: await codeOf(inventory.getItem({ path: { sku: 'HELD' }, attemptTimeoutMs: 50, retries: 0 })),
  redirected: await codeOf(inventory.getItem({ path: { sku: 'MOVED' }, retries: 0 })),
  withKeys: await callWithKeys(),
  bound: (await createInventoryClient({ dpop: true }).getCaller()).clientId,
}
console.log(JSON.stringify(report))
