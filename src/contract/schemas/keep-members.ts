import { setMember } from '../json-pointer.js'

/*
 * Goes through a reply by plan. What may leave as it is, is not copied; what holds for a declared member is worked out once.
 */

/** What a schema says of the members of its value. */
export interface Plan {
  readonly members: Map<string, Plan>
  readonly withheld: Set<string>
  readonly patterns: { readonly pattern: RegExp; readonly plan: Plan }[]
  readonly prefixItems: Plan[]
  /** Of the members that the above leave. */
  additional: Plan | undefined
  isClosed: boolean
  items: Plan | undefined
  /** Further schemas of the same value. */
  readonly parts: Plan[]
  readonly choices: { readonly plan: Plan; readonly holds: (value: unknown) => boolean }[][]
  /** Whether something in it withholds anything; found out once all plans stand. */
  withholds: boolean | undefined
  /** What holds for every value of it; `null` where that depends on the value. */
  scope: Scope | null | undefined
}

/** Plans that hold for a value together. */
interface Scope {
  readonly plans: readonly Plan[]
  /** What holds for members that are declared; worked out ahead, where it can be. */
  readonly members: ReadonlyMap<string, Inside>
  /** What holds for items, but for those that have a plan of their own by their place. */
  readonly items: Inside
}

interface Inside {
  /** `undefined` where nothing may leave. */
  readonly plans: readonly Plan[] | undefined
  readonly withholds: boolean
}

export function withholds(plan: Plan): boolean {
  return (plan.withholds ??= reachesWithholding(plan, new Set()))
}

function reachesWithholding(plan: Plan, seen: Set<Plan>): boolean {
  if (seen.has(plan)) return false
  seen.add(plan)
  if (plan.isClosed || plan.withheld.size > 0) return true
  const { members, patterns, prefixItems, additional, items, parts, choices } = plan
  const inside = [
    ...members.values(),
    ...prefixItems,
    ...(additional ? [additional] : []),
    ...(items ? [items] : []),
  ]
  const others = [...patterns, ...choices.flat()].map((other) => other.plan)
  return [...inside, ...others, ...parts].some((next) => reachesWithholding(next, seen))
}

/** `plans` are those of the value's schema. */
export function keep(plans: readonly Plan[], value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !plans.some(withholds) || 'toJSON' in value) return value
  const scope = scopeFor(plans, value)
  return Array.isArray(value)
    ? keepItems(scope, value as readonly unknown[])
    : keepMembers(scope, value as Readonly<Record<string, unknown>>)
}

function keepItems(scope: Scope, list: readonly unknown[]): readonly unknown[] {
  const hasPlaces = scope.plans.some(({ prefixItems }) => prefixItems.length > 0)
  if (!hasPlaces && !scope.items.withholds) return list
  let kept: unknown[] | undefined
  for (let index = 0; index < list.length; index++) {
    const { plans = [] } = hasPlaces ? insideItem(scope.plans, index) : scope.items
    const item = keep(plans, list[index])
    if (item === list[index]) continue
    kept ??= [...list]
    kept[index] = item
  }
  return kept ?? list
}

function keepMembers(
  scope: Scope,
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  let kept: Record<string, unknown> | undefined
  for (const name in value) {
    if (!Object.prototype.hasOwnProperty.call(value, name)) continue
    const inside = scope.members.get(name) ?? insideMember(scope.plans, name)
    const given = value[name]
    const member = inside.plans && inside.withholds ? keep(inside.plans, given) : given
    const isKept = inside.plans !== undefined
    if (!kept && isKept && member === given) continue
    kept ??= membersBefore(name, value)
    if (isKept) setMember(kept, name, member)
  }
  return kept ?? value
}

function membersBefore(name: string, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const before of Object.keys(value)) {
    if (before === name) break
    setMember(copy, before, value[before])
  }
  return copy
}

function scopeFor(plans: readonly Plan[], value: unknown): Scope {
  const [only] = plans
  if (!only || plans.length > 1) return createScope(holding(plans, value), [])
  if (only.scope === undefined) {
    const held = holding(plans, value)
    const names = held.flatMap(({ members, withheld }) => [...members.keys(), ...withheld])
    only.scope = held.some(({ choices }) => choices.length > 0) ? null : createScope(held, names)
  }
  return only.scope ?? createScope(holding(plans, value), [])
}

function createScope(plans: readonly Plan[], names: readonly string[]): Scope {
  return {
    plans,
    members: new Map(names.map((name) => [name, insideMember(plans, name)])),
    items: insideItem(plans, -1),
  }
}

/** All plans that hold for a value. */
function holding(plans: readonly Plan[], value: unknown): readonly Plan[] {
  const found = new Set<Plan>()
  const add = (plan: Plan): void => {
    if (found.has(plan)) return
    found.add(plan)
    plan.parts.forEach(add)
    for (const choice of plan.choices) {
      const fitting = choice.filter(({ holds }) => holds(value))
      for (const { plan: chosen } of fitting.length > 0 ? fitting : choice) add(chosen)
    }
  }
  plans.forEach(add)
  return [...found]
}

function insideItem(held: readonly Plan[], index: number): Inside {
  const plans = held.flatMap(({ prefixItems, items }) => prefixItems[index] ?? items ?? [])
  return { plans, withholds: plans.some(withholds) }
}

function insideMember(held: readonly Plan[], name: string): Inside {
  if (held.some(({ withheld }) => withheld.has(name))) return { plans: undefined, withholds: true }
  const plans = held.flatMap((plan) => membersNamed(name, plan))
  const isClosed = held.some((plan) => plan.isClosed)
  return isClosed && plans.length === 0
    ? { plans: undefined, withholds: true }
    : { plans, withholds: plans.some(withholds) }
}

function membersNamed(name: string, { members, patterns, additional }: Plan): readonly Plan[] {
  const member = members.get(name)
  const declared = [
    ...(member ? [member] : []),
    ...patterns.filter(({ pattern }) => pattern.test(name)).map(({ plan }) => plan),
  ]
  return declared.length === 0 && additional ? [additional] : declared
}
