import { describe, expect, it } from 'vitest'
import { findOperation, titleOf } from '../../../src/cli/find-operation.js'
import { loadContract } from '../../../src/contract/load-contract.js'
import { anonymous, documentWith } from '../../support/document.js'

const path = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } })
const contract = await loadContract(
  documentWith({
    '/items': {
      get: { ...anonymous, operationId: 'listItems' },
      post: { ...anonymous, operationId: 'createItem' },
    },
    '/items/{sku}': {
      parameters: [path('sku')],
      get: { ...anonymous, operationId: 'getItem' },
      delete: anonymous,
    },
    '/items/{sku}/stock': { parameters: [path('sku')], get: { ...anonymous, operationId: 'getStock' } },
    '/items/popular': { get: { ...anonymous, operationId: 'listPopular' } },
    '/files/{name}.{extension}': { parameters: [path('name'), path('extension')], get: anonymous },
  }),
)

describe('an operation is found', () => {
  it.each([
    { sought: 'getItem', want: 'GET /items/{sku} (getItem)' },
    { sought: 'GET /items', want: 'GET /items (listItems)' },
    { sought: 'post  /items', want: 'POST /items (createItem)' },
    { sought: 'GET /items/{sku}', want: 'GET /items/{sku} (getItem)' },
    { sought: 'DELETE /items/{sku}', want: 'DELETE /items/{sku}' },
    { sought: 'GET /items/BOLT-1', want: 'GET /items/{sku} (getItem)' },
    { sought: 'GET /items/BOLT%2F1', want: 'GET /items/{sku} (getItem)' },
    { sought: 'GET /items?limit=3#top', want: 'GET /items (listItems)' },
    { sought: 'GET /items/popular', want: 'GET /items/popular (listPopular)' },
    { sought: 'GET /files/a.b.txt', want: 'GET /files/{name}.{extension}' },
    { sought: 'HEAD /items/BOLT-1', want: 'GET /items/{sku} (getItem)' },
  ])('by `$sought`: $want', ({ sought, want }) => {
    const found = findOperation(contract, sought)
    expect('operation' in found && titleOf(found.operation)).toBe(want)
  })
})

describe('an operation that is not there', () => {
  it.each([
    { sought: 'getItme', reason: 'has no operation `getItme`', first: 'GET /items/{sku} (getItem)' },
    { sought: 'GETITEM', reason: 'has no operation `GETITEM`', first: 'GET /items/{sku} (getItem)' },
    { sought: '/items', reason: 'has no operation `/items`', first: 'GET /items (listItems)' },
    { sought: 'POST /itmes', reason: 'has no path for `/itmes`', first: 'POST /items (createItem)' },
    { sought: 'GET /itms/BOLT-M8-40', reason: 'no path for', first: 'GET /items/{sku} (getItem)' },
    { sought: 'GET /items/BOLT-1/stck', reason: 'no path for', first: 'GET /items/{sku}/stock (getStock)' },
    { sought: 'GET /items/%zz', reason: 'is no path of a request', first: 'GET /items/{sku} (getItem)' },
  ])('`$sought`: $reason, but $first', ({ sought, reason, first }) => {
    const found = findOperation(contract, sought)
    expect(found).toMatchObject({ reason: expect.stringContaining(reason) as string })
    const suggestions = 'suggestions' in found ? found.suggestions.map(titleOf) : []
    expect(suggestions[0]).toBe(first)
    expect(suggestions).toHaveLength(3)
  })

  it.each([
    { sought: 'PUT /items', want: ['GET /items (listItems)', 'POST /items (createItem)'] },
    { sought: 'PUT /items/BOLT-1', want: ['GET /items/{sku} (getItem)', 'DELETE /items/{sku}'] },
    { sought: 'PUT /items/popular', want: ['GET /items/popular (listPopular)'] },
  ])('`$sought` has a path with other methods, which are suggested', ({ sought, want }) => {
    const found = findOperation(contract, sought)
    expect(found).toMatchObject({
      reason: expect.stringMatching(/is no path for PUT: it allows GET, /) as string,
    })
    expect('suggestions' in found && found.suggestions.map(titleOf)).toEqual(want)
  })
})
