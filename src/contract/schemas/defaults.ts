import type { CompiledSchemas } from './compile-schema.js'
import type { DefaultValues } from './default-values.js'
import { isFitting, isPlainObject } from './evaluation.js'
import { fill, fills, type Plan } from './fill-members.js'
import type { SchemaNode } from './schema-index.js'

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

export function createDefaults(
  { index, compiler, discriminators, withheld, patterns }: CompiledSchemas,
  values: DefaultValues,
): Defaults {
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
      return fills(plan) ? (value) => fill(plan, value) : undefined
    },
  }
}

/** Each request gets a value of its own. */
function creatorOf(value: unknown): () => unknown {
  if (typeof value !== 'object' || value === null) return () => value
  const text = JSON.stringify(value)
  return () => JSON.parse(text) as unknown
}
