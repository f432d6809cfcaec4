import { buildAutomaton, TooLargeError, type Automaton } from './pattern-automaton.js'

/*
 * Whether a text can make an engine that backtracks work far longer than the text is long: where a loop can be gone through
 * in two ways with the same text the work doubles with each round; where two loops can share a text it grows with a power
 * of its length. (Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers by Using
 * Ambiguity of NFA", 2016.) Both need a text that in the end does not match.
 */

export interface Hazard {
  readonly message: string
  /** Whether texts of at most that many characters are too short to do harm. */
  readonly isHarmlessUpTo: (length: number) => boolean
}

/** Steps for each character of a text that are no hazard. */
const harmlessSteps = 256

/** Pairs of states that are looked at before an expression counts as too large to be shown safe. */
const pairLimit = 500_000

export function findHazard(regexp: RegExp): Hazard | undefined {
  // Nothing repeats, so nothing can be gone through twice.
  if (!/[*+{]/.test(regexp.source)) return undefined
  try {
    return hazardOf(buildAutomaton(regexp), { left: pairLimit })
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error
    return {
      message:
        'the expression is too large to be shown safe: shorten it, or warn of this class of defects only',
      isHarmlessUpTo: (length) => length <= harmlessSteps,
    }
  }
}

interface Budget {
  left: number
}

function hazardOf(automaton: Automaton, budget: Budget): Hazard | undefined {
  const loops = loopsOf(automaton)
  const harmful = loops.filter(({ states }) => ![...states].some((state) => mustSucceed(automaton, state)))
  const doubling = harmful.filter(({ states }) => isAmbiguous(automaton, states, budget))
  if (doubling.length > 0 || automaton.hasEmptyRepeats) {
    const longest = automaton.hasEmptyRepeats ? Infinity : Math.max(...doubling.map((loop) => loop.longest))
    const shortest = Math.log2(harmlessSteps)
    if (longest > shortest)
      return {
        message:
          'a text can make the expression take time that doubles with every character: let no two of its repeats match the same text',
        isHarmlessUpTo: (length) => length <= shortest,
      }
  }
  const chain = longestChain(automaton, harmful, budget)
  if (chain.length > 1 && stepsPerCharacter(chain, Infinity) > harmlessSteps)
    return {
      message: `a text can make the expression take time that grows with its length to the power of ${chain.length}: let no two of its repeats match the same text (a start that is not anchored repeats too), or set a \`maxLength\``,
      isHarmlessUpTo: (length) => stepsPerCharacter(chain, length) <= harmlessSteps,
    }
  return undefined
}

/** Each loop of a chain but one costs as many tries as it can have rounds. */
function stepsPerCharacter(chain: readonly Loop[], length: number): number {
  const rounds = chain.map(({ longest }) => Math.min(longest, length)).sort((a, b) => a - b)
  return rounds.slice(0, -1).reduce((product, each) => product * each, 1)
}

interface Loop {
  readonly states: ReadonlySet<number>
  readonly longest: number
}

/** The strongly connected components that have an edge (Tarjan). */
function loopsOf(automaton: Automaton): readonly Loop[] {
  const order = new Map<number, number>()
  const low = new Map<number, number>()
  const open: number[] = []
  const found: Loop[] = []
  const visit = (state: number): void => {
    order.set(state, order.size)
    low.set(state, order.size - 1)
    open.push(state)
    for (const target of automaton.next[state]?.keys() ?? []) {
      if (!order.has(target)) visit(target)
      if (open.includes(target)) low.set(state, Math.min(low.get(state) ?? 0, low.get(target) ?? 0))
    }
    if (low.get(state) !== order.get(state)) return
    const states = new Set(open.splice(open.indexOf(state)))
    if (states.size === 1 && !automaton.next[state]?.has(state)) return
    const around = automaton.loops.filter(({ from, to }) =>
      [...states].every((one) => one >= from && one < to),
    )
    const outermost = around.sort((a, b) => b.to - b.from - (a.to - a.from))[0]
    found.push({ states, longest: outermost?.longest ?? Infinity })
  }
  for (let state = 0; state < automaton.takes.length; state++) if (!order.has(state)) visit(state)
  return found
}

/** Whether the expression matches whatever follows this state: then nothing makes the engine go back. */
function mustSucceed(automaton: Automaton, state: number): boolean {
  const { accepting, ending, next, takes, everything } = automaton
  if (accepting.has(state)) return true
  const takesAll = (each: number): boolean =>
    takes[each] === everything && next[each]?.has(each) === true && (ending.has(each) || accepting.has(each))
  return ending.has(state) && [state, ...(next[state]?.keys() ?? [])].some(takesAll)
}

/** Whether some text leads from a state of the loop back to it in two ways. */
function isAmbiguous({ next, takes }: Automaton, states: ReadonlySet<number>, budget: Budget): boolean {
  for (const state of states)
    for (const [target, ways] of next[state] ?? []) if (ways > 1 && states.has(target)) return true
  const within = (state: number): readonly number[] =>
    [...(next[state]?.keys() ?? [])].filter((to) => states.has(to))
  const step = ([a, b]: readonly number[]): readonly (readonly number[])[] =>
    within(a as number).flatMap((one) =>
      within(b as number).flatMap((other) => (overlap(takes, one, other) ? [[one, other]] : [])),
    )
  const [start] = states
  // In a strongly connected component any state will do to start from.
  const forward = reach([[start as number, start as number]], step, budget)
  const split = forward.filter(([a, b]) => a !== b)
  const back = reach(split, step, budget)
  return back.some(([a, b]) => a === b)
}

function overlap(takes: readonly bigint[], ...states: readonly number[]): boolean {
  return states.reduce((common, state) => common & (takes[state] ?? 0n), -1n) !== 0n
}

function reach(
  from: readonly (readonly number[])[],
  step: (tuple: readonly number[]) => readonly (readonly number[])[],
  budget: Budget,
): readonly (readonly number[])[] {
  const known = new Map(from.map((tuple) => [tuple.join(), tuple]))
  for (const tuple of known.values()) {
    for (const next of step(tuple)) {
      if (--budget.left < 0) throw new TooLargeError('too many pairs')
      const key = next.join()
      if (!known.has(key)) known.set(key, next)
    }
  }
  return [...known.values()]
}

/** The longest row of loops each of which can share its text with the next. */
function longestChain(automaton: Automaton, loops: readonly Loop[], budget: Budget): readonly Loop[] {
  const known = new Map<Loop, readonly Loop[]>()
  const from = (loop: Loop): readonly Loop[] => {
    const found = known.get(loop)
    if (found) return found
    let best: readonly Loop[] = [loop]
    for (const other of loops) {
      if (other === loop || !sharesText(automaton, loop, other, budget)) continue
      const chain = [loop, ...from(other)]
      const isWorse =
        stepsPerCharacter(chain, Infinity) > stepsPerCharacter(best, Infinity) || chain.length > best.length
      if (isWorse) best = chain
    }
    known.set(loop, best)
    return best
  }
  return loops
    .map(from)
    .reduce<readonly Loop[]>((best, chain) => (chain.length > best.length ? chain : best), [])
}

/** Whether one text leads around the first loop, from it to the second, and around the second. */
function sharesText(automaton: Automaton, one: Loop, other: Loop, budget: Budget): boolean {
  const { next, takes } = automaton
  const [from] = one.states
  if (!leadsTo(automaton, from as number, other.states)) return false
  const successors = (state: number, within?: ReadonlySet<number>): readonly number[] =>
    [...(next[state]?.keys() ?? [])].filter((to) => within?.has(to) ?? true)
  const step = ([a, b, c]: readonly number[]): readonly (readonly number[])[] =>
    successors(a as number, one.states).flatMap((first) =>
      successors(b as number).flatMap((between) =>
        overlap(takes, first, between)
          ? successors(c as number, other.states).flatMap((last) =>
              overlap(takes, first, between, last) ? [[first, between, last]] : [],
            )
          : [],
      ),
    )
  for (const start of one.states) {
    for (const end of other.states) {
      const reached = reach([[start, start, end]], step, budget)
      if (reached.some(([a, b, c], index) => index > 0 && a === start && b === end && c === end)) return true
    }
  }
  return false
}

function leadsTo({ next }: Automaton, from: number, targets: ReadonlySet<number>): boolean {
  const known = new Set([from])
  for (const state of known) for (const to of next[state]?.keys() ?? []) known.add(to)
  return [...targets].some((target) => known.has(target))
}
