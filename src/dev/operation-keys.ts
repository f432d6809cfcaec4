import { isJsonObject } from '../contract/json-pointer.js'
import { operationsOf } from '../contract/operations/path-item.js'
import { toObject, type BundledDocument } from './bundled-document.js'

/**
 * The document with an operationId for every operation, `GET /path` where it states none: by that the gate looks for its
 * handler, and openapi-typescript types only those that have one.
 */
export function withOperationIds(document: BundledDocument): BundledDocument {
  const paths = structuredClone(toObject(document['paths']))
  for (const [path, pathItem] of Object.entries(paths)) {
    if (!isJsonObject(pathItem)) continue
    for (const { method, value } of operationsOf(pathItem)) {
      const operation = value as { operationId?: string }
      operation.operationId ??= `${method} ${path}`
    }
  }
  return { ...document, paths }
}
