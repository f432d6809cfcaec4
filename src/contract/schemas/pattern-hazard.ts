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
  const edges = failingEdges(automaton)
  const loops = loopsOf(automaton, edges)
  const doubling = loops.filter(({ states }) => isAmbiguous(automaton, edges, states, budget))
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
  const chain = longestChain(edges, loops, budget)
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

/** By state: the states that may come next, and for which characters, as long as the expression has not matched. */
type Edges = readonly ReadonlyMap<number, bigint>[]

/**
 * An engine goes back only where what it has found does not match in the end, so that a text that does harm leads past every
 * place where the expression would have matched.
 */
function failingEdges({ takes, everything, next, accepting, ending }: Automaton): Edges {
  const takesRest = (state: number): boolean =>
    takes[state] === everything &&
    next[state]?.has(state) === true &&
    (ending.has(state) || accepting.has(state))
  return next.map((targets, state) => {
    const states = [...targets.keys()]
    if (accepting.has(state) || (ending.has(state) && [state, ...states].some(takesRest))) return new Map()
    const matching = states.reduce((set, to) => (accepting.has(to) ? set | (takes[to] ?? 0n) : set), 0n)
    const failing = states.map((to) => [to, (takes[to] ?? 0n) & ~matching] as const)
    return new Map(failing.filter(([, set]) => set !== 0n))
  })
}

/** The strongly connected components that have an edge (Tarjan). */
function loopsOf(automaton: Automaton, edges: Edges): readonly Loop[] {
  const order = new Map<number, number>()
  const low = new Map<number, number>()
  const open: number[] = []
  const found: Loop[] = []
  const visit = (state: number): void => {
    order.set(state, order.size)
    low.set(state, order.size - 1)
    open.push(state)
    for (const target of edges[state]?.keys() ?? []) {
      if (!order.has(target)) visit(target)
      if (open.includes(target)) low.set(state, Math.min(low.get(state) ?? 0, low.get(target) ?? 0))
    }
    if (low.get(state) !== order.get(state)) return
    const states = new Set(open.splice(open.indexOf(state)))
    if (states.size === 1 && !edges[state]?.has(state)) return
    const around = automaton.loops.filter(({ from, to }) =>
      [...states].every((one) => one >= from && one < to),
    )
    const outermost = around.sort((a, b) => b.to - b.from - (a.to - a.from))[0]
    found.push({ states, longest: outermost?.longest ?? Infinity })
  }
  for (let state = 0; state < edges.length; state++) if (!order.has(state)) visit(state)
  return found
}

/** Whether some text leads from a state of the loop back to it in two ways. */
function isAmbiguous(
  { next }: Automaton,
  edges: Edges,
  states: ReadonlySet<number>,
  budget: Budget,
): boolean {
  for (const state of states)
    for (const target of edges[state]?.keys() ?? [])
      if (states.has(target) && (next[state]?.get(target) ?? 0) > 1) return true
  const [start = 0] = states
  // In a strongly connected component any state will do to start from.
  const within = [states, states]
  const split = reach([[start, start]], edges, within, budget).filter(([a, b]) => a !== b)
  return reach(split, edges, within, budget).some(([a, b]) => a === b)
}

type Tuple = readonly number[]

/** The tuples of states that one text leads to, each state within its set. */
function reach(
  from: readonly Tuple[],
  edges: Edges,
  within: readonly (ReadonlySet<number> | undefined)[],
  budget: Budget,
): readonly Tuple[] {
  const known = new Map(from.map((tuple) => [tuple.join(), tuple]))
  const step = (tuple: Tuple, place: number, common: bigint, reached: Tuple): void => {
    if (place === tuple.length) {
      if (--budget.left < 0) throw new TooLargeError('too many tuples of states')
      const key = reached.join()
      if (!known.has(key)) known.set(key, reached)
      return
    }
    for (const [to, set] of edges[tuple[place] ?? 0] ?? []) {
      if ((common & set) !== 0n && (within[place]?.has(to) ?? true))
        step(tuple, place + 1, common & set, [...reached, to])
    }
  }
  for (const tuple of known.values()) step(tuple, 0, -1n, [])
  return [...known.values()]
}

/** The longest row of loops each of which can share its text with the next. */
function longestChain(edges: Edges, loops: readonly Loop[], budget: Budget): readonly Loop[] {
  const known = new Map<Loop, readonly Loop[]>()
  const from = (loop: Loop): readonly Loop[] => {
    const found = known.get(loop)
    if (found) return found
    const chains = loops
      .filter((other) => other !== loop && sharesText(edges, loop, other, budget))
      .map((other) => [loop, ...from(other)])
    const longest = worst([[loop], ...chains])
    known.set(loop, longest)
    return longest
  }
  return worst(loops.map(from))
}

function worst(chains: readonly (readonly Loop[])[]): readonly Loop[] {
  const costs = chains.map((chain) => stepsPerCharacter(chain, harmlessSteps) * 10 + chain.length)
  return chains[costs.indexOf(Math.max(...costs))] ?? []
}

/** Whether one text leads around the first loop, from it to the second, and around the second. */
function sharesText(edges: Edges, one: Loop, other: Loop, budget: Budget): boolean {
  const [from = 0] = one.states
  const reachable = reach([[from]], edges, [undefined], budget).map(([state]) => state)
  if (!reachable.some((state) => other.states.has(state as number))) return false
  for (const start of one.states) {
    for (const end of other.states) {
      const tuples = reach([[start, start, end]], edges, [one.states, undefined, other.states], budget)
      if (tuples.some(([a, b, c]) => a === start && b === end && c === end)) return true
    }
  }
  return false
}
