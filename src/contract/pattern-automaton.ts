import { RegExpParser, type AST } from '@eslint-community/regexpp'

/*
 * A regular expression as an automaton whose states are the places in it that take a character (Glushkov's construction). Edges
 * count how many ways an engine that backtracks can go from one place to the next: several ways are several times the work.
 */

export interface Automaton {
  /** By state: the characters it takes, as bits over a sample of characters. */
  readonly takes: readonly bigint[]
  /** By state: the states that may come next, and in how many ways (2 stands for several). */
  readonly next: readonly Ways[]
  readonly first: Ways
  /** States after which the expression has matched, whatever follows. */
  readonly accepting: ReadonlySet<number>
  /** States after which it has matched where the text ends. */
  readonly ending: ReadonlySet<number>
  /** The stretches of states that repeat, and how many characters such a stretch can take at most. */
  readonly loops: readonly { readonly from: number; readonly to: number; readonly longest: number }[]
  /** An empty stretch that has to be repeated: each time is another choice. */
  readonly hasEmptyRepeats: boolean
  /** What looks ahead or behind, and whether it does so from more than one place. */
  readonly lookarounds: readonly { readonly automaton: Automaton; readonly isRepeated: boolean }[]
}

export type Ways = ReadonlyMap<number, number>

/** Expressions beyond this many states are not looked into. */
const stateLimit = 1_000

/** Repeats that take no more states than this are written out; of others the count is forgotten. */
const writtenOut = 16

interface Part {
  readonly first: Map<number, number>
  readonly last: Map<number, number>
  /** Ways to match nothing. */
  readonly empty: number
  /** Characters it takes at most. */
  readonly longest: number
}

export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/** Throws `TooLargeError` where an expression has more places than can be looked into. */
export function buildAutomaton(regexp: RegExp): Automaton {
  const pattern = new RegExpParser().parsePattern(regexp.source, 0, regexp.source.length, {
    unicode: regexp.unicode,
  })
  return createBuilder(regexp).build(pattern.alternatives, 'anywhere')
}

