import { Problem } from './problem.js'
import { problemTypes, type ProblemName } from './problem-types.js'

const byStatus = new Map<number, ProblemName>()
for (const [name, { status }] of Object.entries(problemTypes)) {
  if (!byStatus.has(status)) byStatus.set(status, name as ProblemName)
}

/**
 * Any thrown value to a problem. Koa and its libraries mark errors that are the client's fault with a 4xx `status`
 * (http-errors); their message is not passed on, because it can name libraries and paths. Everything else is a 500.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const status = statusOf(error)
  const isClients = status >= 400 && status < 500
  const name = isClients ? (byStatus.get(status) ?? 'malformed-request') : 'internal-error'
  return new Problem(name, { cause: error })
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('status' in error)) return 500
  return typeof error.status === 'number' ? error.status : 500
}
