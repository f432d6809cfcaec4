import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { defaultLimits } from '../../src/contract/limits.js'
import { loadContract } from '../../src/contract/load-contract.js'
import { bundledDocument } from '../support/example-requests.js'
import { compare, type Comparison } from './side-by-side.js'

/*
 * `npm run bench:validate`: from the bytes of a body to a value that fits, by the way that a request takes, beside JSON.parse
 * and Ajv, which takes the same schemas out of the same document.
 */

const { schemas } = bundledDocument['components'] as {
  schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>
}
const { lines, reference } = schemas['Reservation']?.properties ?? {}

const shape = (kind: string, properties: object): object => ({
  type: 'object',
  additionalProperties: false,
  required: ['kind', ...Object.keys(properties)],
  properties: { kind: { const: kind }, ...properties },
})

const length = { type: 'number', exclusiveMinimum: 0 }

const tested = {
  Reservation: {
    type: 'object',
    additionalProperties: false,
    required: ['lines'],
    properties: {
      lines,
      reference,
      expiresInSeconds: { type: 'integer', format: 'int32', minimum: 1, maximum: 86_400 },
    },
  },
  Counts: { type: 'array', maxItems: 1_000, items: { $ref: '#/components/schemas/Quantity' } },
  Circle: shape('circle', { radius: length }),
  Rectangle: shape('rectangle', { width: length, height: length }),
  Triangle: shape('triangle', { a: length, b: length, c: length }),
  Shape: {
    type: 'object',
    required: ['kind'],
    oneOf: ['Circle', 'Rectangle', 'Triangle'].map((name) => ({ $ref: `#/components/schemas/${name}` })),
    discriminator: { propertyName: 'kind' },
  },
}

const reservation = (quantity: number): object => ({
  reference: 'order-2026-0815',
  expiresInSeconds: 300,
  lines: Array.from({ length: 10 }, (_, index) => ({ sku: `BOLT-M8-${index}`, quantity })),
})

const bodies: readonly { readonly name: string; readonly schema: string; readonly body: unknown }[] = [
  {
    name: 'an item',
    schema: 'ItemCreate',
    body: { sku: 'BOLT-M8-40', name: 'Hex bolt M8 × 40', tags: ['fastener', 'steel'] },
  },
  { name: 'a reservation of ten lines', schema: 'Reservation', body: reservation(16) },
  {
    name: 'a thousand numbers',
    schema: 'Counts',
    body: Array.from({ length: 1_000 }, (_, index) => index * 7),
  },
  { name: 'one of three shapes', schema: 'Shape', body: { kind: 'triangle', a: 3, b: 4, c: 5 } },
  { name: 'a reservation that does not fit', schema: 'Reservation', body: reservation(0) },
]

/** Ajv has Sku and the like, and reads discriminators of schemas without references only. */
function withoutReferences(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(withoutReferences)
  const { $ref, ...rest } = schema as Record<string, unknown>
  const own = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, withoutReferences(value)]),
  )
  if (typeof $ref !== 'string') return own
  return { ...(withoutReferences(all[$ref.split('/').at(-1) ?? '']) as object), ...own }
}

const all: Readonly<Record<string, unknown>> = { ...schemas, ...tested }
const contract = await loadContract({
  openapi: '3.1.1',
  info: { title: 'Bodies', version: '1' },
  components: { ...(bundledDocument['components'] as object), schemas: all },
  paths: Object.fromEntries(
    Object.keys(all).map((name) => [
      `/${name}`,
      {
        post: {
          security: [],
          requestBody: {
            content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
          },
          responses: { 204: { description: 'Done.' } },
        },
      },
    ]),
  ),
})
const ajv = new Ajv2020({
  strict: false,
  discriminator: true,
  useDefaults: true,
  ownProperties: true,
  allErrors: true,
})
addFormats.default(ajv)

const comparisons = bodies.map(({ name, schema, body }): Comparison => {
  const bytes = Buffer.from(JSON.stringify(body))
  const requestBody = contract.operations.get(`POST /${schema}`)?.requestBody
  const validate = ajv.compile(withoutReferences(all[schema]) as object)
  const ours = (): boolean => {
    const format = requestBody?.find('application/json')
    if (format?.kind !== 'whole') throw new Error(`${schema} has no body`)
    return format.decode(bytes, defaultLimits).violations.length === 0
  }
  const peer = (): boolean => validate(JSON.parse(bytes.toString()))
  if (ours() !== peer()) throw new Error(`${name}: the two do not agree`)
  return { name, ours, peer }
})

await compare(comparisons, 'JSON.parse + Ajv')
