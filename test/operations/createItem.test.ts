import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { openTestService, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(() => emptyTables(service.db))
afterAll(() => service.close())

const bolt = {
  sku: 'BOLT-M8-40',
  name: 'Hex bolt M8 × 40',
  description: 'Zinc-plated steel, strength class 8.8.',
  tags: ['steel', 'fastener'],
}

describe('201', () => {
  it('creates an item without stock and answers with it', async () => {
    const { status, body } = await service.call('createItem', { body: bolt })
    expect(status).toBe(201)
    const { createdAt, updatedAt, ...rest } = body
    expect(rest).toEqual({ ...bolt, onHand: 0, reserved: 0, available: 0 })
    expect(updatedAt).toBe(createdAt)
    expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(60_000)
  })

  it('tells where the new item is, and its version', async () => {
    const { headers, body } = await service.call('createItem', { body: bolt })
    expect(headers['location']).toBe('/v1/items/BOLT-M8-40')
    const found = await service.call('getItem', { params: { sku: bolt.sku } })
    expect(found.body).toEqual(body)
    expect(found.headers['etag']).toBe(headers['etag'])
  })

  it('leaves out the description, and takes no tags, where none are given', async () => {
    const { body } = await service.call('createItem', { body: { sku: 'NUT-M8', name: 'Hex nut M8' } })
    expect(body).not.toHaveProperty('description')
    expect(body.tags).toEqual([])
  })

  it.each([
    { what: 'quotes and backslashes', text: `It's "8.8" \\ \\' -- ; drop table items` },
    { what: 'other scripts and emoji', text: 'Гайка ナット צמד 🔩👩‍🔧' },
    { what: 'line breaks and control characters', text: 'one\r\ntwo\tthree\u0001\u001b[31m\u2028' },
    { what: 'what looks like markup or a placeholder', text: '<b>$1 {sku} %s ${x}</b> &amp;' },
    { what: 'nothing', text: '' },
  ])('keeps a description of $what as it is', async ({ text }) => {
    await service.call('createItem', { body: { ...bolt, description: text } })
    const { body } = await service.call('getItem', { params: { sku: bolt.sku } })
    expect(body.description).toBe(text)
  })

  it('takes every character and the full length that a SKU can have', async () => {
    const sku = `0.A_B-${'Z'.repeat(58)}`
    const { headers } = await service.call('createItem', { body: { sku, name: 'N' } })
    expect(headers['location']).toBe(`/v1/items/${sku}`)
    expect((await service.call('getItem', { params: { sku } })).body.sku).toBe(sku)
  })

  it('lets a deleted SKU be used anew, without the history of the old item', async () => {
    await service.call('createItem', { body: bolt })
    await service.call('adjustStock', { params: { sku: bolt.sku }, body: { delta: 5, reason: 'received' } })
    await service.call('deleteItem', { params: { sku: bolt.sku }, headers: { 'If-Match': '*' } })
    const { status, body } = await service.call('createItem', { body: bolt })
    expect([status, body.onHand]).toEqual([201, 0])
    const history = await service.call('listAdjustments', { params: { sku: bolt.sku } })
    expect(history.body.items).toEqual([])
  })
})

describe('409', () => {
  it('refuses a SKU that an item has, and leaves that item as it is', async () => {
    const first = await service.call('createItem', { body: bolt })
    const second = await service.call('createItem', { body: { sku: bolt.sku, name: 'Another' } })
    expect(second).toMatchObject({ status: 409, body: { type: 'urn:problem-type:inventory:sku-exists' } })
    expect(second.body.detail).toContain('BOLT-M8-40')
    expect((await service.call('getItem', { params: { sku: bolt.sku } })).body).toEqual(first.body)
  })

  it('lets one of many win who create the same item at the same time', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        service.call('createItem', { body: { ...bolt, name: `Bolt ${index}` } }),
      ),
    )
    const winners = replies.filter(({ status }) => status === 201)
    expect(winners).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(19)
    expect((await service.call('getItem', { params: { sku: bolt.sku } })).body).toEqual(winners[0]?.body)
  })
})
