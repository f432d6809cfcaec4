import { createDefectLog } from './defect.js'
import { isJsonObject } from './json-pointer.js'
import { parseOpenApiVersion } from './openapi-version.js'
import { createSchemaIndex, type SchemaIndex } from './schema-index.js'

/**
 * Tells references that name a schema of the document by its `$id`, which looks like a file or an address but is neither
 * (JSON Schema 2020-12 core, section 8.2.1). `pointer` is where the reference stands.
 */
export function createSchemaNames(root: unknown): (reference: string, pointer: string) => boolean {
  const version = isJsonObject(root) ? parseOpenApiVersion(root['openapi']) : undefined
  if (!isJsonObject(root) || !version || version === '3.0') return () => false
  let index: SchemaIndex | undefined
  return (reference, pointer) => {
    // What is wrong with the schemas is told once the document is whole.
    index ??= createSchemaIndex(root, version, createDefectLog('warn'))
    const from = index.at(pointer) ?? index.at('#')
    return from !== undefined && index.resolve(reference, from) !== undefined
  }
}
