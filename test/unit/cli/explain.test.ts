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
const sku = { name: 'sku', in: 'path', required: true, schema: { type: 'string', maxLength: 64 } }

const shop = documentWith(
  {
    '/items/{sku}': {
      parameters: [sku, { name: 'limit', in: 'query', schema: { type: 'string' } }],
      get: {
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
            headers: { ETag: { required: true, schema: { type: 'string' } }, 'Content-Type': {} },
            content: { 'application/json': { schema: item }, 'application/jsonl': { schema: item } },
          },
          304: { description: 'Not changed.' },
          '4XX': { description: 'Refused.', content: { 'application/problem+json': {} } },
          default: { description: 'Failed.', content: { 'application/problem+json': {} } },
        },
      },
      put: {
        ...anonymous,
        requestBody: { required: true, content: { 'application/*+json': { schema: item }, 'video/mp4': {} } },
      },
    },
    '/items': { get: { ...anonymous, operationId: 'listItems' }, post: anonymous },
  },
  { components },
)

const explain = (given: unknown, ...argv: string[]) =>
  gatehouse(['explain', 'api.json', ...argv], { files: { 'api.json': given } })

describe('an explained operation', () => {
  it('tells who may call, what is read, and what may leave', async () => {
    const { code, out, err } = await explain(shop, 'getItem', '--json').then(() => explain(shop, 'getItem'))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const upToDefects = out.split('\n\nDefects\n')[0] ?? ''
    expect(upToDefects.split('\n')).toEqual([
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
      '  200      application/json   Item',
      '           application/jsonl  a sequence, each Item',
      '           with ETag (required)',
      '  304      no body',
      '  4XX      application/problem+json  anything',
      '  default  application/problem+json  anything',
      '           what the gate answers by itself, no reply for a handler',
      '',
      'Limits',
      '  A refused request names at most 20 violations.',
    ])
  })
})
