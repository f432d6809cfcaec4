import { childPointer, isJsonObject, type JsonObject } from './json-pointer.js'
import type { Resolver } from './reference.js'

/*
 * Takes out of a reply what must not leave: `writeOnly` members, and members that a closed object does not declare. It
 * is what stands between a handler's slip and the caller where replies are not validated, so it never adds and never
 * throws; a schema that it cannot see through (`anyOf`, `oneOf`, …) keeps what any branch declares.
 */

export type Keep = (value: unknown) => unknown

interface Members {
  readonly declared: Map<string, Keep>
  readonly writeOnly: Set<string>
  closed: boolean
  /** `additionalProperties: {…}` or `patternProperties`: undeclared names may stay. */
  open: boolean
  items: Keep | undefined
}

/** A function that copies only what may leave; `undefined` where the schema withholds nothing. */
export function compileKeep(resolver: Resolver, schema: unknown, pointer: string): Keep | undefined {
  const known = new Map<string, Keep>()
  const withholding: boolean[] = []

  const compile = (value: unknown, at: string): Keep => {
    const found = typeof value === 'boolean' ? undefined : resolver.resolve(value, at)
    if (!found) return (kept) => kept
    const ready = known.get(found.pointer)
    if (ready) return ready
    // Registered before it is made, so that a circular schema finds itself.
    const later: { keep: Keep } = { keep: (kept) => kept }
    const keep: Keep = (kept) => later.keep(kept)
    known.set(found.pointer, keep)
    later.keep = fromMembers(collect(found.value, found.pointer))
    return keep
  }

  const collect = (value: JsonObject, at: string): Members => {
    const members: Members = {
      declared: new Map(),
      writeOnly: new Set(),
      closed: value['additionalProperties'] === false || value['unevaluatedProperties'] === false,
      open: isJsonObject(value['additionalProperties']) || value['patternProperties'] !== undefined,
      items: undefined,
    }
    if (isJsonObject(value['properties'])) {
      for (const [name, property] of Object.entries(value['properties'])) {
        const propertyPointer = childPointer(at, 'properties', name)
        if (isJsonObject(property) && property['writeOnly'] === true) members.writeOnly.add(name)
        else if (resolver.resolve(property, propertyPointer)?.value['writeOnly'] === true)
          members.writeOnly.add(name)
        else members.declared.set(name, compile(property, propertyPointer))
      }
    }
    if (isJsonObject(value['items'])) members.items = compile(value['items'], childPointer(at, 'items'))
    for (const keyword of ['allOf', 'anyOf', 'oneOf', 'then', 'else'] as const) {
      const branches = value[keyword]
      const list = Array.isArray(branches)
        ? (branches as readonly unknown[])
        : branches === undefined
          ? []
          : [branches]
      list.forEach((branch, index) => {
        const found = isJsonObject(branch)
          ? resolver.resolve(branch, childPointer(at, keyword, index))
          : undefined
        if (found) join(members, collect(found.value, found.pointer), keyword === 'allOf', list.length)
      })
    }
    return members
  }

  const fromMembers = ({ declared, writeOnly, closed, open, items }: Members): Keep => {
    if (writeOnly.size > 0 || (closed && !open)) withholding.push(true)
    const dropsUndeclared = closed && !open
    return (value) => {
      if (Array.isArray(value))
        return items ? (value as readonly unknown[]).map(items) : (value as readonly unknown[])
      if (typeof value !== 'object' || value === null || 'toJSON' in value) return value
      const kept: Record<string, unknown> = {}
      for (const [name, member] of Object.entries(value)) {
        if (writeOnly.has(name)) continue
        const keep = declared.get(name)
        if (keep) kept[name] = keep(member)
        else if (!dropsUndeclared) kept[name] = member
      }
      return kept
    }
  }

  const keep = compile(schema, pointer)
  return withholding.length > 0 ? keep : undefined
}

/** Joins a branch: `allOf` closes where any part does; of alternatives, all must. */
function join(members: Members, branch: Members, all: boolean, alternatives: number): void {
  for (const [name, keep] of branch.declared)
    if (!members.declared.has(name)) members.declared.set(name, keep)
  for (const name of branch.writeOnly) members.writeOnly.add(name)
  if (branch.open) members.open = true
  if (branch.closed && (all || alternatives === 1)) members.closed = true
  members.items ??= branch.items
}
