import { childPointer, isJsonObject, parsePointer, valueAt, type JsonObject } from '../json-pointer.js'
import type { DefectLog } from '../defect.js'
import type { OpenApiVersion } from '../document/openapi-version.js'
import type { OpenApiDocument } from '../document/read-document.js'
import { findSchemas } from '../document/schema-places.js'
import { resolveUri, unnamedDocument } from '../document/schema-resources.js'
import { translateSchema } from './schema-translation.js'
import { subschemasOf } from '../document/schema-vocabulary.js'

/*
 * Every schema of a document with its place, and what references lead to: JSON Schema 2020-12 core, section 8.2. `$id` gives a
 * schema a base of its own and opens a resource; all schemas outside of one belong to the document's.
 */

/** A schema resource: what shares a base, and the anchors in it. */
export interface Resource {
  readonly uri: string
  readonly pointer: string
  readonly anchors: Map<string, SchemaNode>
  readonly dynamicAnchors: Map<string, SchemaNode>
}

export interface SchemaNode {
  /** Where it stands in the document. */
  readonly pointer: string
  /** As it is written. */
  readonly value: unknown
  /** In the terms of JSON Schema 2020-12; none where the schema is no object. */
  readonly keywords: JsonObject
  /** OpenAPI 3.0: whether null is let through whatever the keywords say. */
  readonly letsNullThrough: boolean
  readonly resource: Resource
  /** Whether it is the root of its resource. */
  readonly isRoot: boolean
}

export interface SchemaIndex {
  readonly document: OpenApiDocument
  readonly version: OpenApiVersion
  /** Every schema, outer ones first, in the order of the document. */
  readonly nodes: () => Iterable<SchemaNode>
  /** The schema at a place; `undefined` where there is nothing. */
  readonly at: (pointer: string) => SchemaNode | undefined
  readonly child: (node: SchemaNode, ...tokens: readonly (string | number)[]) => SchemaNode
  /** The schemas in a list such as `allOf`; none where there is no such list. */
  readonly list: (node: SchemaNode, keyword: string) => readonly SchemaNode[]
  /** The schemas in a map such as `properties`. */
  readonly map: (node: SchemaNode, keyword: string) => readonly (readonly [string, SchemaNode])[]
  /** What its `$ref` leads to, where it has one. */
  readonly reference: (node: SchemaNode) => SchemaNode | undefined
  /** What a reference in a schema leads to; `undefined` where it leads nowhere. */
  readonly resolve: (reference: string, from: SchemaNode) => SchemaNode | undefined
  /** The schemas that `$dynamicRef` may mean in place of `target`: by resource. */
  readonly dynamicTargets: (name: string) => ReadonlyMap<Resource, SchemaNode>
}

