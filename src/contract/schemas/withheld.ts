import type { SchemaIndex, SchemaNode } from './schema-index.js'

/* `readOnly`, `writeOnly` and `default`: which members a schema withholds, and which may be left out though it requires them. */

/** Requests carry no `readOnly` members, replies no `writeOnly` ones. */
export type Direction = 'request' | 'reply'

export interface Withheld {
  readonly keyword: 'readOnly' | 'writeOnly' | undefined
  /** Whether a member of this schema is withheld: the schema says so itself, by reference or in a part of it. */
  readonly isWithheld: (node: SchemaNode) => boolean
  /** Members of this schema's values that are withheld. */
  readonly names: (node: SchemaNode) => ReadonlySet<string>
  /** Members that cannot be required: those withheld, and those that get a default where they are left out. */
  readonly excused: (node: SchemaNode) => ReadonlySet<string>
  /** Whether some alternative of the schema is withheld, so that it is one thing as a member and another elsewhere. */
  readonly depends: (node: SchemaNode) => boolean
}

const none: ReadonlySet<string> = new Set()

/** Nothing is withheld from a value that goes neither way. */
export const nothingWithheld: Withheld = {
  keyword: undefined,
  isWithheld: () => false,
  names: () => none,
  excused: () => none,
  depends: () => false,
}

/** `isFilled` tells the schemas whose members get a default. */
export function createWithheld(
  index: SchemaIndex,
  keyword: 'readOnly' | 'writeOnly',
  isFilled: (member: SchemaNode) => boolean,
): Withheld {
  /** What holds for the value wherever this schema does. */
  const parts = (node: SchemaNode): readonly SchemaNode[] => {
    const reference = index.reference(node)
    return [...(reference ? [reference] : []), ...index.list(node, 'allOf')]
  }

  const alternatives = (node: SchemaNode): readonly SchemaNode[] => [
    ...index.list(node, 'anyOf'),
    ...index.list(node, 'oneOf'),
    ...['then', 'else'].flatMap((name) => (name in node.keywords ? [index.child(node, name)] : [])),
  ]

  const isWithheld: (node: SchemaNode) => boolean = memoized(
    false,
    (node) => node.keywords[keyword] === true || parts(node).some((part) => isWithheld(part)),
  )

  const depends: (node: SchemaNode) => boolean = memoized(
    false,
    (node) =>
      node.keywords[keyword] === true ||
      [...parts(node), ...alternatives(node)].some((part) => depends(part)),
  )

  /** By the schema itself and its parts, or by every one of its alternatives. */
  const namesWhere = (isMeant: (member: SchemaNode) => boolean): Withheld['names'] => {
    const names: Withheld['names'] = memoized(none, (node) => {
      const found = new Set<string>()
      for (const [name, member] of index.map(node, 'properties')) if (isMeant(member)) found.add(name)
      for (const part of parts(node)) for (const name of names(part)) found.add(name)
      for (const choice of ['anyOf', 'oneOf']) {
        const [first, ...others] = index.list(node, choice).map((branch) => names(branch))
        for (const name of first ?? none) if (others.every((other) => other.has(name))) found.add(name)
      }
      return found
    })
    return names
  }

  return {
    keyword,
    isWithheld,
    names: namesWhere(isWithheld),
    excused: namesWhere((member) => isWithheld(member) || isFilled(member)),
    depends,
  }
}

/** Circular schemas find `initial` where they find themselves. */
function memoized<T>(initial: T, find: (node: SchemaNode) => T): (node: SchemaNode) => T {
  const known = new Map<SchemaNode, T>()
  return (node) => {
    const found = known.get(node)
    if (found !== undefined) return found
    known.set(node, initial)
    const value = find(node)
    known.set(node, value)
    return value
  }
}
