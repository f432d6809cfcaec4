import request from 'supertest'
import { describe, expect, it } from 'vitest'
import type { AnyHandler } from '../../../src/contract/handler.js'
import { loadContract } from '../../../src/contract/load-contract.js'
import { createApp, type CreateAppOptions } from '../../../src/http/app.js'
import { documentWith, echoing } from '../../support/document.js'
import { serve } from '../../support/serve.js'

/* What bounds the work that one request can cause, as options of `createApp`. */

const count: AnyHandler = async ({ body }) => {
  let lines = 0
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    for await (const _ of body as AsyncIterable<unknown>) lines++
  return { status: 200, body: lines }
}

const tree = {
  anyOf: [
    { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
    { type: 'object', additionalProperties: { $ref: '#/components/schemas/Tree' } },
    { type: ['string', 'integer'] },
  ],
}
const components = { schemas: { Tree: tree } }
const ref = { $ref: '#/components/schemas/Tree' }
const post = {
  ...echoing,
  parameters: [
    { name: 'deep', in: 'query', style: 'deepObject', explode: true, schema: ref },
    { name: 'json', in: 'query', content: { 'application/json': { schema: ref } } },
    { name: 'n', in: 'query', schema: { type: 'array', items: { type: 'integer' } } },
  ],
  requestBody: {
    content: {
      'application/json': { schema: { anyOf: [ref, { type: 'array', uniqueItems: true }] } },
      'application/vnd.test.list+json': { schema: { type: 'array', items: { type: 'integer' } } },
      'application/vnd.test.unique+json': { schema: { type: 'array', uniqueItems: true } },
      'application/x-ndjson': { schema: { type: 'integer' } },
      'application/x-www-form-urlencoded': { schema: { type: 'object' } },
      'application/octet-stream': {},
    },
  },
}

async function send(
  { query = '', type = 'application/json', body }: { query?: string; type?: string; body?: string },
  options: Partial<CreateAppOptions> = {},
): Promise<readonly [status: number, first: string | undefined, violations: number]> {
  const contract = await loadContract(documentWith({ '/a': { post } }, { components }))
  const { url } = await serve(
    createApp({ contract, handlers: { 'POST /a': count }, authenticators: {}, ...options }),
  )
  const response = await request(url).post(`/a${query}`).set('Content-Type', type).send(body)
  const errors = (response.body?.errors ?? []) as { readonly detail: string }[]
  return [response.status, errors[0]?.detail ?? (response.body?.detail as string | undefined), errors.length]
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const deep = (depth: number): string => `?deep${'[a]'.repeat(depth)}=x`

describe('a request is refused with what is too much of it, by default and by the option', () => {
  const integers = (length: number): string => JSON.stringify(Array.from({ length }, () => 'x'))
  it.each([
    {
      given: 'bytes',
      sent: { body: `"${'x'.repeat(1_048_576)}"` },
      want: [413, 'The body may have 1048576 bytes, decompressed.', 0],
    },
    {
      given: 'bytes',
      sent: { body: '"12345"' },
      options: { bodyLimitBytes: 6 },
      want: [413, 'The body may have 6 bytes, decompressed.', 0],
    },
    { given: 'bytes', sent: { body: '"1234"' }, options: { bodyLimitBytes: 6 }, want: [200, undefined, 0] },
    { given: 'depth', sent: { body: nested(64) }, want: [200, undefined, 0] },
    { given: 'depth', sent: { body: nested(65) }, want: [400, 'nests deeper than 64 levels', 1] },
    { given: 'depth', sent: { body: nested(10_000) }, want: [400, 'nests deeper than 64 levels', 1] },
    {
      given: 'depth',
      sent: { body: nested(3) },
      options: { depthLimit: 2 },
      want: [400, 'nests deeper than 2 levels', 1],
    },
    { given: 'depth', sent: { body: nested(100) }, options: { depthLimit: 100 }, want: [200, undefined, 0] },
    {
      given: 'depth of a line',
      sent: { body: nested(3), type: 'application/x-ndjson' },
      options: { depthLimit: 2 },
      want: [400, 'nests deeper than 2 levels', 1],
    },
    {
      given: 'depth of a form',
      sent: { body: 'a=1', type: 'application/x-www-form-urlencoded' },
      options: { depthLimit: 2 },
      want: [200, undefined, 0],
    },
    { given: 'depth of a parameter', sent: { query: deep(64) }, want: [200, undefined, 0] },
    {
      given: 'depth of a parameter',
      sent: { query: deep(3_000) },
      want: [400, 'nests deeper than 64 levels', 1],
    },
    {
      given: 'depth of a parameter',
      sent: { query: deep(2) },
      options: { depthLimit: 1 },
      want: [400, 'nests deeper than 1 levels', 1],
    },
    {
      given: 'depth of a JSON parameter',
      sent: { query: `?json=${nested(3_000)}` },
      want: [400, 'nests deeper than 64 levels', 1],
    },
    {
      given: 'violations',
      sent: { body: integers(30), type: 'application/vnd.test.list+json' },
      want: [400, 'must be an integer', 20],
    },
    {
      given: 'violations',
      sent: { body: integers(30), type: 'application/vnd.test.list+json' },
      options: { violationLimit: 25 },
      want: [400, 'must be an integer', 25],
    },
    {
      given: 'violations',
      sent: { body: integers(30), type: 'application/vnd.test.list+json' },
      options: { violationLimit: 0 },
      want: [400, 'must be an integer', 1],
    },
    {
      given: 'violations of a parameter',
      sent: { query: `?${'n=x&'.repeat(30)}` },
      options: { violationLimit: 3 },
      want: [400, 'must be an integer', 3],
    },
    {
      given: 'violations of lines',
      sent: { body: '"x"\n'.repeat(30), type: 'application/x-ndjson' },
      options: { violationLimit: 4 },
      want: [400, 'must be an integer', 4],
    },
    {
      given: 'parameters',
      sent: { query: `?${'n=1&'.repeat(1_001)}` },
      want: [400, 'A request may have at most 1000 query parameters.', 0],
    },
    {
      given: 'parameters',
      sent: { query: '?n=1&n=1' },
      options: { parameterLimit: 1 },
      want: [400, 'A request may have at most 1 query parameters.', 0],
    },
    {
      given: 'members of a form',
      sent: { body: 'a=1&b=1', type: 'application/x-www-form-urlencoded' },
      options: { memberLimit: 1 },
      want: [413, 'A form may have 1 members.', 0],
    },
    {
      given: 'bytes of a line',
      sent: { body: '1\n'.repeat(20), type: 'application/x-ndjson' },
      options: { lineLimitBytes: 10 },
      want: [200, undefined, 0],
    },
    {
      given: 'bytes of a line',
      sent: { body: '12345678901', type: 'application/x-ndjson' },
      options: { lineLimitBytes: 10 },
      want: [413, 'A line may have 10 bytes.', 0],
    },
  ])('$given, $options: $want', async ({ sent, options, want }) => {
    expect(await send(sent, options)).toEqual(want)
  })
})

describe('what could take for ever', () => {
  it.each(['^(a+)+$', '^(a|aa)+$', '(.*a){20}'])(
    'such as the pattern %s is refused at the start',
    async (pattern) => {
      const schema = { type: 'string', pattern }
      const operation = { ...echoing, requestBody: { content: { 'application/json': { schema } } } }
      await expect(loadContract(documentWith({ '/a': { post: operation } }))).rejects.toThrow(
        'vulnerable-pattern',
      )
    },
  )

  it('such as uniqueItems over ten thousand objects is answered', async () => {
    const type = 'application/vnd.test.unique+json'
    const items = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `item ${id}` }))
    expect(await send({ type, body: JSON.stringify(items) })).toEqual([200, undefined, 0])
    expect(await send({ type, body: JSON.stringify([...items, { name: 'item 7', id: 7 }]) })).toEqual([
      400,
      'must have no equal items, but 7 and 10000 are equal',
      1,
    ])
  })
})
