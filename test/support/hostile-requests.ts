/*
 * Run as `node --expose-gc --import tsx`: hands a million requests, no two alike, to a compiled document, and writes the
 * growth of the heap in bytes. A process of its own, so that nothing else is in the heap.
 */
import { loadContract } from '../../src/contract/load-contract.js'
import { parseQuery } from '../../src/contract/parameters/query-string.js'
import { bundledDocument } from './example-requests.js'

const count = Number(process.argv[2] ?? 1_000_000)
const contract = await loadContract(bundledDocument)
const operations = [...contract.operations.values()]
const bodies = operations.flatMap(({ requestBody }) => requestBody ?? [])
const body = bodies.find((declared) => !declared.find('application/undeclared'))
const [{ parameters } = {}] = operations
const collect = (globalThis as { gc?: () => void }).gc
if (!collect) throw new Error('run it with --expose-gc')
/** No template has as many segments, and the first are those of one that there is. */
const [deepest = ''] = operations
  .map(({ pathTemplate }) => pathTemplate)
  .sort((a, b) => b.split('/').length - a.split('/').length)

let found = 0
function one(index: number): void {
  const unique = `${index.toString(36)}x${(index * 7_919).toString(36)}`
  if (body?.find(`application/${unique}; p${unique}="${unique}"`)) found++
  const path = deepest.replace(/\{[^}]+\}/g, unique)
  if (contract.find('GET', `${path}/${unique}`).kind === 'operation') found++
  if (contract.find('GET', `/${unique}${path}`).kind === 'operation') found++
  const parts = {
    path: {},
    queryString: '',
    query: parseQuery(`${unique}=${unique}`),
    headers: {},
    cookies: [],
  }
  if (parameters?.decode(parts, 'refuse').violations.length === 0) found++
}

// What is made on first use is made before the heap is looked at.
for (let index = 0; index < 20_000; index++) one(index)
collect()
const before = process.memoryUsage().heapUsed
for (let index = 20_000; index < count; index++) one(index)
collect()
const grown = process.memoryUsage().heapUsed - before
process.stdout.write(JSON.stringify({ found, grown }))
