import {
  addSeen,
  createSeen,
  findingsOf,
  fits,
  refuse,
  tell,
  type Check,
  type Finding,
  type Run,
  type Seen,
} from './evaluation.js'

/*
 * JSON Schema 2020-12 core, section 10.2: `anyOf`, `oneOf`, `not`, `if`. Alternatives are tried in silence. Where none holds,
 * the one that came furthest is told, if there is one: to list what is wrong with all of them helps nobody.
 */

export function compileAnyOf(branches: readonly Check[]): Check {
  return (value, run, seen) => {
    let ok = false
    for (const branch of branches) {
      if (!tryBranch(branch, value, run, seen)) continue
      ok = true
      // Annotations come from every alternative that holds.
      if (!seen) break
    }
    return ok || refuseAll('anyOf', branches, value, run, seen)
  }
}

export function compileOneOf(branches: readonly Check[]): Check {
  return (value, run, seen) => {
    let holding = 0
    for (const branch of branches) {
      if (tryBranch(branch, value, run, seen)) holding++
      if (holding === 2) {
        if (seen) seen.unsure = true
        return refuse(run, 'oneOf', 'fits several alternatives and must fit exactly one')
      }
    }
    return holding === 1 || refuseAll('oneOf', branches, value, run, seen)
  }
}

export function compileNot(schema: Check): Check {
  return (value, run) =>
    !fits(schema, value, run) || refuse(run, 'not', 'is of a kind that is not accepted here')
}

export function compileConditional(condition: Check, onTrue: Check, onFalse: Check): Check {
  return (value, run, seen) =>
    tryBranch(condition, value, run, seen) ? onTrue(value, run, seen) : onFalse(value, run, seen)
}

/** What a branch has seen counts only where it holds. */
function tryBranch(branch: Check, value: unknown, run: Run, seen: Seen | undefined): boolean {
  if (!seen) return fits(branch, value, run)
  const own = createSeen()
  const ok = fits(branch, value, run, own)
  if (ok) addSeen(seen, own)
  return ok
}

function refuseAll(
  keyword: string,
  branches: readonly Check[],
  value: unknown,
  run: Run,
  seen: Seen | undefined,
): false {
  if (seen) seen.unsure = true
  if (run.quiet) return false
  const attempts = branches.map((branch) => findingsOf(branch, value, run))
  const furthest = furthestOf(attempts)
  if (furthest) return tell(run, furthest)
  const details = new Set(attempts.map(([finding]) => (finding?.path.length === 0 ? finding.detail : '')))
  const isShort = details.size <= shownAlternatives && !details.has('')
  return refuse(run, keyword, isShort ? [...details].join(', or ') : 'fits no alternative')
}

const shownAlternatives = 5

/**
 * How far an attempt came: not even the type (or a constant) of the value itself; not a member that tells the kind, which is
 * what constants are for; or further, and then the fewer findings the further.
 */
function distanceOf(attempt: readonly Finding[]): number {
  const isTelling = ({ keyword }: Finding): boolean => ['type', 'const', 'enum', 'false'].includes(keyword)
  if (attempt.some((finding) => finding.path.length === 0 && isTelling(finding))) return Infinity
  const isTag = ({ keyword, path }: Finding): boolean =>
    path.length === 1 && (keyword === 'const' || keyword === 'enum')
  return attempt.length + (attempt.some(isTag) ? 1_000_000 : 0)
}

/** The one attempt that came further than all others. */
function furthestOf(attempts: readonly Finding[][]): Finding[] | undefined {
  if (attempts.length === 1) return attempts[0]
  const distances = attempts.map(distanceOf)
  const least = Math.min(...distances)
  if (least === Infinity || distances.filter((distance) => distance === least).length > 1) return undefined
  return attempts[distances.indexOf(least)]
}