function createBuilder(regexp: RegExp): {
  build(alternatives: readonly AST.Alternative[], from: 'anywhere' | 'here'): Automaton
} {
  const sample = sampleOf(regexp)
  const known = new Map<string, bigint>()

  const takenBy = (raw: string): bigint => {
    let bits = known.get(raw)
    if (bits === undefined) {
      const one = new RegExp(`^(?:${raw})$`, regexp.flags)
      bits = sample.reduce(
        (found, character, bit) => (one.test(character) ? found | (1n << BigInt(bit)) : found),
        0n,
      )
      known.set(raw, bits)
    }
    return bits
  }
  const everything = (1n << BigInt(sample.length)) - 1n

  const build = (alternatives: readonly AST.Alternative[], from: 'anywhere' | 'here'): Automaton => {
    const takes: bigint[] = []
    const next: Map<number, number>[] = []
    const loops: { from: number; to: number; longest: number }[] = []
    const lookarounds: { automaton: Automaton; isRepeated: boolean }[] = []
    let hasEmptyRepeats = false
    let repeats = 0

    const state = (set: bigint): number => {
      if (takes.length === stateLimit) throw new TooLargeError(`more than ${stateLimit} places`)
      next.push(new Map())
      return takes.push(set) - 1
    }
    const connect = (sources: Ways, targets: Ways): void => {
      for (const [source, ways] of sources)
        for (const [target, more] of targets)
          addWays(next[source] as Map<number, number>, target, ways * more)
    }

    const single = (set: bigint): Part => {
      const ways = [[state(set), 1]] as const
      return { first: new Map(ways), last: new Map(ways), empty: 0, longest: 1 }
    }
    const nothing = (): Part => ({ first: new Map(), last: new Map(), empty: 1, longest: 0 })

    const sequence = (parts: readonly Part[]): Part =>
      parts.reduce((before, after) => {
        connect(before.last, after.first)
        return {
          first: joined(before.first, after.first, before.empty),
          last: joined(after.last, before.last, after.empty),
          empty: several(before.empty * after.empty),
          longest: before.longest + after.longest,
        }
      }, nothing())

    const choice = (parts: readonly Part[]): Part =>
      parts.reduce((one, other) => ({
        first: joined(one.first, other.first, 1),
        last: joined(one.last, other.last, 1),
        empty: several(one.empty + other.empty),
        longest: Math.max(one.longest, other.longest),
      }))

    const group = (branches: readonly AST.Alternative[]): Part =>
      choice(branches.map(({ elements }) => sequence(elements.map(element))))

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
          // What it repeats is known only when the text is: anything, of any length.
          return star(() => single(everything), Infinity)
        case 'Assertion':
          if (node.kind === 'lookahead' || node.kind === 'lookbehind')
            lookarounds.push({
              automaton: build(node.alternatives, 'here'),
              isRepeated: repeats > 0 || (from === 'anywhere' && !isAnchored(alternatives)),
            })
          return nothing()
      }
    }

    /** Any number of times, up to `limit` that is only remembered. Rounds that match nothing end it (ECMA-262 22.2.2.3.1). */
    const star = (make: () => Part, limit: number): Part => {
      const start = takes.length
      repeats++
      const body = make()
      repeats--
      connect(body.last, body.first)
      loops.push({ from: start, to: takes.length, longest: body.longest === 0 ? 0 : limit * body.longest })
      return { ...body, empty: 1, longest: limit * body.longest || 0 }
    }

    const repeat = ({ min, max, element: node }: AST.Quantifier): Part => {
      const make = (): Part => element(node)
      if (max === 0) return nothing()
      if (max === 1) {
        const body = make()
        return min === 1 ? body : { ...body, empty: 1 }
      }
      const { size, isStraight, canBeEmpty } = measure(node)
      if (canBeEmpty && min >= 8) hasEmptyRepeats = true
      const isSmall = max * size <= writtenOut || (max === min && (isStraight || max < 8))
      if (max === Infinity ? min * size <= writtenOut || isStraight : isSmall) return writeOut(make, min, max)
      const body = star(make, max)
      return { ...body, empty: min === 0 || canBeEmpty ? 1 : 0 }
    }

    const writeOut = (make: () => Part, min: number, max: number): Part => {
      if (max === Infinity) {
        const required = Array.from({ length: Math.max(0, min - 1) }, make)
        const rest = star(make, Infinity)
        return sequence([...required, min === 0 ? rest : { ...rest, empty: 0 }])
      }
      const required = Array.from({ length: min }, make)
      let optional = nothing()
      for (let count = min; count < max; count++) {
        // Nested, as an engine sees it: a further round only after the one before.
        optional = { ...sequence([make(), optional]), empty: 1 }
      }
      return sequence([...required, optional])
    }

    const first = new Map<number, number>()
    const accepting = new Set<number>()
    const ending = new Set<number>()
    const search = from === 'anywhere' && !isAnchored(alternatives) ? state(everything) : undefined
    if (search !== undefined) {
      next[search]?.set(search, 1)
      loops.push({ from: search, to: search + 1, longest: Infinity })
      first.set(search, 1)
    }
    for (const alternative of alternatives) {
      const part = sequence(alternative.elements.map(element))
      for (const [target, ways] of part.first) addWays(first, target, ways)
      if (search !== undefined && !isAnchored([alternative])) connect(new Map([[search, 1]]), part.first)
      const isEnding = endsAtEnd(alternative)
      for (const last of part.last.keys()) (isEnding ? ending : accepting).add(last)
    }
    return { takes, next, first, accepting, ending, loops, hasEmptyRepeats, lookarounds }
  }
  return { build }
}

function several(ways: number): number {
  return Math.min(ways, 2)
}

function addWays(ways: Map<number, number>, target: number, more: number): void {
  ways.set(target, several((ways.get(target) ?? 0) + more))
}

function joined(one: Ways, other: Ways, times: number): Map<number, number> {
  const ways = new Map(one)
  if (times > 0) for (const [target, more] of other) addWays(ways, target, more * times)
  return ways
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

/** Whether every alternative begins at the start of the text. */
function isAnchored(alternatives: readonly AST.Alternative[]): boolean {
  return alternatives.every(
    ({ elements: [first] }) => first !== undefined && isAssertion(first, 'start', isAnchored),
  )
}

function endsAtEnd({ elements }: AST.Alternative): boolean {
  const last = elements.at(-1)
  return last !== undefined && isAssertion(last, 'end', (alternatives) => alternatives.every(endsAtEnd))
}

function isAssertion(
  node: AST.Element,
  kind: 'start' | 'end',
  within: (alternatives: readonly AST.Alternative[]) => boolean,
): boolean {
  if (node.type === 'Group' || node.type === 'CapturingGroup') return within(node.alternatives)
  return node.type === 'Assertion' && node.kind === kind
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
