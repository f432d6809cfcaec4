import { matchSegment, type PathTemplate, type TemplateSegment } from './path-template.js'

/*
 * A tree over path segments; the cost of a look-up depends on the path, not on how many templates there are. Values stay
 * encoded, so that a parameter's style can be undone before its percent-encoding is (`a%2Cb,c` is two values).
 */

export interface PathMatch<T> {
  readonly value: T
  /** Template expressions by name, as they stand in the request target. */
  readonly rawParameters: Readonly<Record<string, string>>
}

export interface PathTree<T> {
  /** Adds a template. Returns the value already there where one of the same shape is, and adds nothing then. */
  readonly add: (template: PathTemplate, value: T) => T | undefined
  /** `path` is the path of a request target, still encoded. Concrete segments win over templated ones. */
  readonly find: (path: string) => PathMatch<T> | undefined
}

interface Node<T> {
  readonly statics: Map<string, Node<T>>
  readonly templated: { readonly segment: TemplateSegment; readonly shape: string; readonly node: Node<T> }[]
  leaf?: { readonly template: PathTemplate; readonly value: T }
}

const createNode = <T>(): Node<T> => ({ statics: new Map(), templated: [] })

export function createPathTree<T>(): PathTree<T> {
  const root = createNode<T>()

  return {
    add(template, value) {
      let node = root
      for (const segment of template.segments) node = child(node, segment)
      if (node.leaf) return node.leaf.value
      node.leaf = { template, value }
      return undefined
    },
    find(path) {
      if (!path.startsWith('/')) return undefined
      const segments = path.slice(1).split('/')
      const values: string[] = []
      const leaf = descend(root, segments, 0, values)
      if (!leaf) return undefined
      const rawParameters: Record<string, string> = Object.create(null) as Record<string, string>
      leaf.template.names.forEach((name, index) => (rawParameters[name] = values[index] ?? ''))
      return { value: leaf.value, rawParameters }
    },
  }
}

function child<T>(node: Node<T>, segment: TemplateSegment): Node<T> {
  if (segment.names.length === 0) {
    const literal = segment.literals[0] ?? ''
    let next = node.statics.get(literal)
    if (!next) node.statics.set(literal, (next = createNode()))
    return next
  }
  const shape = segment.literals.join('\0')
  const known = node.templated.find((branch) => branch.shape === shape)
  if (known) return known.node
  const next = createNode<T>()
  node.templated.push({ segment, shape, node: next })
  // The more of a segment is literal, the earlier it is tried: `{id}.json` before `{id}`.
  node.templated.sort((a, b) => b.shape.length - a.shape.length)
  return next
}

function descend<T>(
  node: Node<T>,
  segments: readonly string[],
  depth: number,
  values: string[],
): Node<T>['leaf'] {
  const raw = segments[depth]
  if (raw === undefined) return node.leaf
  const concrete = node.statics.get(raw.includes('%') ? decodeURIComponent(raw) : raw)
  if (concrete) {
    const leaf = descend(concrete, segments, depth + 1, values)
    if (leaf) return leaf
  }
  for (const { segment, node: next } of node.templated) {
    const matched = matchSegment(segment, raw)
    if (!matched) continue
    const before = values.length
    values.push(...matched)
    const leaf = descend(next, segments, depth + 1, values)
    if (leaf) return leaf
    values.length = before
  }
  return undefined
}
