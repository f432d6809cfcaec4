import { childPointer } from '../json-pointer.js'
import type { SourceFile } from './schema-resources.js'
import type { SourcePlace } from './source-files.js'

/** A place of a file, with the one where it comes to stand. */
export interface BundledPlace extends SourcePlace {
  readonly pointer: string
  /** Whether it is inside of a resource that is copied whole. */
  readonly isWhole: boolean
  /** The path items that it was put in place with. */
  readonly inlined: readonly string[]
}

export function inside(place: BundledPlace, token: string | number): BundledPlace {
  return {
    ...place,
    tokens: [...place.tokens, String(token)],
    pointer: childPointer(place.pointer, token),
  }
}

/** `components: {schemas: {Item: {$ref: Item.yaml}}}` in the root file: the component's name is the author's choice. */
export function isOwnComponent({ file, tokens }: SourcePlace, root: SourceFile): boolean {
  return file === root && tokens.length === 3 && tokens[0] === 'components'
}

/** The file of the innermost part that was put in at a pointer of the bundle; `files` has those parts. */
export function fileAt(pointer: string, files: ReadonlyMap<string, SourceFile>): SourceFile | undefined {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
    const file = files.get(pointer.slice(0, end))
    if (file) return file
  }
  return undefined
}
