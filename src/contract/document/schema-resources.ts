import { isJsonObject, parsePointer, type Json, type JsonObject } from '../json-pointer.js'
import { findSchemas } from './schema-places.js'
import { isKeyword, subschemasOf } from './schema-vocabulary.js'

/** The base of relative `$id`s where `$self` (OpenAPI 3.2, section 4.1.1) gives none. Nobody sees it. */
export const unnamedDocument = 'document:///openapi'

/*
 * JSON Schema 2020-12 core, section 8.2.1: `$id` gives a schema a base of its own and opens a resource, in which pointers begin
 * and anchors count.
 */

export interface SourceFile {
  readonly href: string
  /** Its address as seen from the document, for people. */
  readonly name: string
  readonly value: Json
  /** What shares a base, outer ones first. The first is that of the file itself. */
  readonly resources: () => readonly SourceResource[]
}

export interface SourceResource {
  readonly file: SourceFile
  readonly uri: string
  readonly tokens: readonly string[]
  /** Name → place in the file. */
  readonly anchors: Map<string, readonly string[]>
  readonly dynamicAnchors: Set<string>
}

/** `hasIds` is false for OpenAPI 3.0, where `$id` and anchors mean nothing. */
export function findResources(file: SourceFile, uri: string, hasIds: boolean): readonly SourceResource[] {
  const create = (at: string, tokens: readonly string[]): SourceResource => ({
    file,
    uri: at,
    tokens,
    anchors: new Map(),
    dynamicAnchors: new Set(),
  })
  const resources = [create(uri, [])]
  if (!hasIds) return resources
  const visit = (value: unknown, tokens: readonly string[], outer: SourceResource): void => {
    if (!isJsonObject(value)) return
    const { $id, $anchor, $dynamicAnchor } = value
    let resource = outer
    const own = typeof $id === 'string' && !$id.startsWith('#') ? resolveUri($id, outer.uri) : undefined
    if (own !== undefined) resources.push((resource = create(own.replace(/#$/, ''), tokens)))
    for (const name of [$anchor, $dynamicAnchor])
      if (typeof name === 'string' && !resource.anchors.has(name)) resource.anchors.set(name, tokens)
    if (typeof $dynamicAnchor === 'string') resource.dynamicAnchors.add($dynamicAnchor)
    for (const inner of subschemasOf(value, '3.1'))
      visit(inner.value, [...tokens, ...inner.tokens.map(String)], resource)
  }
  for (const { value, tokens } of findOutermost(file.value))
    visit(value, tokens, resources[0] as SourceResource)
  return resources
}

/** The schemas of a file that are no part of another. Only a document says where these are. */
function findOutermost(
  value: Json,
): readonly { readonly value: unknown; readonly tokens: readonly string[] }[] {
  if (isJsonObject(value) && isDocument(value))
    return findSchemas(value).map((found) => ({
      value: found.value,
      tokens: parsePointer(found.pointer) ?? [],
    }))
  const found: { readonly value: unknown; readonly tokens: readonly string[] }[] = []
  const search = (at: unknown, tokens: readonly string[]): void => {
    if (Array.isArray(at)) at.forEach((item, index) => search(item, [...tokens, String(index)]))
    if (!isJsonObject(at)) return
    if (isBareSchema(at)) {
      found.push({ value: at, tokens })
      return
    }
    for (const [name, member] of Object.entries(at))
      if (!/^(?:examples?|value|x-.*)$/.test(name)) search(member, [...tokens, name])
  }
  search(value, [])
  return found
}

export function isDocument(value: JsonObject): boolean {
  return typeof value['openapi'] === 'string'
}

export function isBareSchema(value: JsonObject): boolean {
  const names = Object.keys(value)
  return (
    ['$id', '$anchor', '$dynamicAnchor'].some((name) => typeof value[name] === 'string') ||
    (names.length > 0 && names.every((name) => isKeyword(name, '3.1') || name.startsWith('x-')))
  )
}

export function resolveUri(reference: string, base: string): string | undefined {
  return URL.canParse(reference, base) ? new URL(reference, base).href : undefined
}
