import { describe, expectTypeOf, it } from 'vitest'
import {
  createInventoryClient,
  isApiError,
  type InsufficientStockProblem,
  type InventoryClient,
  type InventoryClientOptions,
  type Item,
  type ItemImport,
  type ItemPage,
  type Problem,
  type Reservation,
} from '../../generated/sdk/index.js'

const body = { lines: [{ sku: 'NUT-M8', quantity: 1 }] }
declare const inventory: InventoryClient

describe('a client that is pinned to scopes', () => {
  const pinned = createInventoryClient({
    baseUrl: 'https://a.test',
    scopes: ['items:read', 'reservations:write'],
  })

  it('has the operations that they reach, by any of their requirements', () => {
    expectTypeOf(pinned).toHaveProperty('listItems')
    expectTypeOf(pinned).toHaveProperty('createReservation')
    expectTypeOf(pinned).toHaveProperty('getReservation')
    expectTypeOf(pinned).toHaveProperty('getCaller')
    expectTypeOf(pinned).toHaveProperty('getStatus')
  })

  it('has no others', () => {
    expectTypeOf(pinned).not.toHaveProperty('createItem')
    expectTypeOf(pinned).not.toHaveProperty('importItems')
    expectTypeOf(pinned).not.toHaveProperty('listReservations')
  })

  it('cannot be pinned to a scope that no operation needs', () => {
    // @ts-expect-error it is a slip of the pen
    createInventoryClient({ scopes: ['items:reed'] })
    // @ts-expect-error the other one does not make up for it
    createInventoryClient({ scopes: ['items:read', 'items:reed'] })
  })

  it('does not stand in for one that reaches more', () => {
    expectTypeOf(pinned).not.toExtend<InventoryClient>()
    const narrower: typeof pinned = inventory
    expectTypeOf(narrower).toHaveProperty('listItems')
  })

  it('has all operations where the scopes are known later only', () => {
    const later = createInventoryClient({ scopes: 'a b'.split(' ') })
    expectTypeOf(later).toEqualTypeOf<InventoryClient>()
    expectTypeOf<keyof InventoryClient>().toEqualTypeOf<keyof ReturnType<typeof createInventoryClient>>()
  })
})

describe('what may be left out', () => {
  it('may be undefined, as variables and signals that are passed on are', () => {
    const { clientSecret, signal }: { readonly clientSecret?: string; readonly signal?: AbortSignal } = {}
    const onRequest: InventoryClientOptions['onRequest'] = undefined
    createInventoryClient({ clientSecret, dpop: undefined, tokenSource: undefined, onRequest })
    void inventory.listItems({ signal, timeoutMs: undefined })
    void inventory.createReservation({ body, signal })
  })
})

describe('what an operation takes', () => {
  it('is what the document declares', () => {
    void inventory.createReservation({ body })
    // @ts-expect-error the body is missing
    void inventory.createReservation()
    // @ts-expect-error a quantity is a number
    void inventory.createReservation({ body: { lines: [{ sku: 'NUT-M8', quantity: '1' }] } })
    // @ts-expect-error there is no such member
    void inventory.createReservation({ body: { lines: [], urgent: true } })
    // @ts-expect-error there is no such parameter
    void inventory.listItems({ query: { colour: 'red' } })
    // @ts-expect-error If-Match is a header of it, and this is none
    void inventory.updateItem({ path: { sku: 'A' }, headers: { 'If-None-Match': '"1"' }, body: {} })
    // @ts-expect-error the path parameter is missing
    void inventory.getItem({ query: {} })
  })

  it('may have an idempotency key, and need not', () => {
    void inventory.adjustStock({ path: { sku: 'A' }, body: { delta: 1, reason: 'received' } })
    void inventory.createReservation({ body, headers: { 'Idempotency-Key': 'order-1' } })
    // @ts-expect-error a key is text
    void inventory.createReservation({ body, headers: { 'Idempotency-Key': 1 } })
  })

  it('is an iterable, async or not, where it is lines', () => {
    expectTypeOf<Parameters<InventoryClient['importItems']>[0]['body']>().toEqualTypeOf<
      AsyncIterable<ItemImport> | Iterable<ItemImport>
    >()
  })
})

describe('what an operation gives', () => {
  it('is the body of its reply', () => {
    expectTypeOf(inventory.createReservation({ body })).resolves.toEqualTypeOf<Reservation>()
    expectTypeOf(inventory.deleteItem({ path: { sku: 'A' } })).resolves.toEqualTypeOf<undefined>()
    expectTypeOf(inventory.exportItems()).resolves.toEqualTypeOf<AsyncIterable<Item>>()
  })

  it('is pages and entries where it has a cursor', () => {
    expectTypeOf(inventory.listItems()).resolves.toEqualTypeOf<ItemPage>()
    expectTypeOf(inventory.listItems().pages()).toEqualTypeOf<AsyncIterable<ItemPage>>()
    expectTypeOf(inventory.listItems()).toExtend<AsyncIterable<Item>>()
    expectTypeOf(inventory.getItem).returns.not.toHaveProperty('pages')
  })
})

describe('errors', () => {
  const error: unknown = undefined

  it('are narrowed by operation and status', () => {
    if (!isApiError(error, 'createReservation')) return
    if (error.status === 409) {
      expectTypeOf(error.problem).toEqualTypeOf<InsufficientStockProblem | Problem | undefined>()
    }
    if (error.status === 404) expectTypeOf(error.problem).toEqualTypeOf<Problem | undefined>()
    expectTypeOf<200>().not.toExtend<typeof error.status>()
  })

  it('of another operation are not mistaken for them', () => {
    // @ts-expect-error there is no such operation
    isApiError(error, 'createOrder')
  })

  it('that have a handler of their own are none of the default’s', () => {
    const recovered = inventory.getItem({ path: { sku: 'A' } }).recover({
      404: () => undefined,
      503: ({ status, problem, retryAfterSeconds }) => {
        expectTypeOf(problem).toEqualTypeOf<Problem | undefined>()
        return { status, retryAfterSeconds }
      },
      default: (rest) => {
        expectTypeOf<404>().not.toExtend<typeof rest.status>()
        expectTypeOf<503>().not.toExtend<typeof rest.status>()
        expectTypeOf<500>().toExtend<typeof rest.status>()
        throw rest as unknown as Error
      },
    })
    type Waiting = { readonly status: 503; readonly retryAfterSeconds: number | undefined }
    expectTypeOf(recovered).resolves.toExtend<Item | Waiting | undefined>()
    expectTypeOf<undefined>().toExtend<Awaited<typeof recovered>>()
    void inventory.getItem({ path: { sku: 'A' } }).recover({ default: ({ status }) => status })
    // @ts-expect-error 200 is no error
    void inventory.getItem({ path: { sku: 'A' } }).recover({ 200: () => undefined, default: () => undefined })
  })

  it('are all answered, or it does not compile', () => {
    const recovered = inventory.createReservation({ body }).recover({
      409: ({ problem }) => {
        expectTypeOf(problem).toEqualTypeOf<InsufficientStockProblem | Problem | undefined>()
        return 'too little' as const
      },
      default: () => undefined,
    })
    expectTypeOf(recovered).resolves.toEqualTypeOf<Reservation | 'too little' | undefined>()
    // @ts-expect-error 400, 401, 403 and whatever else it declares are left out
    void inventory.createReservation({ body }).recover({ 409: () => undefined })
  })
})
