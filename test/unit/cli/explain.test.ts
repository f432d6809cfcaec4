import { describe, expect, it } from 'vitest'
import { anonymous, documentWith } from '../../support/document.js'
import { gatehouse } from './gatehouse.js'

const item = { $ref: '#/components/schemas/Item' }
const components = {
  schemas: { Item: { type: 'object', properties: { sku: { type: 'string' } } } },
  securitySchemes: {
    oauth: {
      type: 'oauth2',
      flows: { clientCredentials: { tokenUrl: '/token', scopes: { 'items:read': 'Read.' } } },
    },
  },
}
const problem = { 'application/problem+json': { schema: { type: 'object' } } }

const getItem = {
  operationId: 'getItem',
  summary: 'Get an item',
  deprecated: true,
  security: [{ oauth: ['items:read'] }],
  parameters: [
    { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, default: 20 } },
    { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
    { name: 'Authorization', in: 'header', schema: { type: 'string' } },
    { name: 'as-of', in: 'query', deprecated: true, content: { 'application/json': { schema: item } } },
  ],
  responses: {
    200: {
      description: 'The item.',
      headers: {
        ETag: { required: true, schema: { type: 'string' } },
        Age: { schema: { type: 'integer' } },
        // Means nothing: the media types say it.
        'Content-Type': { schema: { type: 'string' } },
      },
      content: { 'application/json': { schema: item }, 'application/jsonl': { schema: item } },
    },
    304: { description: 'Not changed.' },
    '4XX': { description: 'Refused.', content: problem },
    default: { description: 'Failed.', content: problem },
  },
}
const replaceItem = {
  ...anonymous,
  operationId: 'replaceItem',
  requestBody: { required: true, content: { 'application/json': { schema: item } } },
}
const shop = documentWith(
  {
    '/items/{sku}': {
      parameters: [
        { name: 'sku', in: 'path', required: true, schema: { type: 'string', maxLength: 64 } },
        { name: 'limit', in: 'query', required: true, schema: { type: 'string' } },
      ],
      get: getItem,
    },
    '/items': { get: { ...anonymous, operationId: 'listItems' }, post: replaceItem },
  },
  { components },
)

const explain = (given: unknown, ...argv: string[]) =>
  gatehouse(['explain', 'api.json', ...argv], { files: { 'api.json': given } })

/** The lines under a heading. */
function sectionOf(out: string, heading: string): readonly string[] {
  const section = out.split('\n\n').find((text) => text.startsWith(`${heading}\n`))
  return section?.trimEnd().split('\n').slice(1) ?? []
}

