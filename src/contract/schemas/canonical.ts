/*
 * Equality of JSON values by a text that equal values share: members in any order, `1` and `1.0`, `0` and `-0` alike. It
 * makes `uniqueItems` a matter of hashing, where comparing each item with each takes seconds for some thousand objects.
 */

/** A text that is the same for equal JSON values, and for those only. */
function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) text += `${canonicalText(item)},`
    return `[${text}]`
  }
  const members = value as Readonly<Record<string, unknown>>
  for (const name of inOrder(Object.keys(members))) {
    const member = members[name]
    if (member !== undefined) text += `${JSON.stringify(name)}:${canonicalText(member)},`
  }
  return `{${text}}`
}

/** Most lists of objects have their members in one order; sorting what is sorted would take most of the time. */
function inOrder(names: string[]): readonly string[] {
  for (let index = 1; index < names.length; index++) {
    if ((names[index - 1] ?? '') > (names[index] ?? '')) return names.sort()
  }
  return names
}

function hasParts(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** Tells whether a value equals one of `values`. */
export function createMembership(values: readonly unknown[]): (value: unknown) => boolean {
  const simple = new Set(values.filter((value) => !hasParts(value)))
  const texts = new Set(values.filter(hasParts).map(canonicalText))
  if (texts.size === 0) return (value) => simple.has(value)
  return (value) => (hasParts(value) ? texts.has(canonicalText(value)) : simple.has(value))
}

/** The indexes of the first two items that are equal. */
export function firstEqualPair(items: readonly unknown[]): readonly [number, number] | undefined {
  const simple = new Map<unknown, number>()
  const texts = new Map<unknown, number>()
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    const known = hasParts(item) ? texts : simple
    const key = known === texts ? canonicalText(item) : item
    const first = known.get(key)
    if (first !== undefined) return [first, index]
    known.set(key, index)
  }
  return undefined
}
