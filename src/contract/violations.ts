import type { Violation } from '../problem/problem.js'
import type { Finding } from './evaluation.js'
import { escapeToken } from './json-pointer.js'

/** Findings of a value as violations: in the order in which the value has its members, each once. */
export function toViolations(
  findings: readonly Finding[],
  value: unknown,
  part: Violation['in'],
  prefix: string,
): readonly Violation[] {
  const told = new Set<string>()
  return inOrder(findings, value).flatMap(({ keyword, detail, path }) => {
    const pointer = path.reduceRight<string>(
      (parent, step) => `${parent}/${escapeToken(String(step))}`,
      prefix,
    )
    const key = JSON.stringify([pointer, keyword, detail])
    if (told.has(key)) return []
    told.add(key)
    return [{ in: part, pointer, keyword, detail }]
  })
}

function inOrder(findings: readonly Finding[], value: unknown): readonly Finding[] {
  if (findings.length < 2) return findings
  const positionOf = createPositions()
  return findings
    .map((finding) => ({ finding, positions: positionsOf(finding, value, positionOf) }))
    .sort((a, b) => compare(a.positions, b.positions))
    .map(({ finding }) => finding)
}

type PositionOf = (holder: unknown, step: string | number) => number

/** A member that is missing stands before those that are there. */
function createPositions(): PositionOf {
  const names = new Map<object, readonly string[]>()
  return (holder, step) => {
    if (typeof step === 'number') return step
    if (typeof holder !== 'object' || holder === null) return -1
    let known = names.get(holder)
    if (!known) names.set(holder, (known = Object.keys(holder)))
    return known.indexOf(step)
  }
}

function positionsOf({ path }: Finding, value: unknown, positionOf: PositionOf): readonly number[] {
  let holder = value
  return path.toReversed().map((step) => {
    const position = positionOf(holder, step)
    holder = position < 0 ? undefined : (holder as Readonly<Record<string | number, unknown>>)[step]
    return position
  })
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let depth = 0; depth < a.length && depth < b.length; depth++) {
    const difference = (a[depth] ?? 0) - (b[depth] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
