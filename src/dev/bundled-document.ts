import { createDefectLog } from '../contract/defect.js'
import { isJsonObject } from '../contract/json-pointer.js'
import { createResolver } from '../contract/document/reference.js'

export type JsonObject = Readonly<Record<string, unknown>>

/** A document in which references lead to places in it. */
export type BundledDocument = JsonObject

/** The object itself, or the one that its `$ref` leads to; empty where there is none, which the lint tells. */
export function resolveReference(document: BundledDocument, value: unknown): JsonObject {
  return createResolver(document, createDefectLog('warn')).resolve(value, '#')?.value ?? {}
}

/** The value where it is an object, else an empty one. */
export function toObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}
