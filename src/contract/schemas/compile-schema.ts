import { compileAnyOf, compileConditional, compileNot, compileOneOf } from './alternatives.js'
import { compileUnevaluatedItems } from './array-keywords.js'
import { compileFamily, compilePick } from './compile-discriminator.js'
import { readTypedRules, type KeywordContext, type TypedRules } from './compile-keywords.js'
import { createReferenceCompiler } from './compile-references.js'
import { discriminates, type Discriminator, type Discriminators } from './discriminator.js'
import { anything, every, nothing, once, refuse, unusable, type Check } from './evaluation.js'
import { compileDependentSchemas, compileUnevaluatedProperties } from './object-keywords.js'
import type { Patterns } from './pattern.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'
import { compileConst, compileEnum, compileType, type TypeName } from './value-keywords.js'
import type { Withheld } from './withheld.js'

/*
 * Schema -> check. Each schema is compiled once for each light in which it can stand; references are calls, so that circular
 * schemas stay finite.
 */

export interface SchemaCompiler {
  readonly compile: (node: SchemaNode) => Check
}

/** The schemas of a document, as they are for values of one direction. */
interface DirectedSchemas {
  readonly index: SchemaIndex
  readonly patterns: Patterns
  readonly discriminators: Discriminators
  readonly withheld: Withheld
}

/** With what they compile to. */
export interface CompiledSchemas extends DirectedSchemas {
  readonly compiler: SchemaCompiler
}

export interface SchemaCompilerOptions extends DirectedSchemas {
  /** Schemas that the document gets wrong. Every circle without a way into the value has one of them. */
  readonly unusable: ReadonlySet<SchemaNode>
}

/** The light in which a schema stands: what the schemas around it, of the same value, say that bears on it. */
interface Light {
  /** Members that cannot be required, because they are withheld or filled in. */
  readonly excused: ReadonlySet<string>
  /** Schemas whose discriminators have picked already. */
  readonly picked: ReadonlySet<SchemaNode>
  /** Whether the value is a member of an object: only these are withheld. */
  readonly isMember: boolean
}

interface Slot {
  /** `undefined` while it is being compiled. */
  check: Check | undefined
}

const lights: Readonly<Record<'item' | 'member', Light>> = {
  item: { excused: new Set(), picked: new Set(), isMember: false },
  member: { excused: new Set(), picked: new Set(), isMember: true },
}

