import { loadContract } from '../../src/contract/load-contract.js'
import { document, item, page, reservation } from './gate/exchanges.js'
import { compare, type Comparison } from './side-by-side.js'

/* `npm run bench:replies`: a reply as text, with nothing in it that the document keeps back, beside JSON.stringify alone. */

const contract = await loadContract(document)

const comparisons = [
  { name: 'an item', operationId: 'getItem', status: 200, body: item },
  { name: 'a page of twenty items', operationId: 'listItems', status: 200, body: page },
  { name: 'a reservation of ten lines', operationId: 'createReservation', status: 201, body: reservation },
  {
    name: 'an item with a member too many',
    operationId: 'getItem',
    status: 200,
    body: { ...item, supplier: 'Acme' },
  },
].map(({ name, operationId, status, body }): Comparison => {
  const reply = contract.operations.get(operationId)?.replies.find(status)
  const keep = reply?.find('application/json')?.check.keep
  if (!keep) throw new Error(`${operationId} keeps nothing back`)
  return { name, ours: () => JSON.stringify(keep(body)), peer: () => JSON.stringify(body) }
})

await compare(comparisons, 'JSON.stringify')
