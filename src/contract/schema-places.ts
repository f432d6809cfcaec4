import { childPointer, isJsonObject, type JsonObject } from './json-pointer.js'
import type { OpenApiDocument } from './read-document.js'
import type { Located } from './reference.js'

/*
 * Where Schema Objects stand in a document: each object of the specification with the members that lead to one. What only
 * looks like a schema (in examples, extensions and the like) is none.
 */

type Kind =
  | 'document'
  | 'components'
  | 'pathItem'
  | 'operation'
  | 'callback'
  | 'parameter'
  | 'requestBody'
  | 'response'
  | 'mediaType'
  | 'encoding'

/** One object, a list of them, or a map by free names. */
type Step = readonly ['one' | 'list' | 'map', Kind | 'schema' | 'callback']

const operation: Step = ['one', 'operation']
const content: Step = ['map', 'mediaType']
const headers: Step = ['map', 'parameter']
const encodings: Readonly<Record<string, Step>> = {
  encoding: ['map', 'encoding'],
  prefixEncoding: ['list', 'encoding'],
  itemEncoding: ['one', 'encoding'],
}

const stepsOf: Readonly<Record<Exclude<Kind, 'callback'>, Readonly<Record<string, Step>>>> = {
  document: {
    components: ['one', 'components'],
    paths: ['map', 'pathItem'],
    webhooks: ['map', 'pathItem'],
  },
  components: {
    schemas: ['map', 'schema'],
    responses: ['map', 'response'],
    parameters: ['map', 'parameter'],
    requestBodies: ['map', 'requestBody'],
    headers,
    callbacks: ['map', 'callback'],
    pathItems: ['map', 'pathItem'],
    mediaTypes: ['map', 'mediaType'],
  },
  pathItem: {
    parameters: ['list', 'parameter'],
    get: operation,
    put: operation,
    post: operation,
    delete: operation,
    options: operation,
    head: operation,
    patch: operation,
    trace: operation,
    query: operation,
    additionalOperations: ['map', 'operation'],
  },
  operation: {
    parameters: ['list', 'parameter'],
    requestBody: ['one', 'requestBody'],
    responses: ['map', 'response'],
    callbacks: ['map', 'callback'],
  },
  // A Header Object is a Parameter Object without a name and place.
  parameter: { schema: ['one', 'schema'], content },
  requestBody: { content },
  response: { headers, content },
  mediaType: { schema: ['one', 'schema'], itemSchema: ['one', 'schema'], ...encodings },
  encoding: { headers, ...encodings },
}

/** All schemas of the document that are no part of another, in the order of the document. */
export function findSchemas(document: OpenApiDocument): readonly Located<unknown>[] {
  const found: Located<unknown>[] = []
  const visit = (value: unknown, pointer: string, kind: Step[1]): void => {
    if (kind === 'schema') found.push({ value, pointer })
    else if (!isJsonObject(value) || ('$ref' in value && kind !== 'pathItem')) return
    else if (kind === 'callback') step(value, pointer, ['map', 'pathItem'])
    else {
      const steps = stepsOf[kind]
      for (const [name, member] of Object.entries(value)) {
        const next = Object.hasOwn(steps, name) ? steps[name] : undefined
        if (next) step(member, childPointer(pointer, name), next)
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

/** Paths and responses may stand beside extensions; `x-…` among headers or schemas is a name like any other. */
function isExtension(name: string, kind: Step[1]): boolean {
  return name.startsWith('x-') && (kind === 'pathItem' || kind === 'response')
}

/** The document with every schema of it emptied, and nothing else changed. */
export function withoutSchemas(document: OpenApiDocument): OpenApiDocument {
  const copy = (value: unknown, kind: Step[1]): unknown => {
    if (kind === 'schema') return {}
    if (!isJsonObject(value) || ('$ref' in value && kind !== 'pathItem')) return value
    if (kind === 'callback') return step(value, ['map', 'pathItem'])
    const steps = stepsOf[kind]
    return mapMembers(value, (member, name) => {
      const next = Object.hasOwn(steps, name) ? steps[name] : undefined
      return next ? step(member, next) : member
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
