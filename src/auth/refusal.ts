import { Problem } from '../problem/problem.js'
import type { ProblemName } from '../problem/problem-types.js'
import type { AuthenticationContext, Authenticator, ChallengeReason } from './authenticator.js'
import type { Authentications, Decision } from './decision.js'

/** A decision that lets nobody in. */
export type Refusal = Exclude<Decision, { outcome: 'allow' }>

/** A scheme of the operation, for its challenge. */
export interface OfferedScheme {
  readonly context: AuthenticationContext
  readonly challenge: Authenticator['challenge']
}

/** Seconds until a retry makes sense, where an authenticator names none. */
const defaultRetryAfterSeconds = 5

const answers = {
  unauthenticated: ['unauthorized', 'Credentials are needed.'],
  invalid_token: ['unauthorized', 'The credentials are not valid.'],
  invalid_request: ['malformed-request', 'The credentials cannot be read.'],
  insufficient_scope: ['insufficient-scope', 'The credentials lack a scope that this operation needs.'],
  unavailable: ['service-unavailable', 'The credentials cannot be checked at the moment.'],
} as const satisfies Record<Refusal['outcome'], readonly [ProblemName, string]>

/**
 * A refusal as it is answered: with one challenge per scheme of the operation (RFC 9110 section 11.6.1, RFC 6750
 * section 3), or with `Retry-After` where trying again is all that is needed; never stored by a cache.
 */
export function toRefusalProblem(
  refusal: Refusal,
  offered: readonly OfferedScheme[],
  authentications: Authentications,
): Problem {
  const [name, detail] = answers[refusal.outcome]
  if (refusal.outcome === 'unavailable') {
    const { retryAfterSeconds = defaultRetryAfterSeconds, cause } = refusal.refusal
    const headers = { 'Cache-Control': 'no-store', 'Retry-After': String(Math.ceil(retryAfterSeconds)) }
    return new Problem(name, { detail, headers, cause })
  }
  const challenges = offered.flatMap(
    ({ context, challenge }) =>
      challenge?.(toReason(refusal, context.schemeName, authentications), context) ?? [],
  )
  return new Problem(name, {
    detail,
    headers: {
      ...headersOf(authentications),
      'Cache-Control': 'no-store',
      ...(challenges.length > 0 && { 'WWW-Authenticate': [...new Set(challenges)] }),
    },
  })
}

/** What authenticators want the answer to carry, whatever it is. */
export function headersOf(authentications: Authentications): Readonly<Record<string, string>> | undefined {
  let fields: Record<string, string> | undefined
  for (const { headers } of authentications.values()) if (headers) fields = { ...fields, ...headers }
  return fields
}

/** Every scheme is offered, but the reason goes only to those that it is about. */
function toReason(refusal: Refusal, schemeName: string, authentications: Authentications): ChallengeReason {
  const authentication = authentications.get(schemeName)
  const authScheme = authentication?.authScheme !== undefined && { authScheme: authentication.authScheme }
  if (refusal.outcome === 'insufficient_scope') {
    if (!Object.hasOwn(refusal.missing, schemeName)) return {}
    return { error: 'insufficient_scope', scopes: refusal.requirement[schemeName] ?? [], ...authScheme }
  }
  if (authentication?.ok !== false) return {}
  if (authentication.reason === 'syntax') return { error: 'invalid_request', ...authScheme }
  if (authentication.reason !== 'invalid') return {}
  return { error: authentication.error ?? 'invalid_token', ...authScheme }
}
