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
  /** Scope → circular schema → value → verdict. What leads to a value in two ways would look at its n-th descendant in 2ⁿ. */
  known: Map<Scope | undefined, Map<object, Map<object, Verdict>>> | undefined
  /** Schema resources entered on the way, innermost first: what `$dynamicRef` looks through. */
  scope: Scope | undefined
  /** Those that were entered from each; the same way gives the same scope. */
  scopes: Map<Scope | undefined, Map<object, Scope>> | undefined
}

/** No resource is in it twice: the outermost that has an anchor counts. */
export interface Scope {
  readonly resource: object
  readonly outer: Scope | undefined
}

interface Verdict {
  readonly ok: boolean
  readonly seen: Seen | undefined
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
  return {
    quiet: false,
    limit,
    found: [],
    isBroken: false,
    isComparing: false,
    known: undefined,
    scope,
    scopes: undefined,
  }
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

/** As `fits`, for a value that no other check is looking at. */
export function isFitting(check: Check, value: unknown): boolean {
  return fits(check, value, createRun(1))
}

/**
 * A check that is not repeated on a value that it was found to fit; on one that it did not fit only to tell why, and then the
 * limit of the run ends it.
 */
export function once(of: object, check: Check, value: object, run: Run, seen?: Seen): boolean {
  const verdicts = verdictsOf(of, run)
  const known = verdicts.get(value)
  if (known?.ok === true && (!seen || known.seen)) {
    if (seen && known.seen) addSeen(seen, known.seen)
    return true
  }
  if (known?.ok === false && run.quiet) return false
  const own = seen && createSeen()
  const ok = check(value, run, own)
  if (seen && own) addSeen(seen, own)
  verdicts.set(value, { ok, seen: own })
  return ok
}

/** Checks within a schema resource. */
export function inResource(resource: object, check: Check): Check {
  return (value, run, seen) => {
    const outer = run.scope
    run.scope = scopeWith(resource, run)
    const ok = check(value, run, seen)
    run.scope = outer
    return ok
  }
}

function verdictsOf(of: object, run: Run): Map<object, Verdict> {
  run.known ??= new Map<Scope | undefined, Map<object, Map<object, Verdict>>>()
  const inScope = run.known.get(run.scope) ?? new Map<object, Map<object, Verdict>>()
  run.known.set(run.scope, inScope)
  const verdicts = inScope.get(of) ?? new Map<object, Verdict>()
  inScope.set(of, verdicts)
  return verdicts
}

function scopeWith(resource: object, run: Run): Scope {
  const { scope: outer } = run
  for (let scope = outer; scope; scope = scope.outer) if (scope.resource === resource) return outer as Scope
  run.scopes ??= new Map<Scope | undefined, Map<object, Scope>>()
  const further = run.scopes.get(outer) ?? new Map<object, Scope>()
  run.scopes.set(outer, further)
  const scope = further.get(resource) ?? { resource, outer }
  further.set(resource, scope)
  return scope
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
