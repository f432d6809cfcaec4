import { firstEqualPair } from './canonical.js'
import { addSeen, anything, createSeen, fits, goesOn, prefixFrom, refuse, type Check } from './evaluation.js'

/* JSON Schema 2020-12 core, section 10.3.1, and validation, section 6.4: what is said of arrays. */

export interface ArrayRules {
  readonly prefixItems: readonly Check[]
  /** For the items that the above leave. */
  readonly items?: Check
  readonly contains?: Check
  readonly minContains?: number
  readonly maxContains?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems: boolean
}

export function compileArray(rules: ArrayRules, otherwise: Check = anything): Check {
  const { prefixItems, items, uniqueItems, minItems = 0, maxItems = Infinity } = rules
  const prefix = prefixItems.length
  const rest = items === anything ? undefined : items
  const contains = rules.contains && compileContains(rules.contains, rules)
  const tooFew = `must have at least ${minItems} ${itemsOf(minItems)}`
  const tooMany = `must have at most ${maxItems} ${itemsOf(maxItems)}`

  return (value, run, seen) => {
    if (!Array.isArray(value)) return otherwise(value, run)
    const list = value as readonly unknown[]
    // Counted first: an array that is too long is not looked through.
    if (list.length > maxItems) return refuse(run, 'maxItems', tooMany)
    let ok = list.length >= minItems || refuse(run, 'minItems', tooFew)
    if (!ok && !goesOn(run)) return false
    let mark = run.found.length
    const end = rest ? list.length : Math.min(prefix, list.length)
    for (let index = 0; index < end; index++) {
      const check = index < prefix ? prefixItems[index] : rest
      if (!check || check(list[index], run)) continue
      ok = false
      prefixFrom(run, mark, index)
      mark = run.found.length
      if (!goesOn(run)) return false
    }
    if (seen) {
      if (items) seen.allItems = true
      else for (let index = 0; index < end; index++) seen.items.add(index)
    }
    if (contains && !contains(list, run, seen)) ok = false
    if (uniqueItems && (ok || goesOn(run))) {
      const pair = firstEqualPair(list)
      if (pair)
        ok = refuse(run, 'uniqueItems', `must have no equal items, but ${pair[0]} and ${pair[1]} are equal`)
    }
    return ok
  }
}

function itemsOf(count: number): string {
  return count === 1 ? 'item' : 'items'
}

function compileContains(check: Check, { minContains = 1, maxContains = Infinity }: ArrayRules): Check {
  const tooFew = `must have at least ${minContains} ${itemsOf(minContains)} of the kind that \`contains\` describes`
  const tooMany = `must have at most ${maxContains} ${itemsOf(maxContains)} of the kind that \`contains\` describes`
  return (value, run, seen) => {
    const list = value as readonly unknown[]
    let count = 0
    for (let index = 0; index < list.length; index++) {
      if (!fits(check, list[index], run)) continue
      count++
      seen?.items.add(index)
      if (count > maxContains) return refuse(run, 'maxContains', tooMany)
      if (!seen && count >= minContains && maxContains === Infinity) return true
    }
    return count >= minContains || refuse(run, minContains === 1 ? 'contains' : 'minContains', tooFew)
  }
}

/** Core, section 11: `inner` is everything else that the schema says. */
export function compileUnevaluatedItems(inner: Check, rest: Check | false): Check {
  return (value, run, outer) => {
    if (!Array.isArray(value)) return inner(value, run, outer)
    const list = value as readonly unknown[]
    const seen = createSeen()
    let ok = inner(value, run, seen)
    if (!ok && (seen.unsure || !goesOn(run))) return false
    let mark = run.found.length
    for (let index = 0; !seen.allItems && index < list.length; index++) {
      if (seen.items.has(index)) continue
      if (rest ? rest(list[index], run) : refuse(run, 'unevaluatedItems', 'is one item too many')) continue
      ok = false
      prefixFrom(run, mark, index)
      mark = run.found.length
      if (!goesOn(run)) return false
    }
    if (outer) {
      addSeen(outer, seen)
      outer.allItems = true
    }
    return ok
  }
}
