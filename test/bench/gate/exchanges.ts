import { bundledDocument } from '../../support/example-requests.js'

/* What both servers of the gate's benchmark are asked, and what they answer. */

export const item = {
  sku: 'BOLT-M8-40',
  name: 'Hex bolt M8 × 40',
  tags: ['fastener', 'steel'],
  onHand: 120,
  reserved: 16,
  available: 104,
  createdAt: '2026-03-02T11:05:12.000Z',
  updatedAt: '2026-03-02T11:05:12.000Z',
}

export const page = { items: Array.from({ length: 20 }, (_, index) => ({ ...item, onHand: 120 + index })) }

export const reservation = {
  id: '5f0c1c1e-0d8b-4c55-9d0f-6a1d1f0b8f5e',
  status: 'held',
  lines: Array.from({ length: 10 }, (_, index) => ({ sku: `BOLT-M8-${index}`, quantity: 16 })),
  createdAt: '2026-03-02T11:05:12.000Z',
  expiresAt: '2026-03-02T11:20:12.000Z',
}

const paths = bundledDocument['paths'] as Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The sample document with no more than these operations; the rest of it stays. */
export const document = {
  ...bundledDocument,
  paths: {
    '/v1/items': { get: paths['/v1/items']?.['get'] },
    '/v1/items/{sku}': {
      parameters: paths['/v1/items/{sku}']?.['parameters'],
      get: paths['/v1/items/{sku}']?.['get'],
    },
    '/v1/reservations': { post: paths['/v1/reservations']?.['post'] },
  },
}

export interface Exchange {
  readonly name: string
  /** The request as it goes over the socket. */
  readonly bytes: Buffer
  readonly status: number
}

const head = (line: string, ...fields: readonly string[]): string =>
  [`${line} HTTP/1.1`, 'Host: 127.0.0.1', 'Authorization: Bearer anything', ...fields, '', ''].join('\r\n')

const body = JSON.stringify({ reference: 'order-2026-0815', lines: reservation.lines })

export const exchanges: readonly Exchange[] = [
  { name: 'an item', bytes: Buffer.from(head('GET /v1/items/BOLT-M8-40')), status: 200 },
  {
    name: 'a page of twenty items',
    bytes: Buffer.from(head('GET /v1/items?limit=20&tag=fastener&tag=steel&q=bolt&sort=-name')),
    status: 200,
  },
  {
    name: 'a reservation of ten lines',
    bytes: Buffer.from(
      head(
        'POST /v1/reservations',
        'Idempotency-Key: 1c7d9d0a-5c0c-4c0e-8f27-0a3d7a3a6b11',
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`,
      ) + body,
    ),
    status: 201,
  },
]
