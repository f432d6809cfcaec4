import { isJsonObject, valueAt, type JsonObject } from '../json-pointer.js'
import type { BundledPlace } from './bundled-place.js'
import type { ObjectKind } from './object-kinds.js'
import type { Sources, SourceTarget } from './source-files.js'

/* What becomes of a reference when files are joined: it stays, gives way to what it leads to, or is written anew. */

export interface BundledReferences {
  /** Whether it leads to what is copied together with it, by pointer or anchor, or to a name in the document itself. */
  readonly staysPut: (reference: string, kind: ObjectKind, place: BundledPlace) => Promise<boolean>
  /** Whether what `value` refers to can stand in place of it. */
  readonly isReplaced: (value: JsonObject, kind: ObjectKind, target: SourceTarget) => boolean
  /** What to write for a reference under `member` whose target has come to stand at `pointer`. */
  readonly written: (member: string, pointer: string, target: SourceTarget, place: BundledPlace) => string
}

/** `hasIds` is false for OpenAPI 3.0, where `$id` and anchors mean nothing. */
export function createBundledReferences(sources: Sources, hasIds: boolean): BundledReferences {
  return {
    async staysPut(reference, kind, place) {
      if (reference.startsWith('#')) return place.isWhole || place.file === sources.root
      if (place.file !== sources.root || kind !== 'schema' || !hasIds) return false
      const target = await sources.resolve(reference, place, false)
      return typeof target === 'object' && target.file === sources.root && target.isNamed
    },
    isReplaced(value, kind, target) {
      const { file, tokens } = target
      if (file === sources.root || !isJsonObject(valueAt(file.value, tokens))) return false
      if (kind !== 'schema' || !hasIds) return true
      // In JSON Schema what stands beside a reference holds as well.
      return (
        Object.keys(value).length === 1 && (sources.unitAt(target)?.tokens ?? tokens).length === tokens.length
      )
    },
    written(member, pointer, target, place) {
      const { file, resource, anchor } = target
      // Core, section 8.2.3.2: only what was named by its anchor is dynamic.
      if (member !== '$dynamicRef' || anchor === undefined || !resource.dynamicAnchors.has(anchor))
        return pointer
      const isDocuments = file === sources.root ? resource.tokens.length === 0 : !sources.unitAt(target)
      if (!isDocuments) return `${resource.uri}#${anchor}`
      const isInDocument = !place.isWhole && place.file !== sources.root
      return `${isInDocument ? '' : (sources.root.resources()[0]?.uri ?? '')}#${anchor}`
    },
  }
}
