import type { SchemaCompiler } from './compile-schema.js'
import type { DefectLog } from '../defect.js'
import { createRun, isFitting, type Check } from './evaluation.js'
import { childPointer } from '../json-pointer.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'

export interface DefaultValues {
  /** The default of a member of this schema: what stands in it, or behind its reference. */
  readonly of: (node: SchemaNode) => unknown
}

/**
 * OpenAPI 3.0 says that a default must fit its schema. In 3.1 it ought to, and whoever handles the request counts on it. One
 * that does not is a defect, and is never filled in.
 */
export function readDefaultValues(
  index: SchemaIndex,
  compiler: SchemaCompiler,
  defects: DefectLog,
): DefaultValues {
  const values = new Map<SchemaNode, unknown>()
  for (const node of index.nodes()) {
    const value = node.keywords['default']
    if (value === undefined) continue
    const check = compiler.compile(node)
    if (isFitting(check, value)) values.set(node, value)
    else {
      const message = `${reasonOf(check, value)}, so it does not fit its own schema and is never filled in: correct one of the two`
      defects.report({ code: 'invalid-default', pointer: childPointer(node.pointer, 'default'), message })
    }
  }
  return {
    of(node) {
      const seen = new Set<SchemaNode>()
      for (let at: SchemaNode | undefined = node; at && !seen.has(at); at = index.reference(at)) {
        if (values.has(at)) return values.get(at)
        seen.add(at)
      }
      return undefined
    },
  }
}

/** The first thing that is wrong with a default. */
function reasonOf(check: Check, value: unknown): string {
  const run = createRun(1)
  check(value, run)
  const [finding] = run.found
  const place = (finding?.path ?? []).toReversed().map((step) => `/${step}`)
  return [...(place.length > 0 ? [place.join('')] : []), finding?.detail ?? 'cannot be checked'].join(' ')
}