export function createSchemaCompiler(options: SchemaCompilerOptions): SchemaCompiler {
  const { index, patterns, discriminators, withheld } = options
  const slots = new Map<string, Slot>()
  const references = createReferenceCompiler(index)
  const isReply = withheld.keyword === 'writeOnly'

  const slotOf = (node: SchemaNode, outer: Light): Slot => {
    const own = withheld.excused(node)
    const pickers = discriminators.pickersOf(node)
    const light: Light = {
      excused: [...outer.excused].every((name) => own.has(name)) ? own : new Set([...own, ...outer.excused]),
      picked: pickers.size === 0 ? outer.picked : new Set([...outer.picked, ...pickers]),
      isMember: outer.isMember && withheld.depends(node),
    }
    const key = keyOf(node, light, own)
    const known = slots.get(key)
    if (known) return known
    const slot: Slot = { check: undefined }
    slots.set(key, slot)
    const check = compileNode(node, light)
    slot.check = node.isRoot ? references.within(node.resource, check) : check
    return slot
  }

  const callOf = (slot: Slot): Check => {
    if (slot.check) return slot.check
    return (value, run, seen) => {
      const check = slot.check as Check
      return typeof value === 'object' && value !== null
        ? once(slot, check, value, run, seen)
        : check(value, run, seen)
    }
  }

  const context: KeywordContext = {
    index,
    patterns,
    inside: (node, as) => callOf(slotOf(node, lights[as])),
    undeclared: isReply ? 'is not declared' : 'is not a member that is accepted here',
  }

  const compileNode = (node: SchemaNode, light: Light): Check => {
    if (options.unusable.has(node)) return unusable
    if (node.value === false) return nothing
    const { keywords, letsNullThrough } = node
    if (light.isMember && withheld.keyword && keywords[withheld.keyword] === true)
      return compileWithheld(withheld.keyword)
    const beside = (other: SchemaNode, inLight = light): Check => callOf(slotOf(other, inLight))
    const isPicked = light.picked.has(node)
    const discriminator = discriminatorOf(node)
    if (discriminator && !discriminator.keyword && !isPicked) {
      const picked = { ...light, picked: new Set([...light.picked, node]) }
      return compileFamily(discriminator, index, (schema) => beside(schema, picked))
    }
    const values = [
      ...(Array.isArray(keywords['enum']) ? [compileEnum(keywords['enum'])] : []),
      ...('const' in keywords ? [compileConst(keywords['const'])] : []),
    ]
    const others = [
      ...references.compile(node, beside),
      ...compileApplicators(node, discriminator, isPicked, beside),
      compileDependencies(node, beside),
    ].filter((part) => part !== anything)
    const all = withType(keywords['type'], values, readTypedRules(node, light.excused, context), others)
    const check = withUnevaluated(node, all)
    return letsNullThrough ? (value, run, seen) => value === null || check(value, run, seen) : check
  }

  /** A discriminating member that is withheld cannot discriminate. */
  const discriminatorOf = (node: SchemaNode): Discriminator | undefined => {
    const discriminator = discriminators.of(node)
    return discriminator && discriminates(discriminator, withheld) ? discriminator : undefined
  }

  const compileApplicators = (
    node: SchemaNode,
    discriminator: Discriminator | undefined,
    isPicked: boolean,
    beside: (node: SchemaNode) => Check,
  ): readonly Check[] => {
    const { keywords } = node
    const parts: Check[] = []
    if ('allOf' in keywords) parts.push(every(index.list(node, 'allOf').map((part) => beside(part))))
    for (const [keyword, combine] of [
      ['anyOf', compileAnyOf],
      ['oneOf', compileOneOf],
    ] as const) {
      const isDiscriminated = discriminator?.keyword === keyword
      // Who picked this value's schema comes by again as a part of it, and must not pick once more.
      if (!(keyword in keywords) || (isDiscriminated && isPicked)) continue
      const combined = combine(index.list(node, keyword).map((branch) => beside(branch)))
      parts.push(isDiscriminated ? compilePick(discriminator, combined, index, beside) : combined)
    }
    if ('not' in keywords) parts.push(compileNot(beside(index.child(node, 'not'))))
    if ('if' in keywords) {
      const branch = (name: string): Check => (name in keywords ? beside(index.child(node, name)) : anything)
      parts.push(compileConditional(branch('if'), branch('then'), branch('else')))
    }
    return parts
  }

  const compileDependencies = (node: SchemaNode, beside: (node: SchemaNode) => Check): Check => {
    const checks = ['dependencies', 'dependentSchemas'].flatMap((keyword) =>
      index
        .map(node, keyword)
        .flatMap(([name, schema]) => (Array.isArray(schema.value) ? [] : [[name, beside(schema)] as const])),
    )
    return checks.length > 0 ? compileDependentSchemas(checks) : anything
  }

  const withUnevaluated = (node: SchemaNode, inner: Check): Check => {
    const { unevaluatedItems, unevaluatedProperties } = node.keywords
    let check = inner
    if (unevaluatedItems !== undefined) {
      const rest = context.inside(index.child(node, 'unevaluatedItems'), 'item')
      check = compileUnevaluatedItems(check, unevaluatedItems === false ? false : rest)
    }
    if (unevaluatedProperties !== undefined) {
      const rest = context.inside(index.child(node, 'unevaluatedProperties'), 'member')
      check = compileUnevaluatedProperties(
        check,
        unevaluatedProperties === false ? false : rest,
        context.undeclared,
      )
    }
    return check
  }

  return {
    compile: (node) => callOf(slotOf(node, lights.item)),
  }
}

function keyOf(
  { pointer }: SchemaNode,
  { excused, picked, isMember }: Light,
  own: ReadonlySet<string>,
): string {
  if (excused === own && picked.size === 0 && !isMember) return pointer
  const names = excused === own ? '' : JSON.stringify([...excused].sort())
  return [pointer, isMember, names, ...[...picked].map((node) => node.pointer).sort()].join(' ')
}

function compileWithheld(keyword: 'readOnly' | 'writeOnly'): Check {
  const detail = keyword === 'readOnly' ? 'is set by the server' : 'never leaves the server'
  return (_value, run) => refuse(run, keyword, detail)
}

/** A value of another type is told so, and nothing else. */
function withType(
  type: unknown,
  values: readonly Check[],
  typedRules: readonly TypedRules[],
  others: readonly Check[],
): Check {
  const types = (Array.isArray(type) ? type : [type]) as readonly TypeName[]
  const [rules, ...more] = typedRules
  // Most schemas say something of one type only, and one check can tell both.
  const isSole = rules && values.length + more.length + others.length === 0
  if (isSole && rules.of.some((name) => types.includes(name))) return rules.compile(types)
  const rest = every([...values, ...typedRules.map(({ compile }) => compile()), ...others])
  if (type === undefined) return rest
  const isOfType = compileType(types)
  if (rest === anything) return isOfType
  return (value, run, seen) => isOfType(value, run) && rest(value, run, seen)
}
