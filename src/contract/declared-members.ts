import type { SchemaCompiler } from './compile-schema.js'
import type { Discriminators } from './discriminator.js'
import { createRun, fits, isPlainObject } from './evaluation.js'
import type { Patterns } from './pattern.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'
import type { Withheld } from './withheld.js'

/*
 * Takes out of a reply what must not leave: `writeOnly` members, and members that a closed object does not declare. It
 * is what stands between a handler's slip and the caller where replies are not validated, so it never adds and never
 * throws. Of alternatives those count that the value fits; where it fits none, all of them.
 */

/** Copies what may leave. */
export type Keep = (value: unknown) => unknown

export interface DeclaredMembers {
  /** `undefined` where the schema withholds nothing. */
  readonly keepFor: (node: SchemaNode) => Keep | undefined
}

export interface DeclaredMembersOptions {
  readonly index: SchemaIndex
  readonly compiler: SchemaCompiler
  readonly discriminators: Discriminators
  readonly withheld: Withheld
  readonly patterns: Patterns
}

/** What a schema says of the members of its value. */
interface Plan {
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
}

export function createDeclaredMembers({
  index,
  compiler,
  ...options
}: DeclaredMembersOptions): DeclaredMembers {
  const { discriminators, withheld, patterns } = options
  const plans = new Map<SchemaNode, Plan>()

  const planFor = (node: SchemaNode): Plan => {
    const known = plans.get(node)
    if (known) return known
    const { additionalProperties, unevaluatedProperties } = node.keywords
    const plan: Plan = {
      members: new Map(),
      withheld: new Set(),
      patterns: [],
      prefixItems: [],
      additional: undefined,
      isClosed: additionalProperties === false || unevaluatedProperties === false,
      items: undefined,
      parts: [],
      choices: [],
      withholds: undefined,
    }
    plans.set(node, plan)
    addInside(plan, node)
    addBeside(plan, node)
    return plan
  }

  const addInside = (plan: Plan, node: SchemaNode): void => {
    for (const [name, member] of index.map(node, 'properties')) {
      if (withheld.isWithheld(member)) plan.withheld.add(name)
      else plan.members.set(name, planFor(member))
    }
    for (const [source, member] of index.map(node, 'patternProperties')) {
      const { regexp } = patterns.compile(source)
      if (regexp) plan.patterns.push({ pattern: regexp, plan: planFor(member) })
    }
    for (const keyword of ['additionalProperties', 'unevaluatedProperties']) {
      if (isPlainObject(node.keywords[keyword])) plan.additional ??= planFor(index.child(node, keyword))
    }
    for (const item of index.list(node, 'prefixItems')) plan.prefixItems.push(planFor(item))
    if (isPlainObject(node.keywords['items'])) plan.items = planFor(index.child(node, 'items'))
  }

  const addBeside = (plan: Plan, node: SchemaNode): void => {
    const reference = index.reference(node)
    if (reference) plan.parts.push(planFor(reference))
    for (const part of index.list(node, 'allOf')) plan.parts.push(planFor(part))
    const choose = (nodes: readonly SchemaNode[]): void => {
      const choice = nodes.map((branch) => {
        const check = compiler.compile(branch)
        return { plan: planFor(branch), holds: (value: unknown) => fits(check, value, createRun(1)) }
      })
      if (choice.length > 0) plan.choices.push(choice)
    }
    choose(index.list(node, 'anyOf'))
    choose(index.list(node, 'oneOf'))
    choose(['then', 'else'].flatMap((name) => (name in node.keywords ? [index.child(node, name)] : [])))
    for (const [, schema] of index.map(node, 'dependentSchemas')) plan.parts.push(planFor(schema))
    const discriminator = discriminators.of(node)
    if (discriminator && !discriminator.keyword)
      choose([...new Set(discriminator.schemas.values())].filter((schema) => schema !== node))
  }

  return {
    keepFor(node) {
      const plan = planFor(node)
      return withholds(plan) ? (value) => keep([plan], value) : undefined
    },
  }
}

function withholds(plan: Plan): boolean {
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

/** All plans that hold for a value. */
function holding(plans: readonly Plan[], value: unknown): ReadonlySet<Plan> {
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
  return found
}

function keep(plans: readonly Plan[], value: unknown): unknown {
  if (typeof value !== 'object' || value === null || 'toJSON' in value || !plans.some(withholds)) return value
  const held = [...holding(plans, value)]
  if (Array.isArray(value)) {
    return (value as readonly unknown[]).map((item, index) =>
      keep(
        held.flatMap((plan) => plan.prefixItems[index] ?? plan.items ?? []),
        item,
      ),
    )
  }
  const isClosed = held.some((plan) => plan.isClosed)
  const kept: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (held.some((plan) => plan.withheld.has(name))) continue
    const inside = held.flatMap((plan) => insideOf(plan, name))
    if (inside.length === 0 && isClosed) continue
    // `__proto__` is a member like any other.
    const copy = { value: keep(inside, member), enumerable: true, configurable: true, writable: true }
    Object.defineProperty(kept, name, copy)
  }
  return kept
}

function insideOf({ members, patterns, additional }: Plan, name: string): readonly Plan[] {
  const member = members.get(name)
  const declared = [
    ...(member ? [member] : []),
    ...patterns.filter(({ pattern }) => pattern.test(name)).map(({ plan }) => plan),
  ]
  return declared.length === 0 && additional ? [additional] : declared
}
