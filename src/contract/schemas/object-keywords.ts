import {
  addSeen,
  anything,
  createSeen,
  fits,
  goesOn,
  isPlainObject,
  prefixFrom,
  refuse,
  roughFindingsOf,
  type Check,
  type PlainObject,
  type Run,
} from './evaluation.js'

/* JSON Schema 2020-12 core, section 10.3.2, and validation, section 6.5: what is said of objects. */

export interface ObjectRules {
  readonly properties: ReadonlyMap<string, Check>
  readonly patterns: readonly { readonly pattern: RegExp; readonly check: Check }[]
  /** For the members that the two above leave; `false` closes the object. */
  readonly additional?: Check | false
  readonly names?: Check
  readonly required: readonly string[]
  /** Member → the members that must stand beside it. */
  readonly dependentRequired: ReadonlyMap<string, readonly string[]>
  readonly minProperties?: number
  readonly maxProperties?: number
  /** What becomes of members that are too much, for the caller. */
  readonly undeclared: string
}

interface MemberRule {
  readonly check: Check | undefined
  readonly isDeclared: boolean
  readonly isRequired: boolean
}

/**
 * One pass over the members that are there, in their order. Names are looked up in maps, so that `__proto__` and `constructor`
 * are names like any other. A member that holds `undefined` is none, as when it is written as JSON.
 */
export function compileObject(rules: ObjectRules, otherwise: Check = anything): Check {
  const { patterns, additional, names, required, dependentRequired, undeclared } = rules
  const { minProperties = 0, maxProperties = Infinity } = rules
  const isRequired = new Set(required)
  const members = new Map<string, MemberRule>()
  for (const [name, check] of rules.properties) {
    const needed = check === anything ? undefined : check
    members.set(name, { check: needed, isDeclared: true, isRequired: isRequired.has(name) })
  }
  for (const name of isRequired) {
    if (!members.has(name)) members.set(name, { check: undefined, isDeclared: false, isRequired: true })
  }
  const seesAll = additional !== undefined
  const hasPatterns = patterns.length > 0
  const hasDependent = dependentRequired.size > 0

  return (value, run, seen) => {
    if (!isPlainObject(value)) return otherwise(value, run)
    let ok = true
    let mark = run.found.length
    let count = 0
    let requiredCount = 0
    // The engine knows the names of this loop, where a list of them would have to be made and each looked up anew.
    for (const name in value) {
      if (!Object.prototype.hasOwnProperty.call(value, name)) continue
      const member = value[name]
      if (member === undefined) continue
      count++
      const rule = members.get(name)
      let isKnown = false
      let fitsHere = true
      if (rule) {
        if (rule.isRequired) requiredCount++
        isKnown = rule.isDeclared
        if (rule.check) fitsHere = rule.check(member, run)
      }
      if (hasPatterns) {
        for (const { pattern, check } of patterns) {
          if (!pattern.test(name)) continue
          isKnown = true
          if (fitsHere || goesOn(run)) fitsHere = check(member, run) && fitsHere
        }
      }
      if (isKnown) seen?.members.add(name)
      else if (additional === false) fitsHere = refuse(run, 'additionalProperties', undeclared)
      else if (additional && !additional(member, run)) fitsHere = false
      if (names && (fitsHere || goesOn(run)) && !fits(names, name, run))
        fitsHere = refuseName(names, name, run)
      if (fitsHere) continue
      ok = false
      prefixFrom(run, mark, name)
      mark = run.found.length
      if (!goesOn(run)) return false
    }
    if (seen && seesAll) seen.allMembers = true
    if (requiredCount < isRequired.size) ok = refuseMissing(value, required, run)
    if (!ok && !goesOn(run)) return false
    if (count < minProperties)
      ok = refuse(run, 'minProperties', `must have at least ${minProperties} ${membersOf(minProperties)}`)
    if (count > maxProperties)
      ok = refuse(run, 'maxProperties', `must have at most ${maxProperties} ${membersOf(maxProperties)}`)
    return hasDependent ? requireDependent(value, dependentRequired, run) && ok : ok
  }
}

function membersOf(count: number): string {
  return count === 1 ? 'member' : 'members'
}

export function hasMember(value: PlainObject, name: string): boolean {
  return Object.hasOwn(value, name) && value[name] !== undefined
}

function refuseMissing(value: PlainObject, required: readonly string[], run: Run): false {
  for (const name of required) if (!hasMember(value, name)) refuse(run, 'required', 'is required', name)
  return false
}

function requireDependent(
  value: PlainObject,
  dependent: ObjectRules['dependentRequired'],
  run: Run,
): boolean {
  let ok = true
  for (const [name, needed] of dependent) {
    if (!hasMember(value, name)) continue
    for (const other of needed) {
      if (hasMember(value, other)) continue
      ok = refuse(run, 'dependentRequired', `is required beside ${JSON.stringify(name)}`, other)
    }
  }
  return ok
}

function refuseName(names: Check, name: string, run: Run): false {
  const [finding] = run.quiet ? [] : roughFindingsOf(names, name, run)
  return refuse(run, 'propertyNames', `has a name that ${finding?.detail ?? 'is not accepted'}`)
}

/** Keywords that hold for the whole object where it has a certain member (core, section 10.2.2.4). */
export function compileDependentSchemas(schemas: readonly (readonly [string, Check])[]): Check {
  return (value, run, seen) => {
    if (!isPlainObject(value)) return true
    let ok = true
    for (const [name, check] of schemas) {
      if (!hasMember(value, name) || check(value, run, seen)) continue
      ok = false
      if (!goesOn(run)) return false
    }
    return ok
  }
}

/** Core, section 11: `inner` is everything else that the schema says. */
export function compileUnevaluatedProperties(inner: Check, rest: Check | false, undeclared: string): Check {
  return (value, run, outer) => {
    if (!isPlainObject(value)) return inner(value, run, outer)
    const seen = createSeen()
    let ok = inner(value, run, seen)
    if (!ok && (seen.unsure || !goesOn(run))) return false
    let mark = run.found.length
    for (const name of seen.allMembers ? [] : Object.keys(value)) {
      const member = value[name]
      if (member === undefined || seen.members.has(name)) continue
      if (rest ? rest(member, run) : refuse(run, 'unevaluatedProperties', undeclared)) continue
      ok = false
      prefixFrom(run, mark, name)
      mark = run.found.length
      if (!goesOn(run)) return false
    }
    if (outer) {
      addSeen(outer, seen)
      outer.allMembers = true
    }
    return ok
  }
}
