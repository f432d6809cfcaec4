import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { openTestService, type Reply, type TestService } from '../support/service.js'

let service: TestService
let created: Reply
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(async () => {
  await emptyTables(service.db)
  created = await service.call('createItem', {
    body: { sku: 'BOLT', name: 'Hex bolt', description: 'Zinc-plated', tags: ['steel', 'fastener'] },
  })
})
afterAll(() => service.close())

const params = { sku: 'BOLT' }
const update = (body: object, ifMatch = '*'): Promise<Reply> =>
  service.call('updateItem', { params, headers: { 'If-Match': ifMatch }, body })
const current = (): Promise<Reply> => service.call('getItem', { params })
const createdTag = (): string => created.headers['etag'] ?? ''

describe('200', () => {
  const unchanged = { name: 'Hex bolt', description: 'Zinc-plated', tags: ['steel', 'fastener'] }
  it.each<{ title: string; patch: object; want: object }>([
    {
      title: 'replaces what it names and leaves the rest',
      patch: { name: 'Bolt' },
      want: { ...unchanged, name: 'Bolt' },
    },
    { title: 'replaces all tags', patch: { tags: ['brass'] }, want: { ...unchanged, tags: ['brass'] } },
    { title: 'removes the tags with null', patch: { tags: null }, want: { ...unchanged, tags: [] } },
    { title: 'takes no tags at all', patch: { tags: [] }, want: { ...unchanged, tags: [] } },
    {
      title: 'replaces the description with nothing',
      patch: { description: '' },
      want: { ...unchanged, description: '' },
    },
    {
      title: 'changes everything at once',
      patch: { name: 'Б', description: `'"\\`, tags: ['x'] },
      want: { name: 'Б', description: `'"\\`, tags: ['x'] },
    },
  ])('$title', async ({ patch, want }) => {
    const { status, body } = await update(patch)
    expect(status).toBe(200)
    expect(body).toMatchObject({ ...want, sku: 'BOLT', createdAt: created.body.createdAt })
    expect((await current()).body).toEqual(body)
  })

  it('removes the description with null', async () => {
    expect((await update({ description: null })).body).not.toHaveProperty('description')
    expect((await current()).body).not.toHaveProperty('description')
    const { status, body } = await update({ description: null })
    expect([status, body.name]).toEqual([200, 'Hex bolt'])
  })

  it('leaves stock and reservations alone', async () => {
    await service.call('adjustStock', { params, body: { delta: 10, reason: 'received' } })
    await service.call('createReservation', { body: { lines: [{ sku: 'BOLT', quantity: 4 }] } })
    expect((await update({ name: 'Bolt' })).body).toMatchObject({ onHand: 10, reserved: 4, available: 6 })
  })

  it('answers with the entity tag of the item as it is now', async () => {
    const { headers, body } = await update({ name: 'Bolt' }, createdTag())
    expect(headers['etag']).not.toBe(createdTag())
    expect(headers['etag']).toBe((await current()).headers['etag'])
    expect(Date.parse(body.updatedAt)).toBeGreaterThanOrEqual(Date.parse(created.body.updatedAt))
  })

  it('lets an editor go on with the entity tag of the reply', async () => {
    const { headers } = await update({ name: 'Bolt' }, createdTag())
    expect((await update({ tags: null }, headers['etag'])).status).toBe(200)
  })

  it('changes the item where one tag of a list is that of the item', async () => {
    expect((await update({ name: 'Bolt' }, `"one", ${createdTag()}, W/"two"`)).status).toBe(200)
  })
})

describe('404', () => {
  it.each(['*', '"any"', undefined])('knows no such item, whatever If-Match (%s)', async (ifMatch) => {
    const reply = await service.call('updateItem', {
      params: { sku: 'NONE' },
      body: { name: 'Bolt' },
      ...(ifMatch !== undefined && { headers: { 'If-Match': ifMatch } }),
    })
    expect(reply).toMatchObject({ status: 404, body: { type: 'urn:problem-type:gatehouse:not-found' } })
  })
})

describe('412', () => {
  const refusal = { status: 412, body: { type: 'urn:problem-type:gatehouse:precondition-failed' } }

  it('refuses to overwrite what somebody else has changed', async () => {
    await update({ name: 'Theirs' }, createdTag())
    expect(await update({ name: 'Mine' }, createdTag())).toMatchObject(refusal)
    expect((await current()).body.name).toBe('Theirs')
  })

  it('refuses an entity tag from before the stock changed', async () => {
    await service.call('adjustStock', { params, body: { delta: 1, reason: 'received' } })
    expect(await update({ name: 'Mine' }, createdTag())).toMatchObject(refusal)
  })

  it.each<{ given: string; ifMatch: () => string }>([
    { given: 'a weak entity tag, which proves nothing', ifMatch: () => `W/${createdTag()}` },
    { given: 'a list without its entity tag', ifMatch: () => '"one", "two"' },
    { given: 'an empty entity tag', ifMatch: () => '""' },
  ])('refuses $given', async ({ ifMatch }) => {
    expect(await update({ name: 'Mine' }, ifMatch())).toMatchObject(refusal)
    expect((await current()).body).toEqual(created.body)
  })

  it('lets one of many win who change the same version at the same time', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => update({ name: `Editor ${index}` }, createdTag())),
    )
    const statuses = replies.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 412)])
    const winner = replies.find(({ status }) => status === 200)
    expect((await current()).body).toEqual(winner?.body)
  })
})

describe('428', () => {
  it('asks for If-Match, and changes nothing', async () => {
    const reply = await service.call('updateItem', { params, body: { name: 'Bolt' } })
    expect(reply).toMatchObject({
      status: 428,
      body: { type: 'urn:problem-type:gatehouse:precondition-required' },
    })
    expect((await current()).body).toEqual(created.body)
  })
})
