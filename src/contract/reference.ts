import { isJsonObject, parsePointer, valueAt, type JsonObject } from './json-pointer.js'
import type { DefectLog } from './defect.js'
import type { OpenApiDocument } from './read-document.js'

/** An object of the document and where it stands. */
export interface Located<T = JsonObject> {
  readonly value: T
  readonly pointer: string
}

/** Follows `$ref`s inside a bundled document. */
export interface Resolver {
  readonly document: OpenApiDocument
  /** The object at the end of the references, `undefined` (and a defect) where they lead nowhere or in a circle. */
  readonly resolve: (value: unknown, pointer: string) => Located | undefined
}

export function createResolver(document: OpenApiDocument, defects: DefectLog): Resolver {
  return {
    document,
    resolve(value, pointer) {
      const seen = new Set<string>()
      let at: Located<unknown> = { value, pointer }
      while (isJsonObject(at.value) && typeof at.value['$ref'] === 'string') {
        const reference: string = at.value['$ref']
        const tokens = reference.startsWith('#') ? parsePointer(reference) : undefined
        const next = tokens && valueAt(document, tokens)
        if (next === undefined || seen.has(reference)) {
          defects.report({
            code: 'unresolvable-reference',
            pointer: at.pointer,
            message: `\`$ref: ${reference}\` ${next === undefined ? 'leads nowhere' : 'refers to itself'}: correct the pointer`,
          })
          return undefined
        }
        seen.add(reference)
        at = { value: next, pointer: reference }
      }
      if (isJsonObject(at.value)) return at as Located
      defects.report({ code: 'invalid-structure', pointer: at.pointer, message: 'must be an object' })
      return undefined
    },
  }
}
