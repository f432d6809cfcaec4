import { inResource, unusable, type Check } from './evaluation.js'
import type { Resource, SchemaIndex, SchemaNode } from './schema-index.js'

/* `$ref` and `$dynamicRef` -> checks (JSON Schema 2020-12 core, section 8.2.3). */

export interface ReferenceCompiler {
  /** What the references of a schema ask for; `compile` compiles a schema of the same value. */
  readonly compile: (node: SchemaNode, compile: (node: SchemaNode) => Check) => readonly Check[]
  /** Checks within a schema resource, where some reference asks in which it is. */
  readonly within: (resource: Resource, check: Check) => Check
}

export function createReferenceCompiler(index: SchemaIndex): ReferenceCompiler {
  const usesScope = [...index.nodes()].some(({ keywords }) => '$dynamicRef' in keywords)

  const within: ReferenceCompiler['within'] = (resource, check) =>
    usesScope ? inResource(resource, check) : check

  const enter = (target: SchemaNode, from: Resource | undefined, check: Check): Check =>
    target.isRoot || target.resource === from ? check : within(target.resource, check)

  /** Section 8.2.3.2: of the resources on the way here, the outermost that has the anchor. */
  const compileDynamic = (
    anchor: string,
    target: SchemaNode,
    compile: (node: SchemaNode) => Check,
  ): Check => {
    const checks = new Map<object, Check>()
    for (const [resource, node] of index.dynamicTargets(anchor))
      checks.set(resource, enter(node, undefined, compile(node)))
    const initial = checks.get(target.resource) ?? unusable
    return (value, run, seen) => {
      let check = initial
      for (let scope = run.scope; scope; scope = scope.outer) check = checks.get(scope.resource) ?? check
      return check(value, run, seen)
    }
  }

  return {
    within,
    compile: (node, compile) =>
      ['$ref', '$dynamicRef'].flatMap((keyword) => {
        const reference = node.keywords[keyword]
        if (typeof reference !== 'string') return []
        const target = index.resolve(reference, node)
        if (!target) return [unusable]
        const anchor = keyword === '$dynamicRef' ? /#([^/]+)$/.exec(reference)?.[1] : undefined
        const isDynamic = anchor !== undefined && target.resource.dynamicAnchors.get(anchor) === target
        return [
          isDynamic ? compileDynamic(anchor, target, compile) : enter(target, node.resource, compile(target)),
        ]
      }),
  }
}
