import { Bench } from 'tinybench'

/*
 * Ours beside a peer, in one process and in alternate rounds, so that what slows the machine slows both. What counts is the
 * ratio: rates say as much of the machine as of the code.
 */

export interface Comparison {
  readonly name: string
  readonly ours: () => unknown
  readonly peer: () => unknown
}

export interface Ratio {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Calls that are timed as one, because a clock reads no faster than some calls return. */
const batch = 50

/** Runs every comparison and prints a table of rates and ratios. `roundMs` is how long each side runs in a round. */
export async function compare(
  comparisons: readonly Comparison[],
  peerName: string,
  { rounds = 7, roundMs = 150 }: { readonly rounds?: number; readonly roundMs?: number } = {},
): Promise<void> {
  // All of them first: what was compiled for one kind of value alone would be faster than it is in a service.
  for (const { ours, peer } of comparisons) {
    await ratesOf(ours, peer, roundMs)
  }
  console.log(row('', 'ours /s', `${peerName} /s`, 'ratio', '(min to max)'))
  for (const { name, ours, peer } of comparisons) {
    const measured: (readonly [number, number])[] = []
    for (let round = 0; round < rounds; round++) measured.push(await ratesOf(ours, peer, roundMs))
    const { min, median, max } = toRatio(measured.map(([own, other]) => own / other))
    const [own, other] = [0, 1].map((side) => medianOf(measured.map((rates) => rates[side] ?? 0)))
    const span = `(${min.toFixed(2)} to ${max.toFixed(2)})`
    console.log(row(name, rate(own ?? 0), rate(other ?? 0), median.toFixed(2), span))
  }
}

export function toRatio(ratios: readonly number[]): Ratio {
  return { min: Math.min(...ratios), median: medianOf(ratios), max: Math.max(...ratios) }
}

export function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
}

export function row(name: string, ...cells: readonly string[]): string {
  return [name.padEnd(36), ...cells.map((cell) => cell.padStart(16))].join('')
}

export function rate(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en')
}

async function ratesOf(
  ours: () => unknown,
  peer: () => unknown,
  time: number,
): Promise<readonly [number, number]> {
  const bench = new Bench({ time, warmup: false, throws: true })
  for (const [name, call] of Object.entries({ ours, peer })) {
    bench.add(name, () => {
      for (let count = 0; count < batch; count++) call()
    })
  }
  const [own, other] = (await bench.run()).map(({ result }) =>
    'throughput' in result ? result.throughput.mean * batch : NaN,
  )
  return [own ?? NaN, other ?? NaN]
}
