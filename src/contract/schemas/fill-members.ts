import { setMember } from '../json-pointer.js'

/*
 * Goes through a request by plan. What is filled in nowhere inside of a value is not looked at.
 */

/** What a schema says of defaults. */
export interface Plan {
  readonly defaults: (readonly [name: string, create: () => unknown])[]
  readonly members: Map<string, Plan>
  readonly patterns: { readonly pattern: RegExp; readonly plan: Plan }[]
  readonly prefixItems: Plan[]
  additional: Plan | undefined
  items: Plan | undefined
  /** Further schemas of the same value, some of which hold only for some values. */
  readonly beside: { readonly plan: Plan; readonly holds?: (value: unknown) => boolean }[]
  /** Whether it fills in anything, and anything inside of the value's members or items; found out once all plans stand. */
  fills: boolean | undefined
  fillsInside: boolean | undefined
}

export function fills(plan: Plan): boolean {
  return (plan.fills ??= reachesDefaults(plan, new Set()))
}

function fillsInside(plan: Plan): boolean {
  return (plan.fillsInside ??= plansInside(plan).some(fills))
}

function reachesDefaults(plan: Plan, seen: Set<Plan>): boolean {
  if (seen.has(plan)) return false
  seen.add(plan)
  if (plan.defaults.length > 0) return true
  const next = [...plansInside(plan), ...plan.beside.map((other) => other.plan)]
  return next.some((other) => reachesDefaults(other, seen))
}

function plansInside({ members, patterns, prefixItems, additional, items }: Plan): readonly Plan[] {
  return [
    ...members.values(),
    ...patterns.map(({ plan }) => plan),
    ...prefixItems,
    ...(additional ? [additional] : []),
    ...(items ? [items] : []),
  ]
}

/**
 * `filled` are the values that each plan has filled in: schemas may refer to each other, and lead to the same value in several
 * ways, each of which would double the work with every level.
 */
type Filled = Map<Plan, Set<object>>

export function fill(plan: Plan, value: unknown, filled: Filled = new Map()): void {
  if (!fills(plan) || typeof value !== 'object' || value === null) return
  const own = filled.get(plan) ?? new Set()
  if (own.has(value)) return
  filled.set(plan, own.add(value))
  if (plan.beside.length > 0) {
    // Chosen before anything is filled in, which could make another one fit.
    const holding = plan.beside.filter(({ holds }) => holds?.(value) ?? true)
    for (const other of holding) fill(other.plan, value, filled)
  }
  if (fillsInside(plan)) fillInside(plan, value, filled)
  if (!Array.isArray(value)) fillMembers(plan, value as Record<string, unknown>)
}

function fillInside(plan: Plan, value: object, filled: Filled): void {
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly unknown[]).entries()) {
      const next = plan.prefixItems[index] ?? plan.items
      if (next) fill(next, item, filled)
    }
    return
  }
  for (const [name, inner] of Object.entries(value)) {
    const matching = plan.patterns.filter(({ pattern }) => pattern.test(name))
    const member = plan.members.get(name)
    for (const next of [...(member ? [member] : []), ...matching.map((other) => other.plan)])
      fill(next, inner, filled)
    if (!member && matching.length === 0 && plan.additional) fill(plan.additional, inner, filled)
  }
}

function fillMembers({ defaults }: Plan, object: Record<string, unknown>): void {
  for (const [name, create] of defaults) if (!Object.hasOwn(object, name)) setMember(object, name, create())
}
