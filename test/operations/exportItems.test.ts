import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { linesOf } from '../support/documented-reply.js'
import { openTestService, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(() => emptyTables(service.db))
afterAll(() => service.close())

const exported = async (): Promise<readonly unknown[]> => linesOf(await service.call('exportItems'))

describe('200', () => {
  it('has no lines where there are no items', async () => {
    const { status, headers, text } = await service.call('exportItems')
    expect([status, text]).toEqual([200, ''])
    expect(headers['content-type']).toMatch(/^application\/x-ndjson/)
  })

  it('writes each item as it is shown alone, a line each', async () => {
    await service.call('importItems', {
      body: [
        { sku: 'BOLT', name: 'Hex “bolt”\u2028', description: 'two\nlines', tags: ['steel'], onHand: 10 },
        { sku: 'NUT', name: 'Hex nut', onHand: 0 },
      ],
    })
    await service.call('createReservation', { body: { lines: [{ sku: 'BOLT', quantity: 3 }] } })
    const { text } = await service.call('exportItems')
    expect(text.split('\n')).toHaveLength(3)
    const alone = await Promise.all(
      ['BOLT', 'NUT'].map(async (sku) => (await service.call('getItem', { params: { sku } })).body),
    )
    expect(linesOf({ text })).toEqual(alone)
    expect(alone[0]).toMatchObject({ onHand: 10, reserved: 3, available: 7 })
  })

  it('writes all items, however many, in the order of their SKUs', async () => {
    const skus = Array.from({ length: 1_203 }, (_, index) =>
      `${'A.-_'[index % 4]}${index}`.replace(/^\W|^_/, 'B$&'),
    )
    await service.call('importItems', { body: skus.map((sku) => ({ sku, name: sku, onHand: 1 })) })
    const lines = (await exported()) as readonly { readonly sku: string }[]
    expect(lines.map(({ sku }) => sku)).toEqual(skus.toSorted())
  })

  it('can be imported again as it is, without what an import does not set', async () => {
    await service.call('importItems', {
      body: [{ sku: 'BOLT', name: 'Hex bolt', description: '', tags: ['a', 'b'], onHand: 10 }],
    })
    const before = (await exported()) as readonly Readonly<Record<string, unknown>>[]
    const lines = before.map(({ sku, name, description, tags, onHand }) => ({
      sku,
      name,
      description,
      tags,
      onHand,
    }))
    await emptyTables(service.db)
    await service.call('importItems', { body: lines })
    expect(await exported()).toMatchObject(lines)
  })
})
