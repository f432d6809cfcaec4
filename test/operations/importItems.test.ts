import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyTables } from '../support/database.js'
import { stockItem } from '../support/inventory.js'
import { openTestService, type Reply, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(() => emptyTables(service.db))
afterAll(() => service.close())

const bolt = { sku: 'BOLT', name: 'Hex bolt', description: 'Zinc-plated', tags: ['steel'], onHand: 120 }
const nut = { sku: 'NUT', name: 'Hex nut', onHand: 0 }
/** Lines as given, or text that takes the place of all lines. */
const importItems = (body: readonly object[] | string): Promise<Reply> =>
  service.call('importItems', { body })
const get = async (sku: string) => (await service.call('getItem', { params: { sku } })).body
const count = async (): Promise<number> => (await service.call('listItems')).body.items.length
const reserve = (sku: string, quantity: number): Promise<Reply> =>
  service.call('createReservation', { body: { lines: [{ sku, quantity }] } })

describe('200', () => {
  it('creates the items that do not exist, with their stock', async () => {
    const { status, body } = await importItems([nut, bolt])
    expect(status).toBe(200)
    expect(body).toEqual({ created: 2, updated: 0 })
    expect(await get('BOLT')).toMatchObject({ ...bolt, reserved: 0, available: 120 })
    expect(await get('NUT')).toMatchObject({ name: 'Hex nut', tags: [], onHand: 0 })
    expect(await get('NUT')).not.toHaveProperty('description')
  })

  it('replaces the items that do, all of them but when they were created', async () => {
    await importItems([bolt])
    const before = await get('BOLT')
    const { body } = await importItems([nut, { sku: 'BOLT', name: 'Bolt', onHand: 7 }])
    expect(body).toEqual({ created: 1, updated: 1 })
    const { updatedAt: _changed, ...after } = await get('BOLT')
    expect(after).toEqual({
      sku: 'BOLT',
      name: 'Bolt',
      tags: [],
      onHand: 7,
      reserved: 0,
      available: 7,
      createdAt: before.createdAt,
    })
  })

  it('counts the same lines as updates the second time, and changes nothing but the moment', async () => {
    const lines = [bolt, nut]
    await importItems(lines)
    const { updatedAt: _first, ...before } = await get('BOLT')
    expect((await importItems(lines)).body).toEqual({ created: 0, updated: 2 })
    const { updatedAt: _second, ...after } = await get('BOLT')
    expect(after).toEqual(before)
  })

  it('leaves items alone that no line names', async () => {
    await importItems([bolt])
    await importItems([nut])
    expect(await get('BOLT')).toMatchObject(bolt)
  })

  it('leaves reservations alone, down to what they need', async () => {
    await stockItem(service.db, 'BOLT', 10)
    await reserve('BOLT', 4)
    expect((await importItems([{ ...bolt, onHand: 4 }])).status).toBe(200)
    expect(await get('BOLT')).toMatchObject({ onHand: 4, reserved: 4, available: 0 })
  })

  it('takes more lines than one statement does, some new and some not', async () => {
    const lines = Array.from({ length: 1_201 }, (_, index) => ({
      sku: `I-${index}`,
      name: 'I',
      onHand: index,
    }))
    await importItems(lines.slice(0, 600))
    expect((await importItems(lines.toReversed())).body).toEqual({ created: 601, updated: 600 })
    expect(await get('I-1200')).toMatchObject({ onHand: 1_200 })
  })

  it.each([
    {
      given: 'blank lines and CRLF between lines',
      text: `\r\n${JSON.stringify(bolt)}\r\n\n  \n`,
      created: 1,
    },
    {
      given: 'no line break at the end',
      text: `${JSON.stringify(bolt)}\n${JSON.stringify(nut)}`,
      created: 2,
    },
    { given: 'nothing but a line break', text: '\n', created: 0 },
  ])('takes $given', async ({ text, created }) => {
    expect(await importItems(text)).toMatchObject({ status: 200, body: { created, updated: 0 } })
  })

  it('lets two imports of the same items at the same time both succeed', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => ({ sku: `I-${index}`, name: 'I', onHand: index }))
    const replies = await Promise.all([importItems(lines), importItems(lines.toReversed())])
    expect(replies.map(({ status }) => status)).toEqual([200, 200])
    const counts = replies.map(({ body }) => body as { readonly created: number; readonly updated: number })
    expect(counts.map(({ created, updated }) => created + updated)).toEqual([50, 50])
    expect(counts.reduce((sum, { created }) => sum + created, 0)).toBe(50)
  })
})

