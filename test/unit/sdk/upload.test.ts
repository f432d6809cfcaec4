import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { ItemImport } from '../../../generated/client/types.gen.js'
import { ApiError, ConnectionError, createInventoryClient } from '../../../generated/sdk/index.js'
import { baseUrl, problemReply, reasonOf } from './service-in-memory.js'

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** A client whose requests are answered, or not, while something still reads their body. `passTime`: all that there is. */
function clientOf(answer: (body: Reader, signal: AbortSignal, passTime: () => void) => Promise<Response>) {
  let passTime = (): void => undefined
  return createInventoryClient({
    baseUrl,
    schedule: (run) => {
      passTime = run
      return () => undefined
    },
    tokenSource: { accessToken: () => Promise.resolve({ value: 'token-1' }) },
    fetch: async (_url, init) =>
      answer((init?.body as ReadableStream<Uint8Array>).getReader(), init?.signal as AbortSignal, passTime),
  })
}

async function readOn(body: Reader): Promise<void> {
  for (let done = false; !done;) ({ done } = await body.read())
}

const line: ItemImport = { sku: 'A', name: 'a', onHand: 1 }

/** Values without end, and when they were let go of. */
function endless() {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const values = async function* (): AsyncGenerator<ItemImport> {
    try {
      for (;;) {
        yield line
        await setImmediate()
      }
    } finally {
      end()
    }
  }
  return { values: values(), ended }
}

describe('an iterable on its way to the service', () => {
  it.each([
    { title: 'is aborted', want: 'no longer needed', answer: undefined },
    { title: 'takes too long', want: /within 30000 ms/, answer: undefined },
    { title: 'is refused', want: /^413/, answer: () => problemReply(413) },
    { title: 'is answered', want: 'no error', answer: () => Response.json({ created: 1, updated: 0 }) },
  ])('is let go of, and does not look complete, when its call $title', async ({ title, want, answer }) => {
    let reading: Promise<void> | undefined
    const abandon = new AbortController()
    const inventory = clientOf(async (body, signal, passTime) => {
      await body.read()
      // Node's `fetch` reads on behind its answer, and when it is aborted.
      reading = readOn(body)
      reading.catch(() => undefined)
      if (answer !== undefined) return answer()
      if (title === 'is aborted') abandon.abort(new Error('no longer needed'))
      else passTime()
      throw signal.reason
    })
    const { values, ended } = endless()
    const outcome = await reasonOf(inventory.importItems({ body: values, signal: abandon.signal }))
    expect(outcome instanceof Error ? outcome.message : outcome).toMatch(want)
    await ended
    await expect(reading).rejects.toThrow('The request is over')
  })

  it('gives the caller its own error, as it was thrown', async () => {
    const thrown = new RangeError('the file is damaged')
    const values = async function* (): AsyncGenerator<ItemImport> {
      yield line
      await setImmediate()
      throw thrown
    }
    const inventory = clientOf(async (body) => {
      await readOn(body).catch((cause: unknown) => {
        throw new TypeError('fetch failed', { cause })
      })
      return Response.json({})
    })
    expect(await reasonOf(inventory.importItems({ body: values() }))).toBe(thrown)
  })

  it('gives the caller the answer of the service where there is one, whatever the values do', async () => {
    const values = async function* (): AsyncGenerator<ItemImport> {
      yield line
      throw new Error('the file is damaged')
    }
    const inventory = clientOf(async (body) => {
      await readOn(body).catch(() => undefined)
      return problemReply(400)
    })
    expect(await reasonOf(inventory.importItems({ body: values() }))).toBeInstanceOf(ApiError)
  })

  it('is no excuse for a connection that broke', async () => {
    const inventory = clientOf(async (body) => {
      await body.read()
      await body.cancel()
      throw new TypeError('fetch failed')
    })
    const { values, ended } = endless()
    expect(await reasonOf(inventory.importItems({ body: values }))).toBeInstanceOf(ConnectionError)
    await ended
  })
})
