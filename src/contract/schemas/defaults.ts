import type { CompiledSchemas, SchemaCompiler } from './compile-schema.js'
import type { DefectLog } from '../defect.js'
import { createRun, fits, isPlainObject, type Check } from './evaluation.js'
import { childPointer } from '../json-pointer.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'

/*
 * `default`: what a receiver assumes where a member is left out (OpenAPI 3.1 section 4.8.24, JSON Schema 2020-12 validation
 * section 9.2). It is filled in once a value has been found to fit, so that it never decides whether it does.
 */

/** Fills in the members that a valid value leaves out. */
export type Fill = (value: unknown) => void

export interface Defaults {
  /** `undefined` where the schema has no defaults in it. */
  readonly fillFor: (node: SchemaNode) => Fill | undefined
}

export interface DefaultValues {
  /** The default of a member of this schema: what stands in it, or behind its reference. */
  readonly of: (node: SchemaNode) => unknown
}

/**
 * OpenAPI 3.0 says that a default must fit its schema. In 3.1 it ought to, and whoever handles the request counts on it. One
 * that does not is a defect, and is never filled in.
 */
export function readDefaultValues(
  index: SchemaIndex,
  compiler: SchemaCompiler,
  defects: DefectLog,
): DefaultValues {
  const values = new Map<SchemaNode, unknown>()
  for (const node of index.nodes()) {
    const value = node.keywords['default']
    if (value === undefined) continue
    const check = compiler.compile(node)
    if (isFitting(check, value)) values.set(node, value)
    else {
      const message = `${reasonOf(check, value)}, so it does not fit its own schema and is never filled in: correct one of the two`
      defects.report({ code: 'invalid-default', pointer: childPointer(node.pointer, 'default'), message })
    }
  }
  return {
    of(node) {
      const seen = new Set<SchemaNode>()
      for (let at: SchemaNode | undefined = node; at && !seen.has(at); at = index.reference(at)) {
        if (values.has(at)) return values.get(at)
        seen.add(at)
      }
      return undefined
    },
  }
}

/** What a schema says of defaults. */
interface Plan {
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

export function createDefaults(schemas: CompiledSchemas, values: DefaultValues): Defaults {
  const { index, compiler, discriminators, withheld, patterns } = schemas
  const plans = new Map<SchemaNode, Plan>()

  const planFor = (node: SchemaNode): Plan => {
    const known = plans.get(node)
    if (known) return known
    const plan: Plan = {
      defaults: [],
      members: new Map(),
      patterns: [],
      prefixItems: [],
      additional: undefined,
      items: undefined,
      beside: [],
      fills: undefined,
      fillsInside: undefined,
    }
    plans.set(node, plan)
    addInside(plan, node)
    addBeside(plan, node)
    return plan
  }

  const addInside = (plan: Plan, node: SchemaNode): void => {
    const { keywords } = node
    for (const [name, member] of index.map(node, 'properties')) {
      plan.members.set(name, planFor(member))
      // What is withheld from requests is not in them.
      const value = withheld.isWithheld(member) ? undefined : values.of(member)
      if (value !== undefined) plan.defaults.push([name, creatorOf(value)])
    }
    for (const [source, member] of index.map(node, 'patternProperties')) {
      const { regexp } = patterns.compile(source)
      if (regexp) plan.patterns.push({ pattern: regexp, plan: planFor(member) })
    }
    if (isPlainObject(keywords['additionalProperties']))
      plan.additional = planFor(index.child(node, 'additionalProperties'))
    for (const item of index.list(node, 'prefixItems')) plan.prefixItems.push(planFor(item))
    if (isPlainObject(keywords['items'])) plan.items = planFor(index.child(node, 'items'))
  }

  const addBeside = (plan: Plan, node: SchemaNode): void => {
    const reference = index.reference(node)
    if (reference) plan.beside.push({ plan: planFor(reference) })
    for (const part of index.list(node, 'allOf')) plan.beside.push({ plan: planFor(part) })
    const discriminator = discriminators.of(node)
    if (discriminator) {
      const { propertyName, schemas, otherwise } = discriminator
      const pick = (value: unknown): SchemaNode | undefined =>
        isPlainObject(value) ? (schemas.get(String(value[propertyName])) ?? otherwise) : undefined
      for (const schema of new Set([...schemas.values(), ...(otherwise ? [otherwise] : [])])) {
        if (schema !== node)
          plan.beside.push({ plan: planFor(schema), holds: (value) => pick(value) === schema })
      }
    } else {
      for (const branch of [...index.list(node, 'anyOf'), ...index.list(node, 'oneOf')]) {
        const check = compiler.compile(branch)
        plan.beside.push({ plan: planFor(branch), holds: (value) => isFitting(check, value) })
      }
    }
    if (!('if' in node.keywords)) return
    const condition = compiler.compile(index.child(node, 'if'))
    if ('then' in node.keywords)
      plan.beside.push({
        plan: planFor(index.child(node, 'then')),
        holds: (value) => isFitting(condition, value),
      })
    if ('else' in node.keywords)
      plan.beside.push({
        plan: planFor(index.child(node, 'else')),
        holds: (value) => !isFitting(condition, value),
      })
  }

  return {
    fillFor(node) {
      const plan = planFor(node)
      return fills(plan) ? (value) => fill(plan, value, new Map()) : undefined
    },
  }
}

/** The first thing that is wrong with a default. */
function reasonOf(check: Check, value: unknown): string {
  const run = createRun(1)
  check(value, run)
  const [finding] = run.found
  const place = (finding?.path ?? []).toReversed().map((step) => `/${step}`)
  return [...(place.length > 0 ? [place.join('')] : []), finding?.detail ?? 'cannot be checked'].join(' ')
}

function isFitting(check: Check, value: unknown): boolean {
  return fits(check, value, createRun(1))
}

function fills(plan: Plan): boolean {
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

function fill(plan: Plan, value: unknown, filled: Filled): void {
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
  for (const [name, create] of defaults) {
    if (Object.hasOwn(object, name)) continue
    const value = create()
    // A member like any other, but for what an assignment would do.
    if (name === '__proto__')
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
    else object[name] = value
  }
}

/** Each request gets a value of its own. */
function creatorOf(value: unknown): () => unknown {
  if (typeof value !== 'object' || value === null) return () => value
  const text = JSON.stringify(value)
  return () => JSON.parse(text) as unknown
}
