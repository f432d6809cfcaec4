import type { CompiledSchemas } from './compile-schema.js'
import { isFitting, isPlainObject } from './evaluation.js'
import { keep, withholds, type Plan } from './keep-members.js'
import type { SchemaNode } from './schema-index.js'

/*
 * Takes out of a reply what must not leave: `writeOnly` members, and members that a closed object does not declare. It
 * is what stands between a handler's slip and the caller where replies are not validated, so it never adds and never
 * throws. Of alternatives those count that the value fits; where it fits none, all of them.
 */

/** What may leave: the value itself where that is all of it, else a copy without the rest. */
export type Keep = (value: unknown) => unknown

export interface DeclaredMembers {
  /** `undefined` where the schema withholds nothing. */
  readonly keepFor: (node: SchemaNode) => Keep | undefined
}

export function createDeclaredMembers(schemas: CompiledSchemas): DeclaredMembers {
  const { index, compiler, discriminators, withheld, patterns } = schemas
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
      scope: undefined,
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
        return { plan: planFor(branch), holds: (value: unknown) => isFitting(check, value) }
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
