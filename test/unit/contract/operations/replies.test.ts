import { expect, it } from 'vitest'
import { loadContract } from '../../../../src/contract/load-contract.js'
import { anonymous, documentWith } from '../../../support/document.js'

it.each([
  { body: Buffer.from('ab'), want: [] },
  { body: new Uint8Array(4), want: ['maxLength'] },
  { body: 'éé', want: ['maxLength'] },
])('the bytes of a reply are counted against its schema: $body', async ({ body, want }) => {
  const schema = { type: 'string', format: 'binary', maxLength: 3 }
  const responses = { 200: { description: 'It.', content: { 'image/png': { schema } } } }
  const contract = await loadContract(documentWith({ '/a': { get: { ...anonymous, responses } } }))
  const format = contract.operations.get('GET /a')?.replies.find(200)?.find('image/png')
  expect(format?.check.validate(body, 'body').map(({ keyword }) => keyword)).toEqual(want)
})
