import { describe, expect, it } from 'vitest'
import { ApiError } from '../../../src/sdk/errors.js'
import { problemReply, reasonOf, serviceInMemory } from './service-in-memory.js'
import { settle } from './virtual-clock.js'

const page = (skus: readonly string[], nextCursor?: string) => () =>
  Response.json({ items: skus.map((sku) => ({ sku })), nextCursor })

async function skusOf(items: AsyncIterable<{ readonly sku: string }>): Promise<readonly string[]> {
  const skus: string[] = []
  for await (const { sku } of items) skus.push(sku)
  return skus
}

describe('pages', () => {
  it('are walked entry by entry, with the same parameters and each cursor', async () => {
    const { inventory, seen } = serviceInMemory([page(['a', 'b'], 'c1'), page([], 'c2'), page(['c'])])
    expect(await skusOf(inventory.listItems({ query: { tag: ['x'], limit: 2 } }))).toEqual(['a', 'b', 'c'])
    expect(seen.map(({ url }) => url)).toEqual([
      '/v1/items?tag=x&limit=2',
      '/v1/items?tag=x&limit=2&cursor=c1',
      '/v1/items?tag=x&limit=2&cursor=c2',
    ])
  })

  it('are given whole by pages()', async () => {
    const { inventory } = serviceInMemory([page(['a'], 'c1'), page(['b'])])
    const sizes: number[] = []
    for await (const { items } of inventory.listItems().pages()) sizes.push(items.length)
    expect(sizes).toEqual([1, 1])
  })

  it('are one where the call is awaited', async () => {
    const { inventory, seen } = serviceInMemory([page(['a'], 'c1')])
    expect(await inventory.listItems()).toMatchObject({ nextCursor: 'c1' })
    expect(seen).toHaveLength(1)
  })

  it('are fetched no sooner than the loop gets there, and no more after it is left', async () => {
    const { inventory, seen } = serviceInMemory([page(['a'], 'c1')])
    for await (const { sku } of inventory.listItems()) {
      expect(sku).toBe('a')
      await settle()
      break
    }
    expect(seen).toHaveLength(1)
  })

  it('end with the cursor that came before', async () => {
    const { inventory, seen } = serviceInMemory([page(['a'], 'c1'), page(['b'], 'c2'), page(['c'], 'c1')])
    expect(await skusOf(inventory.listItems())).toEqual(['a', 'b', 'c'])
    expect(seen).toHaveLength(3)
  })

  it('end with a cursor that comes back as an object', async () => {
    const again = () => Response.json({ items: [{ sku: 'a' }], nextCursor: {} })
    const { inventory, seen } = serviceInMemory([again, again, () => problemReply(400)])
    expect(await skusOf(inventory.listItems())).toEqual(['a', 'a'])
    expect(seen).toHaveLength(2)
  })

  it('that fail end the loop with the error', async () => {
    const { inventory } = serviceInMemory([page(['a'], 'c1'), () => problemReply(400)])
    expect(await reasonOf(skusOf(inventory.listItems()))).toBeInstanceOf(ApiError)
  })

  it('that fail at the first end the loop, and nothing else', async () => {
    const { inventory } = serviceInMemory([() => problemReply(400)])
    expect(await reasonOf(skusOf(inventory.listItems()))).toMatchObject({ status: 400 })
  })

  it('that fail after the loop was left are nobody’s, and end no process', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): unknown => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const { inventory } = serviceInMemory([() => problemReply(400)])
    await inventory.listItems()[Symbol.asyncIterator]().return?.()
    await settle()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('abandon the request in flight when the iterator is closed', async () => {
    const { inventory, seen, clock } = serviceInMemory([page(['a'], 'c1'), () => undefined])
    const iterator = inventory.listItems()[Symbol.asyncIterator]()
    await iterator.next()
    const next = iterator.next()
    await settle()
    expect(seen).toHaveLength(2)
    await iterator.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(clock.pending()).toEqual([])
  })

  it('end with the reason of the caller’s signal', async () => {
    const { inventory } = serviceInMemory([page(['a'], 'c1'), () => undefined])
    const abandon = new AbortController()
    const walk = reasonOf(skusOf(inventory.listItems({ signal: abandon.signal })))
    await settle()
    abandon.abort(new Error('enough'))
    expect(await walk).toMatchObject({ message: 'enough' })
  })
})