describe('400', () => {
  it('points at every line that does not fit, and imports none of the others', async () => {
    const reply = await importItems([
      bolt,
      { ...nut, onHand: -1 },
      { sku: 'RING', onHand: 1 },
      { ...nut, sku: 'WASHER', tags: ['new', 'new'] },
    ])
    expect(reply).toMatchObject({
      status: 400,
      body: { type: 'urn:problem-type:gatehouse:invalid-request' },
    })
    expect(reply.body.errors).toMatchObject([
      { in: 'body', pointer: '/1/onHand', keyword: 'minimum' },
      { in: 'body', pointer: '/2/name', keyword: 'required' },
      { in: 'body', pointer: '/3/tags', keyword: 'uniqueItems' },
    ])
    expect(await count()).toBe(0)
  })

  it('points at the line that is no JSON', async () => {
    const reply = await importItems(`${JSON.stringify(bolt)}\n{"sku": "NUT",\n${JSON.stringify(nut)}\n`)
    expect(reply.body.errors).toMatchObject([{ in: 'body', pointer: '/1', keyword: 'json' }])
    expect(await count()).toBe(0)
  })

  it('refuses a bad line behind a thousand good ones', async () => {
    const good = Array.from({ length: 1_000 }, (_, index) => ({ ...nut, sku: `N-${index}` }))
    const reply = await importItems([...good, { ...nut, name: 'two\nlines' }])
    expect(reply.body.errors).toMatchObject([{ pointer: '/1000/name', keyword: 'pattern' }])
    expect(await count()).toBe(0)
  })

  it('imports nothing of a body whose sender goes away', async () => {
    const sending = httpRequest(`${service.url}/v1/item-imports`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-ndjson',
        Authorization: `Bearer ${service.issuer.token({ claims: { scope: 'items:write stock:write' } })}`,
      },
    })
    sending.on('error', () => undefined)
    sending.write(`${JSON.stringify(bolt)}\n`, () => sending.destroy())
    await vi.waitUntil(() => service.log.some((line) => line.includes('"aborted":true')), { timeout: 10_000 })
    expect(await count()).toBe(0)
  })
})

describe('409', () => {
  it('names the items of which held reservations need more, and imports none of the others', async () => {
    for (const sku of ['BOLT', 'NUT', 'RING']) {
      await stockItem(service.db, sku, 10)
      await reserve(sku, 5)
    }
    const reply = await importItems([
      { ...bolt, onHand: 4 },
      { ...nut, sku: 'NEW' },
      { ...nut, sku: 'RING', onHand: 5 },
      { ...nut, onHand: 0 },
    ])
    expect(reply).toMatchObject({
      status: 409,
      body: { type: 'urn:problem-type:inventory:stock-in-use', skus: ['BOLT', 'NUT'] },
    })
    expect(await get('RING')).toMatchObject({ name: 'Item RING', onHand: 10, reserved: 5 })
    expect(await count()).toBe(3)
  })
})

describe('413', () => {
  it('takes ten thousand lines and not one more', async () => {
    const lines = Array.from({ length: 10_001 }, (_, index) => ({ sku: `I${index}`, name: 'I', onHand: 0 }))
    expect(await importItems(lines)).toMatchObject({
      status: 413,
      body: { type: 'urn:problem-type:gatehouse:content-too-large' },
    })
    expect(await count()).toBe(0)
    expect((await importItems(lines.slice(1))).body).toEqual({ created: 10_000, updated: 0 })
  })
})

describe('422', () => {
  it('names the SKUs that more than one line names, and imports none of the others', async () => {
    const reply = await importItems([bolt, nut, bolt, { ...nut, sku: 'RING' }, { ...nut, onHand: 5 }, nut])
    expect(reply).toMatchObject({
      status: 422,
      body: { type: 'urn:problem-type:inventory:duplicate-sku', skus: ['BOLT', 'NUT'] },
    })
    expect(await count()).toBe(0)
  })
})
