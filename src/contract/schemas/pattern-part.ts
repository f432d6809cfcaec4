/*
 * What an automaton needs to know of a stretch of a regular expression, and of two of them: one behind the other, or either of
 * them.
 */

/** By state: in how many ways it is reached (2 stands for several). */
export type Ways = ReadonlyMap<number, number>

/** A stretch. Where it can match nothing it is passed by in so many ways. */
export interface Part {
  /** Its first states: `start` where the text starts, `any` where something came before. */
  readonly first: Readonly<Record<'any' | 'start', Ways>>
  /** Its last states: `end` where the text ends, `free` where nothing is asked of what follows. */
  readonly last: Readonly<Record<'any' | 'end' | 'free', Ways>>
  readonly empty: Readonly<Record<'any' | 'start' | 'end' | 'free', number>>
  /** Characters it takes at most. */
  readonly longest: number
}

export const none: Ways = new Map()

export const nothing: Part = {
  first: { any: none, start: none },
  last: { any: none, end: none, free: none },
  empty: { any: 1, start: 1, end: 1, free: 1 },
  longest: 0,
}

/** Takes at least a character. */
export const never: Part['empty'] = { any: 0, start: 0, end: 0, free: 0 }

export const atStart: Part = { ...nothing, empty: { any: 0, start: 1, end: 0, free: 0 } }
export const atEnd: Part = { ...nothing, empty: { any: 0, start: 0, end: 1, free: 0 } }
/** Holds or not, by what stands around it. */
export const asserted: Part = { ...nothing, empty: { any: 1, start: 1, end: 0, free: 0 } }

/** What it looks at is gone through and left again: a branch that leads nowhere. */
export function lookedAround({ first, longest }: Part): Part {
  return { ...asserted, first, longest }
}

export function followed(before: Part, after: Part): Part {
  const first = (at: 'any' | 'start'): Ways => joined(before.first[at], after.first[at], before.empty[at])
  const last = (at: 'any' | 'end' | 'free'): Ways => joined(after.last[at], before.last[at], after.empty[at])
  const empty = (at: 'any' | 'start' | 'end' | 'free'): number =>
    Math.min(before.empty[at] * after.empty[at], 2)
  return {
    first: { any: first('any'), start: first('start') },
    last: { any: last('any'), end: last('end'), free: last('free') },
    empty: { any: empty('any'), start: empty('start'), end: empty('end'), free: empty('free') },
    longest: before.longest + after.longest,
  }
}

export function either(one: Part, other: Part): Part {
  const first = (at: 'any' | 'start'): Ways => joined(one.first[at], other.first[at], 1)
  const last = (at: 'any' | 'end' | 'free'): Ways => joined(one.last[at], other.last[at], 1)
  const empty = (at: 'any' | 'start' | 'end' | 'free'): number => Math.min(one.empty[at] + other.empty[at], 2)
  return {
    first: { any: first('any'), start: first('start') },
    last: { any: last('any'), end: last('end'), free: last('free') },
    empty: { any: empty('any'), start: empty('start'), end: empty('end'), free: empty('free') },
    longest: Math.max(one.longest, other.longest),
  }
}

export function addWays(ways: Map<number, number>, target: number, more: number): void {
  ways.set(target, Math.min((ways.get(target) ?? 0) + more, 2))
}

function joined(one: Ways, other: Ways, times: number): Ways {
  if (times === 0 || other.size === 0) return one
  const ways = new Map(one)
  for (const [target, more] of other) addWays(ways, target, more * times)
  return ways
}
