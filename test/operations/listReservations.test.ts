import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables } from '../support/database.js'
import { letTimePass, stockItem, walk } from '../support/inventory.js'
import { openTestService, type Call, type Reply, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
beforeEach(async () => {
  await emptyTables(service.db)
  await stockItem(service.db, 'BOLT', 1_000)
  await stockItem(service.db, 'NUT', 1_000)
})
afterAll(() => service.close())

const list = (query: Call['query'] = {}): Promise<Reply> => service.call('listReservations', { query })
const reserve = async (reference: string, call: Call = {}): Promise<Reply> =>
  service.call('createReservation', {
    body: { lines: [{ sku: 'BOLT', quantity: 1 }], reference },
    ...call,
  })
const referencesOf = (items: readonly unknown[]): readonly string[] =>
  items.map((item) => (item as { readonly reference: string }).reference)
const close = async (operationId: 'confirmReservation' | 'releaseReservation', { body }: Reply) =>
  service.call(operationId, { params: { reservationId: body.id } })

describe('200', () => {
  it('has nothing to show to a client that reserved nothing', async () => {
    const { status, body } = await list()
    expect(status).toBe(200)
    expect(body).toEqual({ items: [] })
  })

  it('shows each reservation with its lines, as it was answered, newest first', async () => {
    const first = await reserve('first')
    const second = await service.call('createReservation', {
      body: {
        lines: [
          { sku: 'NUT', quantity: 2 },
          { sku: 'BOLT', quantity: 3 },
        ],
      },
    })
    expect((await list()).body.items).toEqual([second.body, first.body])
  })

  it('shows the caller’s own alone', async () => {
    await reserve('mine')
    await reserve('theirs', { clientId: 'other' })
    expect(referencesOf((await list()).body.items)).toEqual(['mine'])
    const theirs = await service.call('listReservations', { clientId: 'other' })
    expect(referencesOf(theirs.body.items)).toEqual(['theirs'])
  })

  it('shows nothing to a client of the same name at another issuer', async () => {
    await reserve('mine')
    const other = await openTestService({ store: service.store })
    try {
      expect((await other.call('listReservations')).body.items).toEqual([])
    } finally {
      await other.close()
    }
  })

  it.each(['held', 'confirmed', 'released', 'expired'])(
    'shows those that are %s, and no others, where asked to',
    async (status) => {
      await reserve('expired')
      await letTimePass(service.db, 900)
      await reserve('held')
      await close('confirmReservation', await reserve('confirmed'))
      await close('releaseReservation', await reserve('released'))
      const { body } = await list({ status })
      expect(body.items).toMatchObject([{ status, reference: status }])
    },
  )

  it('shows a lapsed reservation as expired, whether or not anybody has noticed', async () => {
    await reserve('lapsed')
    await letTimePass(service.db, 900)
    const before = await list({ status: 'expired' })
    // Whoever changes the stock marks what has lapsed.
    await service.call('adjustStock', { params: { sku: 'BOLT' }, body: { delta: 1, reason: 'counted' } })
    const after = await list({ status: 'expired' })
    expect(referencesOf(before.body.items)).toEqual(['lapsed'])
    expect(after.body).toEqual(before.body)
    expect((await list({ status: 'held' })).body.items).toEqual([])
  })
})

describe('200, page by page,', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const newestFirst = names.toReversed()

  it.each([1, 2, 5, 100])('shows all once in pages of %i', async (limit) => {
    const replies = []
    for (const name of names) replies.push(await reserve(name))
    const seen = await walk(service, 'listReservations', { query: { limit } })
    expect(seen).toHaveLength(5)
    // Those of one millisecond come in the order of their ids.
    const key = ({ createdAt, id }: { createdAt: string; id: string }): string => `${createdAt} ${id}`
    const want = replies
      .map(({ body }) => key(body))
      .toSorted()
      .toReversed()
    expect(seen.map((one) => key(one as { createdAt: string; id: string }))).toEqual(want)
  })

  it('holds 20 where no limit is named', async () => {
    for (let index = 0; index < 21; index += 1) await reserve(`${index}`)
    const { body } = await list()
    expect(body.items).toHaveLength(20)
    expect((await list({ cursor: body.nextCursor })).body.items).toHaveLength(1)
  })

  it('neither repeats nor misses one while others are made and closed', async () => {
    for (const name of names) {
      await reserve(name)
      await letTimePass(service.db, 1)
    }
    const seen = await walk(service, 'listReservations', { query: { limit: 2 } }, async (page) => {
      await close('confirmReservation', await reserve(`new-${page}`))
    })
    expect(referencesOf(seen)).toEqual(newestFirst)
  })

  it('shows one status on all pages', async () => {
    for (const name of names) {
      await reserve(name)
      await close('releaseReservation', await reserve(`${name}, released`))
      await letTimePass(service.db, 1)
    }
    const seen = await walk(service, 'listReservations', { query: { limit: 2, status: 'held' } })
    expect(referencesOf(seen)).toEqual(newestFirst)
  })
})

describe('400', () => {
  it('refuses the cursor of another list, and one that is made up', async () => {
    await reserve('mine')
    const { body } = await service.call('listItems', { query: { limit: 1 } })
    const forged = Buffer.from(JSON.stringify(['reservations', 1e17, 'x'])).toString('base64url')
    for (const cursor of [body.nextCursor, forged, 'AAAA']) {
      expect(await list({ cursor })).toMatchObject({
        status: 400,
        body: { errors: [{ in: 'query', pointer: '/cursor' }] },
      })
    }
  })
})
