import {
  addSeen,
  createSeen,
  fits,
  refuse,
  roughFindingsOf,
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
  if (run.isComparing) return refuse(run, keyword, 'fits no alternative')
  const attempts = branches.map((branch) => roughFindingsOf(branch, value, run))
  const sole = branches[furthestOf(attempts)]
  if (sole) return sole(value, run) && refuse(run, keyword, 'fits no alternative')
  return tellTogether(keyword, attempts, run)
}

type Attempt = readonly Finding[]

/** The value itself is of another type, or another constant. */
function isOtherType(attempt: Attempt): boolean {
  return attempt.some(
    ({ keyword, path }) => path.length === 0 && ['type', 'const', 'enum', 'false'].includes(keyword),
  )
}

/** A member that tells the kind, as constants do, tells another one. */
function findingOfKind(attempt: Attempt): Finding | undefined {
  return attempt.find(({ keyword, path }) => path.length === 1 && (keyword === 'const' || keyword === 'enum'))
}

/**
 * The index of the one attempt that came further than all others, -1 where there is none: it is of the type and the kind, and has
 * the fewest findings.
 */
function furthestOf(attempts: readonly Attempt[]): number {
  if (attempts.length === 1) return 0
  const counts = attempts.map((attempt) =>
    isOtherType(attempt) || findingOfKind(attempt) ? Infinity : attempt.length,
  )
  const least = Math.min(...counts)
  const isSole = least < Infinity && counts.filter((count) => count === least).length === 1
  return isSole ? counts.indexOf(least) : -1
}

const shownAlternatives = 5

/** One finding for all: of those that are at least of the type, what each would have wanted. */
function tellTogether(keyword: string, attempts: readonly Attempt[], run: Run): false {
  const typed = attempts.filter((attempt) => !isOtherType(attempt))
  const meant = typed.length > 0 ? typed : attempts
  const kinds = meant.flatMap((attempt) => findingOfKind(attempt) ?? [])
  const [kind] = kinds
  if (kind && kinds.length === meant.length && kinds.every(({ path }) => path[0] === kind.path[0]))
    return refuse(run, keyword, joined(kinds.map(({ detail }) => detail)), String(kind.path[0]))
  const firsts = meant.flatMap((attempt) => (attempt.length === 1 ? attempt : []))
  const details = firsts.map(({ path, detail }) => {
    const pointer = path.map((step) => `/${step}`).toReversed()
    return [...(pointer.length > 0 ? [pointer.join('')] : []), detail].join(' ')
  })
  return refuse(run, keyword, firsts.length === meant.length ? joined(details) : 'fits no alternative')
}

function joined(details: readonly string[]): string {
  const different = new Set(details)
  return different.size > shownAlternatives ? 'fits no alternative' : [...different].join(', or ')
}
