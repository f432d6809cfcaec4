import { expect, it } from 'vitest'
import { withOperationIds } from '../../../src/dev/operation-keys.js'

it('every operation gets an operationId, which is the one that it states where it states one', () => {
  const parameters = [{ name: 'id', in: 'path' }]
  const document = { paths: { '/notes/{id}': { parameters, get: {}, delete: { operationId: 'remove' } } } }
  expect(withOperationIds(document)).toEqual({
    paths: {
      '/notes/{id}': {
        parameters,
        get: { operationId: 'GET /notes/{id}' },
        delete: { operationId: 'remove' },
      },
    },
  })
  expect(document.paths['/notes/{id}'].get, 'the document itself').toEqual({})
})
