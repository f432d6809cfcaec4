import type { Violation } from '../../problem/problem.js'
import type { Finding } from './evaluation.js'
import { escapeToken } from '../json-pointer.js'

/** Findings of a value as violations: in the order in which the value has its members, each once. */
export function toViolations(
  findings: readonly Finding[],
  value: unknown,
  part: Violation['in'],
  prefix: string,
): readonly Violation[] {
  const told = new Set<string>()
  const violations: Violation[] = []
  for (const { keyword, detail, path } of inOrder(findings, value)) {
    let pointer = prefix
    for (let step = path.length - 1; step >= 0; step--) pointer += `/${escapeToken(String(path[step]))}`
    // Where the pointer ends has to be told, because it can hold any text.
    const key = `${keyword} ${pointer.length} ${pointer}${detail}`
    if (told.has(key)) continue
    told.add(key)
    violations.push({ in: part, pointer, keyword, detail })
  }
  return violations
}

function inOrder(findings: readonly Finding[], value: unknown): readonly Finding[] {
  if (findings.length < 2) return findings
  const positionOf = createPositions()
  return findings.toSorted((a, b) => compare(a.path, b.path, value, positionOf))
}

type PositionOf = (holder: unknown, name: string | number) => number

/** A member that is missing stands before those that are there. */
function createPositions(): PositionOf {
  const names = new Map<object, readonly string[]>()
  return (holder, name) => {
    if (typeof name === 'number') return name
    if (typeof holder !== 'object' || holder === null) return -1
    let known = names.get(holder)
    if (!known) names.set(holder, (known = Object.keys(holder)))
    return known.indexOf(name)
  }
}

/** Goes into the value as far as both paths do; only where they part does it matter what stands first. */
function compare(a: Finding['path'], b: Finding['path'], value: unknown, positionOf: PositionOf): number {
  let holder = value
  for (let depth = 1; depth <= a.length && depth <= b.length; depth++) {
    const [step, other] = [a.at(-depth), b.at(-depth)]
    if (step === undefined || other === undefined) break
    if (step !== other) return positionOf(holder, step) - positionOf(holder, other)
    holder = (holder as Readonly<Record<string | number, unknown>> | undefined)?.[step]
  }
  return a.length - b.length
}
