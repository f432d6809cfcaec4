import { RegExpParser, type AST } from '@eslint-community/regexpp'
import {
  addWays,
  asserted,
  atEnd,
  atStart,
  either,
  followed,
  lookedAround,
  never,
  none,
  nothing,
  type Part,
  type Ways,
} from './pattern-part.js'

/*
 * A regular expression as an automaton whose states are the places in it that take a character (Glushkov's construction). Edges
 * count in how many ways an engine that backtracks can go from one place to the next: several ways are several times the work.
 */

export interface Automaton {
  /** By state: the characters it takes, as bits over a sample of characters. */
  readonly takes: readonly bigint[]
  /** The whole sample. */
  readonly everything: bigint
  /** By state: the states that may come next, and in how many ways (2 stands for several). */
  readonly next: readonly Ways[]
  /** States after which the expression has matched, whatever follows. */
  readonly accepting: ReadonlySet<number>
  /** States after which it has matched where the text ends. */
  readonly ending: ReadonlySet<number>
  /** The stretches of states that repeat, and how many characters such a stretch can take at most. */
  readonly loops: readonly { readonly from: number; readonly to: number; readonly longest: number }[]
  /** Whether something that can match nothing has to be repeated: each time is another choice. */
  readonly hasEmptyRepeats: boolean
}

/** Expressions beyond this many states are not looked into. */
const stateLimit = 1_000

/** Rounds of a repeat that are as bad as any number. */
const manyTimes = 8

/** Repeats that take no more states than this are written out; of others the count is forgotten. */
const writtenOut = 16

export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/** Throws `TooLargeError` where an expression has more places than can be looked into. */
export function buildAutomaton(regexp: RegExp): Automaton {
  const { alternatives } = new RegExpParser().parsePattern(regexp.source, 0, regexp.source.length, {
    unicode: regexp.unicode,
  })
  const sample = sampleOf(regexp)
  const everything = (1n << BigInt(sample.length)) - 1n
  const known = new Map<string, bigint>()
  const takes: bigint[] = []
  const next: Map<number, number>[] = []
  const loops: { from: number; to: number; longest: number }[] = []
  let hasEmptyRepeats = false

  const takenBy = (raw: string): bigint => {
    let bits = known.get(raw)
    if (bits === undefined) {
      const one = new RegExp(`^(?:${raw})$`, regexp.flags)
      bits = sample.reduce((found, text, bit) => (one.test(text) ? found | (1n << BigInt(bit)) : found), 0n)
      known.set(raw, bits)
    }
    return bits
  }

  const single = (set: bigint): Part => {
    if (takes.length === stateLimit) throw new TooLargeError(`more than ${stateLimit} places`)
    next.push(new Map())
    const state: Ways = new Map([[takes.push(set) - 1, 1]])
    return {
      first: { any: state, start: state },
      last: { any: state, end: state, free: state },
      empty: never,
      longest: 1,
    }
  }

  const connect = (sources: Ways, targets: Ways): void => {
    for (const [source, ways] of sources)
      for (const [target, more] of targets) addWays(next[source] as Map<number, number>, target, ways * more)
  }

  const sequence = (parts: readonly Part[]): Part =>
    parts.reduce((before, after) => {
      connect(before.last.any, after.first.any)
      return followed(before, after)
    }, nothing)

  const group = (branches: readonly AST.Alternative[]): Part =>
    branches.map(({ elements }) => sequence(elements.map(element))).reduce(either)

  const element = (node: AST.Element): Part => {
    switch (node.type) {
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass':
        return single(takenBy(node.raw))
      case 'Group':
      case 'CapturingGroup':
        return group(node.alternatives)
      case 'Quantifier':
        return repeat(node)
      case 'Backreference':
        return repeated()
      case 'Assertion':
        if ('alternatives' in node) return lookedAround(group(node.alternatives))
        return node.kind === 'start' ? atStart : node.kind === 'end' ? atEnd : asserted
    }
  }

  /** Any number of times, up to `limit` that is only remembered. Rounds that match nothing end it (ECMA-262 22.2.2.3.1). */
  const star = (make: () => Part, limit: number): Part => {
    const from = takes.length
    const body = make()
    connect(body.last.any, body.first.any)
    const longest = body.longest === 0 ? 0 : limit * body.longest
    loops.push({ from, to: takes.length, longest })
    return { ...body, empty: nothing.empty, longest }
  }

  /** What a reference back repeats is known only when the text is: nearly anything, of any length, and it may not be there. */
  const repeated = (): Part => {
    const part = star(() => single(everything ^ 1n), Infinity)
    return { ...part, last: { ...part.last, free: none }, empty: asserted.empty }
  }

  const repeat = ({ min, max, element: node }: AST.Quantifier): Part => {
    const make = (): Part => element(node)
    if (max === 0) return nothing
    const { size, isStraight, canBeEmpty } = measure(node)
    if (canBeEmpty && min >= manyTimes) hasEmptyRepeats = true
    const isFewTimes =
      max === 1 || max * size <= writtenOut || (max === min && (isStraight || max < manyTimes))
    if (max === Infinity ? isStraight || min * size <= writtenOut : isFewTimes)
      return writeOut(make, min, max)
    const body = star(make, max)
    return min === 0 || canBeEmpty ? body : { ...body, empty: never }
  }

  const writeOut = (make: () => Part, min: number, max: number): Part => {
    const times = (count: number): readonly Part[] => Array.from({ length: count }, make)
    if (max === Infinity) {
      const required = times(Math.max(0, min - 1))
      const rest = star(make, Infinity)
      return sequence([...required, min === 0 ? rest : { ...rest, empty: never }])
    }
    const required = times(min)
    // Nested, as an engine sees it: a further round only after the one before.
    const optional = times(max - min).reduceRight(
      (inner, round) => ({ ...sequence([round, inner]), empty: nothing.empty }),
      nothing,
    )
    return sequence([...required, optional])
  }

  const whole = group(alternatives)
  // An expression that is not anchored is tried from every character: a loop in front of it.
  if (whole.first.any.size > 0) {
    const search = single(everything)
    const [from = 0] = search.first.any.keys()
    loops.push({ from, to: from + 1, longest: Infinity })
    connect(search.last.any, search.first.any)
    connect(search.last.any, whole.first.any)
  }
  const accepting = new Set(whole.last.free.keys())
  return {
    takes,
    everything,
    next,
    accepting,
    ending: new Set(whole.last.end.keys()),
    loops,
    hasEmptyRepeats,
  }
}