export function createSchemaIndex(
  document: OpenApiDocument,
  version: OpenApiVersion,
  defects: DefectLog,
): SchemaIndex {
  const nodes = new Map<string, SchemaNode>()
  const resources = new Map<string, Resource>()
  const self = typeof document['$self'] === 'string' ? document['$self'] : unnamedDocument
  const root = createResource(resolveUri(self, unnamedDocument) ?? unnamedDocument, '#')
  resources.set(root.uri, root)

  const add = (value: unknown, pointer: string, outer: Resource): SchemaNode => {
    const known = nodes.get(pointer)
    if (known) return known
    const own = version === '3.0' || !isJsonObject(value) ? undefined : openResource(value, pointer, outer)
    const node: SchemaNode = {
      pointer,
      value,
      ...translateSchema(value, version),
      resource: own ?? outer,
      isRoot: own !== undefined,
    }
    nodes.set(pointer, node)
    if (!isJsonObject(value)) return node
    if (version !== '3.0') addAnchors(node, value)
    for (const { tokens, value: inner } of subschemasOf(value, version)) {
      add(inner, childPointer(pointer, ...tokens), node.resource)
    }
    return node
  }

  const openResource = (value: JsonObject, pointer: string, outer: Resource): Resource | undefined => {
    const id = value['$id']
    if (typeof id !== 'string' || id.startsWith('#')) return undefined
    const uri = resolveUri(id, outer.uri)?.replace(/#$/, '')
    if (uri === undefined) return undefined
    const taken = resources.get(uri)
    if (taken) {
      const message = `\`$id: ${id}\` is also that of ${taken.pointer}: give each schema its own`
      defects.report({ code: 'invalid-schema', pointer: childPointer(pointer, '$id'), message })
      return createResource(uri, pointer)
    }
    const resource = createResource(uri, pointer)
    resources.set(uri, resource)
    return resource
  }

  const addAnchors = (node: SchemaNode, value: JsonObject): void => {
    for (const keyword of ['$anchor', '$dynamicAnchor'] as const) {
      const name = value[keyword]
      if (typeof name !== 'string') continue
      const { anchors, dynamicAnchors } = node.resource
      const taken = anchors.get(name)
      if (taken && taken !== node) {
        const message = `\`${keyword}: ${name}\` is also that of ${taken.pointer}, in the same schema resource: rename one, or give the schemas an \`$id\``
        defects.report({ code: 'invalid-schema', pointer: childPointer(node.pointer, keyword), message })
        continue
      }
      anchors.set(name, node)
      if (keyword === '$dynamicAnchor') dynamicAnchors.set(name, node)
    }
  }

  const at = (pointer: string): SchemaNode | undefined => {
    const known = nodes.get(pointer)
    if (known) return known
    const tokens = parsePointer(pointer)
    if (!tokens) return undefined
    const plain = childPointer('#', ...tokens)
    const value = valueAt(document, tokens)
    return nodes.get(plain) ?? (value === undefined ? undefined : add(value, plain, root))
  }

  const resolve = (reference: string, from: SchemaNode): SchemaNode | undefined => {
    const uri = reference.startsWith('#') ? reference : resolveUri(reference, from.resource.uri)
    if (uri === undefined) return undefined
    const [base = '', fragment = ''] = uri.split('#', 2)
    const resource = base === '' ? from.resource : resources.get(base)
    if (!resource) return undefined
    if (fragment !== '' && !fragment.startsWith('/')) return resource.anchors.get(decode(fragment))
    const found = at(`${resource.pointer}${fragment}`)
    // Bundling turns references to other files into `#/components/…`, also inside of a schema with an `$id`.
    return found ?? (reference.startsWith('#/') ? at(reference) : undefined)
  }

  for (const { value, pointer } of findSchemas(document)) add(value, pointer, root)

  const child = (node: SchemaNode, ...tokens: readonly (string | number)[]): SchemaNode => {
    const pointer = childPointer(node.pointer, ...tokens)
    return nodes.get(pointer) ?? add(valueAt(node.value, tokens.map(String)), pointer, node.resource)
  }

  return {
    document,
    version,
    nodes: () => nodes.values(),
    at,
    child,
    list(node, keyword) {
      const schemas = node.keywords[keyword]
      return Array.isArray(schemas) ? schemas.map((_, position) => child(node, keyword, position)) : []
    },
    map(node, keyword) {
      const schemas = node.keywords[keyword]
      const names = isJsonObject(schemas) ? Object.keys(schemas) : []
      return names.map((name) => [name, child(node, keyword, name)])
    },
    reference(node) {
      const { $ref } = node.keywords
      return typeof $ref === 'string' ? resolve($ref, node) : undefined
    },
    resolve,
    dynamicTargets(name) {
      const targets = [...resources.values()].flatMap((resource) => {
        const target = resource.dynamicAnchors.get(name)
        return target ? [[resource, target] as const] : []
      })
      return new Map(targets)
    },
  }
}

function createResource(uri: string, pointer: string): Resource {
  return { uri, pointer, anchors: new Map(), dynamicAnchors: new Map() }
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
