import { Problem } from './problem.js'
import { problemTypes, type ProblemName } from './problem-types.js'

const byStatus = new Map<number, ProblemName>()
for (const [name, { status }] of Object.entries(problemTypes)) {
  if (!byStatus.has(status)) byStatus.set(status, name as ProblemName)
}

/** The first problem type of the table with this status, `undefined` where the table has none. */
export function problemNameOf(status: number): ProblemName | undefined {
  return byStatus.get(status)
}

/**
 * Any thrown value to a problem. Koa and its libraries mark errors that are the client's fault with a 4xx `status`
 * (http-errors); their message is not passed on, because it can name libraries and paths. Everything else is a 500.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const status = statusOf(error)
  const name = status >= 400 && status < 500 ? byStatus.get(status) : undefined
  return new Problem(name ?? (status >= 400 && status < 500 ? 'malformed-request' : 'internal-error'), {
    cause: error,
  })
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('status' in error)) return 500
  return typeof error.status === 'number' ? error.status : 500
}