describe('an operation that is explained', () => {
  it('tells who may call, what is read, and what may leave', async () => {
    const { code, out, err } = await explain(shop, 'getItem')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.split('\n')).toEqual([
      'GET /items/{sku}  getItem',
      'Get an item',
      'Deprecated.',
      '',
      'Who may call',
      '  Callers with an OAuth 2.0 access token (oauth) that grants items:read.',
      '',
      'Parameters',
      '  path    sku            required    simple                       string of at most 64 characters',
      '  query   limit          default 20  form                         integer from 1',
      '  query   tag            optional    form, exploded: tag=A&tag=B  list of string',
      '  header  Authorization  not read    OpenAPI says that it means nothing here',
      '  query   as-of          optional    application/json             Item (deprecated)',
      '  A query parameter that is not declared is refused with 400.',
      '',
      'Body',
      '  None is read.',
      '',
      'Replies',
      '  200      application/json          Item',
      '           application/jsonl         a sequence, each Item',
      '           with ETag (required), Age',
      '  304      no body',
      '  4XX      application/problem+json  object',
      '  default  application/problem+json  object',
      '           what the gate answers by itself, no reply for a handler',
      '',
      'Limits',
      '  A refused request names at most 20 violations.',
      '',
    ])
  })

  it('tells which bodies are read', async () => {
    const { out } = await explain(shop, 'replaceItem')
    expect(sectionOf(out, 'Body')).toEqual(['  Required, as one of:', '    application/json  Item'])
    expect(sectionOf(out, 'Limits')[0]).toBe('  JSON nests 64 levels at most.')
  })

  it('tells the same as JSON', async () => {
    const { code, out } = await explain(shop, 'getItem', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      file: 'api.json',
      method: 'GET',
      path: '/items/{sku}',
      operationId: 'getItem',
      summary: 'Get an item',
      deprecated: true,
      pointer: '#/paths/~1items~1{sku}/get',
      callers: {
        stated: true,
        anyone: false,
        alternatives: [
          [
            {
              scheme: 'oauth',
              type: 'oauth2',
              credential: 'an OAuth 2.0 access token',
              scopes: ['items:read'],
            },
          ],
        ],
      },
      parameters: expect.arrayContaining([
        {
          name: 'limit',
          in: 'query',
          read: true,
          required: false,
          deprecated: false,
          style: 'form',
          explode: true,
          shape: 'primitive',
          type: 'integer from 1',
          default: 20,
        },
        expect.objectContaining({ name: 'tag', shape: 'array', form: 'tag=A&tag=B' }),
        expect.objectContaining({ name: 'Authorization', read: false }),
        expect.objectContaining({ name: 'as-of', mediaType: 'application/json', deprecated: true }),
      ]) as unknown,
      unknownQueryParameters: 'refused',
      body: null,
      replies: [
        {
          status: '200',
          by: 'handler',
          mediaTypes: [
            { mediaType: 'application/json', type: 'Item', sequence: false },
            { mediaType: 'application/jsonl', type: 'Item', sequence: true },
          ],
          headers: [
            { name: 'ETag', required: true, type: 'string' },
            { name: 'Age', required: false, type: 'integer' },
          ],
        },
        { status: '304', by: 'handler', mediaTypes: [], headers: [] },
        expect.objectContaining({ status: '4XX', by: 'handler' }),
        expect.objectContaining({ status: 'default', by: 'gate' }),
      ],
      limits: { jsonDepth: 64, violations: 20 },
      defects: [],
    })
  })

  it('tells of the body as JSON', async () => {
    const { body } = JSON.parse((await explain(shop, 'replaceItem', '--json')).out) as Record<string, unknown>
    expect(body).toEqual({
      required: true,
      mediaTypes: [{ mediaType: 'application/json', type: 'Item', sequence: false, accepted: true }],
    })
  })

  it('reads a parameter of the path item only where the operation has none of that name and place', async () => {
    const header = (name: string, type: string) => ({ name, in: 'header', schema: { type } })
    const given = documentWith({
      '/a': {
        parameters: [header('X-Trace', 'string'), header('X-Other', 'string')],
        get: { ...anonymous, parameters: [header('x-trace', 'integer')] },
      },
    })
    expect(sectionOf((await explain(given, 'GET /a')).out, 'Parameters').slice(0, -1)).toEqual([
      '  header  x-trace  optional  simple  integer',
      '  header  X-Other  optional  simple  string',
    ])
  })

  it('tells that an open object takes query parameters that are not declared', async () => {
    const open = { name: 'filter', in: 'query', schema: { type: 'object', properties: { name: {} } } }
    const closed = { ...open, schema: { ...open.schema, additionalProperties: false } }
    const given = documentWith({
      '/open': { get: { ...anonymous, parameters: [open] } },
      '/closed': { get: { ...anonymous, parameters: [closed] } },
    })
    const lastOf = async (path: string) =>
      sectionOf((await explain(given, `GET ${path}`)).out, 'Parameters').at(-1)
    expect(await lastOf('/open')).toContain('becomes a member of the object above')
    expect(await lastOf('/closed')).toContain('is refused with 400')
  })

  it('tells that an operation without responses lets no reply of a handler leave', async () => {
    const given = documentWith({ '/a': { get: { security: [] } } })
    expect(sectionOf((await explain(given, 'GET /a')).out, 'Replies')).toEqual([
      '  None is declared, so that no reply of a handler fits.',
    ])
  })

  it('is found by references, in OpenAPI 3.2 by its further methods too, and reads items in sequence', async () => {
    const copy = {
      ...anonymous,
      responses: { 200: { description: 'All.', content: { 'application/json-seq': { itemSchema: item } } } },
    }
    const given = documentWith(
      { '/a': { $ref: '#/components/pathItems/A' } },
      {
        openapi: '3.2.0',
        components: { ...components, pathItems: { A: { additionalOperations: { COPY: copy } } } },
      },
    )
    const { code, out } = await explain(given, 'COPY /a')
    expect(code).toBe(0)
    expect(sectionOf(out, 'Replies')).toEqual(['  200  application/json-seq  a sequence, each Item'])
  })

  it('has nothing in it that a terminal would act on', async () => {
    const given = documentWith({ '/a': { get: { ...anonymous, summary: 'Clear \u001b[2J this' } } })
    expect((await explain(given, 'GET /a')).out).toContain(String.raw`Clear \u{1b}[2J this`)
  })
})

