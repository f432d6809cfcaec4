import type { DefectLog } from '../defect.js'
import { discriminates, type Discriminators } from './discriminator.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'
import type { Withheld } from './withheld.js'

/*
 * Schemas that come back to themselves without going into the value (JSON Schema 2020-12 core, section 9.4.1): nothing can be
 * held against them. Those that come back by way of a member or an item are as finite as the value.
 */

export interface CircleOptions {
  readonly index: SchemaIndex
  readonly discriminators: Discriminators
  /** What the directions withhold: a member that is withheld tells no schema from another. */
  readonly withheld: readonly Withheld[]
  readonly unusable: Set<SchemaNode>
  readonly defects: DefectLog
}

/** Each circle is a defect, and its schemas cannot be used. */
export function checkCircles({ index, unusable, defects, ...options }: CircleOptions): void {
  // Tarjan's strongly connected components.
  const order = new Map<SchemaNode, number>()
  const low = new Map<SchemaNode, number>()
  const open: SchemaNode[] = []
  const isOpen = new Set<SchemaNode>()
  const visit = (node: SchemaNode): void => {
    const mine = order.size
    order.set(node, mine)
    low.set(node, mine)
    isOpen.add(node)
    open.push(node)
    let isOwn = false
    for (const next of sameValueSchemas(node, index, options)) {
      isOwn ||= next === node
      if (!order.has(next)) visit(next)
      if (isOpen.has(next)) low.set(node, Math.min(low.get(node) ?? mine, low.get(next) ?? mine))
    }
    if (low.get(node) !== mine) return
    const circle = open.splice(open.indexOf(node))
    for (const one of circle) isOpen.delete(one)
    if (circle.length === 1 && !isOwn) return
    const message =
      'the schema comes back to itself without going into the value, so that nothing can be held against it'
    defects.report({ code: 'invalid-schema', pointer: node.pointer, message })
    for (const one of circle) unusable.add(one)
  }
  for (const node of index.nodes()) if (!order.has(node)) visit(node)
}

const none: readonly SchemaNode[] = []

/** The schemas that a value has to be held against when it is held against this one. */
function sameValueSchemas(
  node: SchemaNode,
  index: SchemaIndex,
  { discriminators, withheld }: Pick<CircleOptions, 'discriminators' | 'withheld'>,
): readonly SchemaNode[] {
  if (!isComposed(node)) return none
  const { keywords } = node
  const found: SchemaNode[] = []
  const add = (next: SchemaNode | undefined): void => {
    if (next) found.push(next)
  }
  add(index.reference(node))
  if (typeof keywords['$dynamicRef'] === 'string') {
    const target = index.resolve(keywords['$dynamicRef'], node)
    const anchor = /#([^/]+)$/.exec(keywords['$dynamicRef'])?.[1]
    add(target)
    if (anchor !== undefined && target?.resource.dynamicAnchors.get(anchor) === target)
      found.push(...index.dynamicTargets(anchor).values())
  }
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) found.push(...index.list(node, keyword))
  for (const keyword of ['not', 'if', 'then', 'else'])
    if (keyword in keywords) add(index.child(node, keyword))
  for (const keyword of ['dependencies', 'dependentSchemas'])
    for (const [, schema] of index.map(node, keyword)) add(schema)
  const discriminator = discriminators.of(node)
  const isTold =
    discriminator !== undefined && withheld.every((direction) => discriminates(discriminator, direction))
  // Whom the discriminator has picked takes over the rest of this schema, and is not picked once more.
  return isTold ? found.filter((next) => !discriminators.pickersOf(next).has(node)) : found
}

const composing = [
  '$ref',
  '$dynamicRef',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'dependencies',
  'dependentSchemas',
] as const

function isComposed({ keywords }: SchemaNode): boolean {
  return composing.some((keyword) => keywords[keyword] !== undefined)
}