/** How many characters of text a node has places for, whether it is a mere sequence, and whether it can match nothing. */
function measure(node: AST.Element): { size: number; isStraight: boolean; canBeEmpty: boolean } {
  switch (node.type) {
    case 'Assertion':
      return { size: 0, isStraight: true, canBeEmpty: true }
    case 'Group':
    case 'CapturingGroup': {
      const branches = node.alternatives.map(({ elements }) => elements.map(measure))
      return {
        size: branches.flat().reduce((sum, { size }) => sum + size, 0),
        isStraight: branches.length === 1 && branches.flat().every(({ isStraight }) => isStraight),
        canBeEmpty: branches.some((parts) => parts.every(({ canBeEmpty }) => canBeEmpty)),
      }
    }
    case 'Quantifier': {
      const { size, isStraight, canBeEmpty } = measure(node.element)
      return {
        size: size * (node.max === Infinity ? Math.max(node.min, 1) : node.max),
        isStraight: isStraight && node.min === node.max,
        canBeEmpty: canBeEmpty || node.min === 0,
      }
    }
    case 'Backreference':
      return { size: 1, isStraight: false, canBeEmpty: true }
    default:
      return { size: 1, isStraight: true, canBeEmpty: false }
  }
}

/** Characters among which any two sets of an expression that overlap have one in common: ASCII, some others, every boundary. */
function sampleOf({ source, unicode }: RegExp): readonly string[] {
  const points = new Set(Array.from({ length: 128 }, (_, point) => point))
  for (const text of ['\u00a0éßİΩЖא٠中\u2028\u3000０\ufeff', unicode ? '\u{1f600}\u{10ffff}' : '', source]) {
    for (const character of text) points.add(character.codePointAt(0) ?? 0)
  }
  for (const [, hex = ''] of source.matchAll(/\\(?:u\{?|x)([0-9a-fA-F]{2,6})/g)) points.add(parseInt(hex, 16))
  const near = [...points].flatMap((point) => [point - 1, point, point + 1])
  const top = unicode ? 0x10ffff : 0xffff
  return [...new Set(near)]
    .filter((point) => point >= 0 && point <= top)
    .map((point) => String.fromCodePoint(point))
}
