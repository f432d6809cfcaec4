import { childPointer, isJsonObject, type JsonObject } from '../json-pointer.js'
import { isExtension, stepOf, type ObjectKind, type Step } from './object-kinds.js'
import type { OpenApiDocument } from './read-document.js'
import type { Located } from './reference.js'

/*
 * Where Schema Objects stand in a document. What only looks like a schema (in examples, extensions and the like) is none.
 */

/** All schemas of the document that are no part of another, in the order of the document. */
export function findSchemas(document: OpenApiDocument): readonly Located<unknown>[] {
  const found: Located<unknown>[] = []
  const visit = (value: unknown, pointer: string, kind: ObjectKind): void => {
    if (kind === 'schema') found.push({ value, pointer })
    else if (!isJsonObject(value) || ('$ref' in value && kind !== 'pathItem')) return
    else {
      for (const [name, member] of Object.entries(value)) {
        const next = stepOf(kind, name)
        if (next && !isExtension(name, next[1])) step(member, childPointer(pointer, name), next)
      }
    }
  }
  const step = (value: unknown, pointer: string, [shape, kind]: Step): void => {
    if (shape === 'one') visit(value, pointer, kind)
    else if (shape === 'list' && Array.isArray(value))
      value.forEach((item, index) => visit(item, childPointer(pointer, index), kind))
    else if (shape === 'map' && isJsonObject(value))
      for (const [name, member] of Object.entries(value))
        if (!isExtension(name, kind)) visit(member, childPointer(pointer, name), kind)
  }
  visit(document, '#', 'document')
  return found
}

/** The document with every schema of it emptied, and nothing else changed. */
export function withoutSchemas(document: OpenApiDocument): OpenApiDocument {
  const copy = (value: unknown, kind: ObjectKind): unknown => {
    if (kind === 'schema') return {}
    if (!isJsonObject(value) || ('$ref' in value && kind !== 'pathItem')) return value
    return mapMembers(value, (member, name) => {
      const next = stepOf(kind, name)
      return next && !isExtension(name, next[1]) ? step(member, next) : member
    })
  }
  const step = (value: unknown, [shape, kind]: Step): unknown => {
    if (shape === 'one') return copy(value, kind)
    if (shape === 'list') return Array.isArray(value) ? value.map((item) => copy(item, kind)) : value
    if (!isJsonObject(value)) return value
    return mapMembers(value, (member, name) => (isExtension(name, kind) ? member : copy(member, kind)))
  }
  return copy(document, 'document') as OpenApiDocument
}

function mapMembers(value: JsonObject, change: (member: unknown, name: string) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member, name)]))
}
