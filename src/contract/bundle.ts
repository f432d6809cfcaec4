import { authorsData, childKinds, memberKinds, type ComponentKind } from './component-kind.js'
import type { DefectLog } from './defect.js'
import {
  childPointer,
  isJsonObject,
  parsePointer,
  valueAt,
  type Json,
  type JsonObject,
} from './json-pointer.js'
import { readDocument, type OpenApiDocument } from './read-document.js'
import { createSchemaNames } from './schema-names.js'

/*
 * Joins the files of a document into one. References are kept, never expanded: a target in another file becomes a
 * component (path items, which many documents split off, take its place), and a reference to it becomes internal.
 */

interface Place {
  readonly url: URL
  readonly pointer: string
  /** A value in the `mapping` of a discriminator, which is a reference without a `$ref`. */
  readonly isMapping?: true
}

/** Copies `root`, read from `url`, with everything that it refers to. */
export async function bundle(root: Json, url: URL, defects: DefectLog): Promise<OpenApiDocument> {
  const files = new Map<string, Promise<Json>>([[fileOf(url), Promise.resolve(root)]])
  const rootFile = fileOf(url)
  const namesSchema = createSchemaNames(root)
  const components: Record<string, Record<string, unknown>> = {}
  const names = new Map<string, string>()

  const load = (target: URL): Promise<Json> => {
    const file = fileOf(target)
    let read = files.get(file)
    if (!read) files.set(file, (read = readDocument(new URL(file))))
    return read
  }

  const nameFor = (kind: ComponentKind, target: URL): string => {
    const tokens = parsePointer(target.hash) ?? []
    const last =
      tokens.at(-1) ??
      target.pathname
        .split('/')
        .at(-1)
        ?.replace(/\.[^.]*$/, '') ??
      kind
    const stem = decodeURIComponent(last).replace(/[^A-Za-z0-9._-]/g, '_')
    const declared = isJsonObject(root) ? valueAt(root, ['components', kind]) : undefined
    const taken = (name: string): boolean =>
      Object.hasOwn(components[kind] ?? {}, name) || (isJsonObject(declared) && Object.hasOwn(declared, name))
    let name = stem
    for (let n = 2; taken(name); n++) name = `${stem}-${n}`
    return name
  }

  const follow = async (reference: string, from: Place, kind: ComponentKind): Promise<string> => {
    const target = new URL(reference, from.url)
    if (fileOf(target) === rootFile) return target.hash === '' ? '#' : target.hash
    const key = `${kind} ${target.href}`
    const known = names.get(key)
    if (known !== undefined) return known
    const value = await lookUp(reference, target, from)
    // A mapping that leads nowhere is told where its discriminator is read.
    if (value === undefined) return reference
    // A file that only points on is passed through, so that a component file can stand for another.
    const next = isJsonObject(value) && Object.keys(value).length === 1 ? value['$ref'] : undefined
    if (typeof next === 'string') return follow(next, { url: target, pointer: from.pointer }, kind)
    const name = nameFor(kind, target)
    const pointer = childPointer('#/components', kind, name)
    names.set(key, pointer)
    const section = (components[kind] ??= {})
    section[name] = undefined
    section[name] = await copy(value, { url: target, pointer }, kind)
    return pointer
  }

  const lookUp = async (reference: string, target: URL, from: Place): Promise<Json | undefined> => {
    const report = (why: string): void => {
      if (from.isMapping === true) return
      const message = `\`$ref: ${reference}\` leads nowhere (${why}): correct it`
      defects.report({ code: 'unresolvable-reference', pointer: from.pointer, message })
    }
    let file: Json
    try {
      file = await load(target)
    } catch (error) {
      report((error as Error).message)
      return
    }
    const tokens = parsePointer(target.hash)
    const value = tokens && valueAt(file, tokens)
    if (value === undefined) report('the file has nothing at that pointer')
    return value as Json | undefined
  }

  const copy = async (value: Json, place: Place, kind: ComponentKind | undefined): Promise<unknown> => {
    if (Array.isArray(value)) {
      const items: unknown[] = []
      for (const [index, item] of (value as readonly Json[]).entries()) {
        items.push(await copy(item, { url: place.url, pointer: childPointer(place.pointer, index) }, kind))
      }
      return items
    }
    if (!isJsonObject(value)) return value
    const reference = value['$ref']
    const isLeading = typeof reference === 'string' && isReference(reference, place.url, rootFile)
    if (isLeading && !namesSchema(reference, place.pointer)) {
      if (kind === 'pathItems' || isOwnComponent(place)) return inline(value, reference, place, kind)
      const beside = (await copyMembers(value, place)) as JsonObject
      return { ...beside, $ref: await follow(reference, place, kind ?? 'schemas') }
    }
    return copyMembers(value, place)
  }

  /** `components: {schemas: {Item: {$ref: Item.yaml}}}` in the root file: the component's name is the author's choice. */
  const isOwnComponent = (place: Place): boolean =>
    fileOf(place.url) === rootFile && /^#\/components\/[^/]+\/[^/]+$/.test(place.pointer)

  const inline = async (
    value: JsonObject,
    reference: string,
    place: Place,
    kind: ComponentKind | undefined,
  ): Promise<unknown> => {
    const target = new URL(reference, place.url)
    const found = await lookUp(reference, target, place)
    if (!isJsonObject(found)) return value
    const { $ref: _, ...beside } = value
    const copied = (await copy(found, { url: target, pointer: place.pointer }, kind)) as JsonObject
    return { ...copied, ...((await copyMembers(beside, place)) as JsonObject) }
  }

  const copyMembers = async (value: JsonObject, place: Place): Promise<unknown> => {
    const members: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(value)) {
      const at = { url: place.url, pointer: childPointer(place.pointer, name) }
      const mapKind = childKinds[name]
      if (authorsData.has(name) || name.startsWith('x-') || member === undefined)
        define(members, name, member)
      else if (mapKind && isJsonObject(member)) define(members, name, await copyMap(member, at, mapKind))
      else if (name === 'examples') define(members, name, member)
      else if (name === 'parameters' && isJsonObject(member))
        define(members, name, await copyMap(member, at, 'parameters'))
      else if (name === 'discriminator') define(members, name, await copyDiscriminator(member, at))
      else define(members, name, await copy(member, at, memberKinds[name] ?? 'schemas'))
    }
    return members
  }

  const copyMap = async (map: JsonObject, place: Place, kind: ComponentKind): Promise<unknown> => {
    const members: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(map)) {
      const at = { url: place.url, pointer: childPointer(place.pointer, name) }
      const isPlain = name.startsWith('x-') || member === undefined
      define(members, name, isPlain ? member : await copy(member, at, kind))
    }
    return members
  }

  const copyDiscriminator = async (value: Json, place: Place): Promise<unknown> => {
    const mapping = isJsonObject(value) ? value['mapping'] : undefined
    if (!isJsonObject(value) || !isJsonObject(mapping)) return value
    const mapped: Record<string, unknown> = {}
    for (const [name, target] of Object.entries(mapping)) {
      // A bare word names a schema of `components`; anything with a path or fragment is a reference.
      const isUri = typeof target === 'string' && /[/#.]/.test(target)
      define(mapped, name, isUri ? await follow(target, { ...place, isMapping: true }, 'schemas') : target)
    }
    return { ...value, mapping: mapped }
  }

  const ownComponents = isJsonObject(root) && isJsonObject(root['components']) ? root['components'] : {}
  for (const [kind, section] of Object.entries(ownComponents)) {
    for (const [name, component] of Object.entries(isJsonObject(section) ? section : {})) {
      const reference = isJsonObject(component) ? component['$ref'] : undefined
      if (typeof reference !== 'string' || !isReference(reference, url, rootFile)) continue
      names.set(`${kind} ${new URL(reference, url).href}`, childPointer('#/components', kind, name))
    }
  }
  const document = (await copyMembers(isJsonObject(root) ? root : {}, { url, pointer: '#' })) as Record<
    string,
    unknown
  >
  if (Object.keys(components).length === 0) return document
  const declared = isJsonObject(document['components']) ? document['components'] : {}
  const joined: Record<string, unknown> = { ...declared }
  for (const [kind, section] of Object.entries(components)) {
    const own = declared[kind]
    joined[kind] = { ...(isJsonObject(own) ? own : {}), ...section }
  }
  return { ...document, components: joined }
}

function fileOf(url: URL): string {
  const file = new URL(url)
  file.hash = ''
  return file.href
}

/** A reference that leads out of the root file. One inside it stays as it is. */
function isReference(reference: string, base: URL, rootFile: string): boolean {
  return !(reference.startsWith('#') && fileOf(base) === rootFile)
}

/** `__proto__` as a member name stays a member. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
