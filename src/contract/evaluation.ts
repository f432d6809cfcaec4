/*
 * How a value is held against a compiled schema. A check is a closure that is made once per schema; what changes from one
 * value to the next is in the run. Nothing is built for a value that fits: where a member fails, the findings get their
 * path on the way back up.
 */

/**
 * Whether a value fits a schema. Where it does not, the run holds why, unless it is quiet. `seen` collects which members and
 * items of the value some keyword has looked at, for `unevaluatedProperties` and `unevaluatedItems` further up; it is
 * handed on to schemas of the same value and never to those of its members.
 */
export type Check = (value: unknown, run: Run, seen?: Seen) => boolean

/** One failure. `path` leads from the value at hand to the culprit, the last step first. */
export interface Finding {
  readonly keyword: string
  readonly detail: string
  readonly path: (string | number)[]
}

export interface Run {
  /** Alternatives are tried out: nothing is told, and the first failure decides. */
  quiet: boolean
  /** Findings after which the run stops. */
  readonly limit: number
  found: Finding[]
  /** A schema was in the way that the document gets wrong. The value is refused, also where that schema is negated. */
  isBroken: boolean
  /** Alternatives are compared: what is inside of them is not gone into once more. */
  isComparing: boolean
  /** Circular schemas → what has been found of a value in silence. Alternatives that nest would be tried over and over. */
  known: Map<object, Map<object, boolean>> | undefined
  /** Schema resources entered on the way, innermost first: what `$dynamicRef` looks through. */
  scope: Scope | undefined
}

export interface Scope {
  readonly resource: object
  readonly outer: Scope | undefined
}

/** JSON Schema 2020-12 core, section 7.7: the annotations that the unevaluated keywords go by. */
export interface Seen {
  allMembers: boolean
  readonly members: Set<string>
  allItems: boolean
  readonly items: Set<number>
  /** No alternative held, so nobody can say what they would have looked at. */
  unsure: boolean
}

export function createRun(limit: number, scope?: Scope): Run {
  return { quiet: false, limit, found: [], isBroken: false, isComparing: false, known: undefined, scope }
}

export function createSeen(): Seen {
  return { allMembers: false, members: new Set(), allItems: false, items: new Set(), unsure: false }
}

export function addSeen(to: Seen, from: Seen): void {
  if (from.allMembers) to.allMembers = true
  if (from.allItems) to.allItems = true
  if (from.unsure) to.unsure = true
  for (const name of from.members) to.members.add(name)
  for (const index of from.items) to.items.add(index)
}

/** Notes a failure of the value at hand, or of its member. Gives `false`, so that a check can end with it. */
export function refuse(run: Run, keyword: string, detail: string, member?: string): false {
  if (!run.quiet && run.found.length < run.limit) {
    run.found.push({ keyword, detail, path: member === undefined ? [] : [member] })
  }
  return false
}

/** Whether a run that has failed looks for more. */
export function goesOn(run: Run): boolean {
  return !run.quiet && run.found.length < run.limit
}

/** Puts a step in front of the findings from `mark` on. */
export function prefixFrom(run: Run, mark: number, step: string | number): void {
  for (let index = mark; index < run.found.length; index++) run.found[index]?.path.push(step)
}

/** Whether the value fits, with nothing told. */
export function fits(check: Check, value: unknown, run: Run, seen?: Seen): boolean {
  const { quiet } = run
  run.quiet = true
  const ok = check(value, run, seen)
  run.quiet = quiet
  return ok
}

/** What is wrong with the value, roughly: alternatives inside of it count as one finding each. */
export function roughFindingsOf(check: Check, value: unknown, run: Run): readonly Finding[] {
  const { quiet, found, isComparing } = run
  run.quiet = false
  run.isComparing = true
  run.found = []
  check(value, run)
  const own = run.found
  run.quiet = quiet
  run.isComparing = isComparing
  run.found = found
  return own
}

/** Every part must hold. Goes on after a failure as long as the run wants more. */
export function every(parts: readonly Check[]): Check {
  const [first, second] = parts
  if (!first) return anything
  if (!second) return first
  return (value, run, seen) => {
    let ok = true
    for (const part of parts) {
      if (part(value, run, seen)) continue
      ok = false
      if (!goesOn(run)) return false
    }
    return ok
  }
}

export const anything: Check = () => true

export const nothing: Check = (_value, run) => refuse(run, 'false', 'is not accepted here')

/** In place of a schema that the document gets wrong: no value fits what it is a part of. */
export const unusable: Check = (_value, run) => {
  run.isBroken = true
  return refuse(run, 'schema', 'cannot be checked, because its schema is faulty, and so is not accepted')
}

export type PlainObject = Readonly<Record<string, unknown>>

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
