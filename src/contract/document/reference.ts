import { isJsonObject, nameOfType, parsePointer, valueAt, type JsonObject } from '../json-pointer.js'
import type { DefectLog } from '../defect.js'
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
  /** The same for a schema, in silence: what is wrong with schemas is told where they are checked. */
  readonly resolveSchema: (schema: unknown, pointer: string) => Located | undefined
}

/** What a schema at a pointer leads to. Schemas also refer to each other by `$id` and `$anchor`. */
export type FollowSchema = (pointer: string) => Located<unknown> | undefined

export function createResolver(
  document: OpenApiDocument,
  defects: DefectLog,
  followSchema?: FollowSchema,
): Resolver {
  const follow = (value: unknown, pointer: string, report?: DefectLog): Located | undefined => {
    const seen = new Set<string>()
    let at: Located<unknown> = { value, pointer }
    while (isJsonObject(at.value) && typeof at.value['$ref'] === 'string') {
      const reference: string = at.value['$ref']
      const tokens = reference.startsWith('#') ? parsePointer(reference) : undefined
      const next = tokens && valueAt(document, tokens)
      if (next === undefined || seen.has(reference)) {
        const message = `\`$ref: ${reference}\` ${next === undefined ? 'leads nowhere' : 'refers to itself'}: correct the pointer`
        report?.report({ code: 'unresolvable-reference', pointer: at.pointer, message })
        return undefined
      }
      seen.add(reference)
      at = { value: next, pointer: reference }
    }
    if (isJsonObject(at.value)) return at as Located
    report?.reportStructure(at.pointer, `must be an object, and is ${nameOfType(at.value)}`)
    return undefined
  }
  return {
    document,
    resolve: (value, pointer) => follow(value, pointer, defects),
    resolveSchema(schema, pointer) {
      const found = followSchema ? followSchema(pointer) : follow(schema, pointer)
      return isJsonObject(found?.value) ? { ...found, value: found.value } : undefined
    },
  }
}