describe('an operation of a document with defects', () => {
  const given = documentWith(
    {
      '/a': {
        get: { responses: anonymous.responses },
        post: { ...anonymous, requestBody: { content: { 'application/json': {}, nonsense: {} } } },
      },
    },
    { security: undefined },
  )

  it('is explained with its own defects, and with how many others there are', async () => {
    const { code, out } = await explain(given, 'POST /a')
    expect(code).toBe(0)
    expect(sectionOf(out, 'Body')).toEqual([
      '  Optional, as one of:',
      '    application/json  anything',
      '    nonsense          cannot be read, and is refused with 415',
    ])
    expect(sectionOf(out, 'Defects')).toEqual([
      '  api.json is refused for 2 defects, 1 of them not in this operation; `check` names them all.',
    ])
    expect(out).toContain('unsupported-media-type (1)\n')
    expect(out).not.toContain('missing-security')
  })

  it('does not pass for open to anyone where the document does not say', async () => {
    const { out } = await explain(given, 'GET /a')
    expect(sectionOf(out, 'Who may call')).toEqual([
      '  The document does not say, and is refused for it. Where that is only warned of: anyone.',
    ])
    const { callers } = JSON.parse((await explain(given, 'GET /a', '--json')).out) as Record<string, unknown>
    expect(callers).toMatchObject({ stated: false })
  })

  it('is not explained where its security could not be enforced', async () => {
    const undeclared = documentWith({ '/a': { get: { ...anonymous, security: [{ nobody: [] }] } } })
    const { code, out, err } = await explain(undeclared, 'GET /a')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^undeclared-scheme \(1\)\n/)
    expect(err).toContain('api.json cannot be enforced, and so not explained: 1 defect.\n')
    const asJson = await explain(undeclared, 'GET /a', '--json')
    expect(asJson.code).toBe(1)
    expect(JSON.parse(asJson.out)).toMatchObject({ defects: [{ code: 'undeclared-scheme' }] })
  })

  it('is not explained where there is no document', async () => {
    const called = await gatehouse(['explain', 'gone.yaml', 'getItem'])
    expect(called).toEqual({ code: 1, out: '', err: 'gone.yaml: there is no such file.\n' })
  })
})

describe('an operation that is not there', () => {
  it('is answered with those that look most like it', async () => {
    const { code, out, err } = await explain(shop, 'GET /itms/BOLT-1')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err.split('\n').slice(0, 3)).toEqual([
      'The document has no path for `/itms/BOLT-1`.',
      'Did you mean:',
      '  GET /items/{sku} (getItem)',
    ])
  })

  it('is answered with them as JSON', async () => {
    const { code, out } = await explain(shop, 'getItems', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      file: 'api.json',
      reason: 'The document has no operation `getItems`',
      suggestions: [{ method: 'GET', path: '/items/{sku}', operationId: 'getItem' }, {}, {}],
    })
  })

  it('has no suggestions where the document has no operations', async () => {
    expect((await explain(documentWith({}), 'getItem')).err).toBe(
      'The document has no operation `getItem`.\n',
    )
  })
})

describe('a wrong call', () => {
  it.each([
    { argv: ['explain'], want: 'FILE is missing.' },
    { argv: ['explain', 'api.json'], want: "'METHOD /path' or an operationId is missing." },
    { argv: ['explain', 'api.json', ' '], want: "'METHOD /path' or an operationId is missing." },
    { argv: ['explain', 'api.json', 'getItem', '--warn', 'all'], want: "Unknown option '--warn'." },
  ])('$argv is answered with what is wrong and the usage', async ({ argv, want }) => {
    const { code, out, err } = await gatehouse(argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err.split('\n')[0]).toContain(want)
    expect(err).toContain("Usage: npm run gatehouse -- explain FILE 'METHOD /path' [--json]\n")
  })

  it('is not one without quotes around method and path', async () => {
    expect((await explain(shop, 'get', '/items')).out).toContain('GET /items  listItems')
  })
})
