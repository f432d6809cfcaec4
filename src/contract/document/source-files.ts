import { posix } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { childPointer, isJsonObject, parsePointer, type Json, type JsonObject } from '../json-pointer.js'
import { readDocument } from './read-document.js'
import {
  findResources,
  isBareSchema,
  isDocument,
  resolveUri,
  unnamedDocument,
  type SourceFile,
  type SourceResource,
} from './schema-resources.js'

/*
 * The files of a document, and what a reference in one of them means. JSON Schema 2020-12 core, section 8.2.1: an `$id` is a
 * name and no address, so nothing is fetched by it; a relative reference in such a schema that names nothing else leads to the
 * file that lies there from the file that it stands in. The same goes for `$self` (OpenAPI 3.2, section 4.1.1): the files
 * around the document stand for those around its `$self`.
 */

/** A place in a file. */
export interface SourcePlace {
  readonly file: SourceFile
  readonly tokens: readonly string[]
}

export interface SourceTarget extends SourcePlace {
  readonly resource: SourceResource
  /** The anchor by which it was named. */
  readonly anchor: string | undefined
  /** Whether an `$id` or `$self` led there, and no address. */
  readonly isNamed: boolean
}

export interface Sources {
  readonly root: SourceFile
  /**
   * What a reference means; a text that says why it means nothing. `undefined` while only files that were not read yet may
   * tell: `isLast` says that there are no more to come.
   */
  readonly resolve: (
    reference: string,
    from: SourcePlace,
    isLast: boolean,
  ) => Promise<SourceTarget | string | undefined>
  /** The outermost resource of a schema around a place of another file: it is bundled whole. */
  readonly unitAt: (place: SourcePlace) => SourceResource | undefined
}

/** `hasIds` is false for OpenAPI 3.0, where `$id` and anchors mean nothing. */
export function createSources(root: JsonObject, url: URL, hasIds: boolean): Sources {
  const rootHref = hrefOf(url)
  const self = hasIds && typeof root['$self'] === 'string' ? root['$self'] : undefined
  const rootUri = resolveUri(self ?? '', unnamedDocument) ?? unnamedDocument
  const named = new Map<string, SourceResource>()

  const createFile = (href: string, value: Json): SourceFile => {
    const address = relativeTo(rootHref, href)
    const own = hasIds && isJsonObject(value) && isDocument(value) ? value['$self'] : undefined
    const uri = resolveUri(typeof own === 'string' ? own : address, rootUri) ?? href
    let found: readonly SourceResource[] | undefined
    const file: SourceFile = {
      href,
      name: decode(address),
      value,
      resources: () => (found ??= findResources(file, href === rootHref ? rootUri : uri, hasIds)),
    }
    return file
  }
  const register = (file: SourceFile): void => {
    const { value } = file
    const hasName = isJsonObject(value) && isDocument(value) && typeof value['$self'] === 'string'
    for (const resource of file.resources().slice(hasName ? 0 : 1))
      if (!named.has(resource.uri)) named.set(resource.uri, resource)
  }

  const rootFile = createFile(rootHref, root)
  const files = new Map<string, Promise<SourceFile>>([[rootHref, Promise.resolve(rootFile)]])
  let isRootRegistered = false
  const load = (href: string): Promise<SourceFile> => {
    let file = files.get(href)
    if (!file) {
      file = readDocument(new URL(href)).then((value) => {
        const read = createFile(href, value)
        if (hasIds) register(read)
        return read
      })
      files.set(href, file)
    }
    return file
  }

  /** Where the file of a URI lies, as far as the reference or `$self` tells. */
  const addressOf = (reference: string, uri: string, from: SourceFile): string | undefined => {
    if (!URL.canParse(reference)) return resolveUri(reference, from.href)
    const folder = new URL('.', rootUri).href
    return self !== undefined && uri.startsWith(folder)
      ? resolveUri(uri.slice(folder.length), rootHref)
      : reference
  }

  /** As `resolve`, for what stands before the fragment. */
  const resourceNamed = async (
    reference: string,
    from: SourcePlace,
    isLast: boolean,
  ): Promise<Pick<SourceTarget, 'resource' | 'isNamed'> | string | undefined> => {
    if (hasIds && !isRootRegistered) register(rootFile)
    isRootRegistered = true
    const here = innermost(from)
    const uri = resolveUri(reference, here.uri)
    const address = uri === undefined ? undefined : addressOf(reference, uri, from.file)
    if (uri === undefined || address === undefined) return 'it is no URI'
    const known = named.get(uri)
    if (known) return { resource: known, isNamed: true }
    const href = hrefOf(new URL(address))
    const isAddress = !URL.canParse(reference) && here === from.file.resources()[0]
    if (!isAddress && !isLast && !files.has(href)) return undefined
    try {
      const [resource] = (await load(href)).resources()
      return resource && { resource, isNamed: false }
    } catch (error) {
      return (error as Error).message
    }
  }

  return {
    root: rootFile,
    async resolve(reference, from, isLast) {
      const [, address = '', fragment = ''] = /^([^#]*)#?(.*)$/s.exec(reference) ?? []
      const found =
        address === ''
          ? { resource: innermost(from), isNamed: false }
          : await resourceNamed(address, from, isLast)
      if (typeof found !== 'object') return found
      const { file, anchors, tokens: outer } = found.resource
      if (fragment === '' || fragment.startsWith('/')) {
        const tokens = parsePointer(fragment)
        if (!tokens) return 'the pointer is not well-formed'
        return { ...found, file, tokens: [...outer, ...tokens], anchor: undefined }
      }
      const anchor = decode(fragment)
      const tokens = anchors.get(anchor)
      return tokens ? { ...found, file, tokens, anchor } : `there is no anchor \`${anchor}\``
    },
    unitAt(place) {
      if (place.file === rootFile) return undefined
      return place.file
        .resources()
        .find((resource, index) => (index > 0 || isUnit(resource)) && isInside(place, resource))
    },
  }
}

/** A file that is a schema with dynamic anchors: beside those of other files, they would be taken for the document's. */
function isUnit({ file: { value }, dynamicAnchors }: SourceResource): boolean {
  return dynamicAnchors.size > 0 && isJsonObject(value) && isBareSchema(value)
}

function innermost(place: SourcePlace): SourceResource {
  return place.file.resources().findLast((resource) => isInside(place, resource)) as SourceResource
}

function isInside({ tokens }: SourcePlace, resource: SourceResource): boolean {
  return resource.tokens.every((token, index) => tokens[index] === token)
}

/** The same file has the same address, however it is spelt. */
function hrefOf(url: URL): string {
  const plain = new URL(url)
  plain.hash = ''
  return plain.protocol === 'file:' ? pathToFileURL(fileURLToPath(plain)).href : plain.href
}

function relativeTo(root: string, href: string): string {
  const [from, to] = [new URL(root), new URL(href)]
  if (from.protocol !== to.protocol || from.host !== to.host || to.search !== '') return href
  return posix.relative(posix.dirname(from.pathname), to.pathname)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A place as a reference: names of members are percent-encoded where a pointer could not be read back. */
export function toReference(pointer: string, tokens: readonly string[]): string {
  return childPointer(pointer, ...tokens.map((token) => token.replaceAll('%', '%25')))
}
