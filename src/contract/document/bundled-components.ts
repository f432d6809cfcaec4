import { childPointer, isJsonObject, valueAt, type JsonObject } from '../json-pointer.js'
import type { OpenApiDocument } from './read-document.js'
import type { SourcePlace } from './source-files.js'

/* What other files say becomes components of the document, each place once, under a name that nothing else has. */

export interface BundledComponents {
  /** Where a place of a file stands in the bundle. */
  readonly pointerOf: (section: string, place: SourcePlace) => string | undefined
  /** Gives a place of a file the name of a component that the document itself declares. */
  readonly name: (section: string, place: SourcePlace, name: string) => void
  /** Makes a component of a place, unless it is one; `copyTo` makes its copy. Returns its pointer. */
  readonly add: (
    section: string,
    place: SourcePlace,
    copyTo: (pointer: string) => Promise<unknown>,
  ) => Promise<string>
  readonly joinTo: (document: JsonObject) => OpenApiDocument
}

export function createBundledComponents(root: JsonObject): BundledComponents {
  const added = new Map<string, Map<string, unknown>>()
  const pointers = new Map<string, string>()

  const nameFor = (section: string, { file, tokens }: SourcePlace): string => {
    const [fileName = ''] = file.name.split('/').slice(-1)
    const last = tokens.at(-1) ?? fileName.replace(/\.[^.]*$/, '')
    const stem = last.replace(/[^A-Za-z0-9._-]/g, '_') || section
    const declared = valueAt(root, ['components', section])
    const isTaken = (name: string): boolean =>
      added.get(section)?.has(name) === true || (isJsonObject(declared) && Object.hasOwn(declared, name))
    let name = stem
    for (let n = 2; isTaken(name); n++) name = `${stem}-${n}`
    return name
  }

  return {
    pointerOf: (section, place) => pointers.get(keyOf(section, place)),
    name(section, place, name) {
      pointers.set(keyOf(section, place), childPointer('#/components', section, name))
    },
    async add(section, place, copyTo) {
      const key = keyOf(section, place)
      const known = pointers.get(key)
      if (known !== undefined) return known
      const name = nameFor(section, place)
      const pointer = childPointer('#/components', section, name)
      pointers.set(key, pointer)
      const components = added.get(section) ?? new Map<string, unknown>()
      // Its place is among those that were met first.
      added.set(section, components.set(name, undefined))
      components.set(name, await copyTo(pointer))
      return pointer
    },
    joinTo(document) {
      if (added.size === 0) return document
      const declared = isJsonObject(document['components']) ? document['components'] : {}
      const joined: Record<string, unknown> = { ...declared }
      for (const [section, components] of added) {
        const own = declared[section]
        joined[section] = { ...(isJsonObject(own) ? own : {}), ...Object.fromEntries(components) }
      }
      return { ...document, components: joined }
    },
  }
}

export function keyOf(section: string, { file, tokens }: SourcePlace): string {
  return `${section} ${childPointer(`${file.href}#`, ...tokens)}`
}
