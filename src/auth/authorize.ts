import type { Principal } from '../contract/principal.js'
import type {
  SecurityRequirement,
  SecurityRequirements,
  SecurityScheme,
  SenderConstraints,
} from '../contract/operations/security-requirement.js'
import { Problem } from '../problem/problem.js'
import type {
  Authentication,
  AuthenticationContext,
  Authenticator,
  AuthenticatorRequest,
} from './authenticator.js'
import { decide, holds, type Decision } from './decision.js'
import { headersOf, toRefusalProblem, type OfferedScheme } from './refusal.js'
import { holdConstraints } from './sender-constraint.js'

/** One operation, and what is known about the schemes that it names. */
export interface AuthorizationInput<P extends Principal = Principal> {
  /** Key of the operation in the contract, for the log. */
  readonly operation: string
  /** The effective requirements: the operation's, else the document's. */
  readonly requirements: SecurityRequirements
  /** Security schemes that the document declares, by name. */
  readonly schemes: Readonly<Record<string, SecurityScheme>>
  readonly authenticators: Readonly<Record<string, Authenticator<P>>>
  /** How access tokens must be bound, by scheme. Default: not at all. */
  readonly senderConstraints?: SenderConstraints
}

/** What is logged of one decision. Credentials are never among it. */
export interface DecisionLog {
  readonly operationId: string
  /** `failed`: an authenticator is defective. */
  readonly outcome: Decision['outcome'] | 'failed'
  /** `allow`: the alternative that holds; `insufficient_scope`: the nearest one. */
  readonly alternative?: SecurityRequirement
  /** Security scheme that decided, where one did. */
  readonly scheme?: string
  /** The refusal's code, or its reason where it has none. */
  readonly reason?: string
  /** What to do about the refusal, where that is known. */
  readonly hint?: string
  readonly issuer?: string
  readonly clientId?: string
  /** Digest of the access token's `jti`. */
  readonly tokenId?: string
  readonly missingScopes?: readonly string[]
}

export type Authorization<P extends Principal = Principal> =
  | {
      readonly ok: true
      readonly principal?: P
      /** Header fields for the reply. */
      readonly headers?: Readonly<Record<string, string>>
      readonly log: DecisionLog
    }
  | { readonly ok: false; readonly problem: Problem; readonly log: DecisionLog }

/** Decides one request. Never throws or rejects; answers at once where every authenticator asked does. */
export type Authorize<P extends Principal = Principal> = (
  request: AuthenticatorRequest,
) => Authorization<P> | Promise<Authorization<P>>

/** One step towards the decision: ask a scheme, or, at the end of an alternative, see whether it holds. */
type Step<P extends Principal> =
  | { readonly context: AuthenticationContext; readonly authenticate: Authenticator<P> }
  | { readonly requirement: SecurityRequirement }

/**
 * Prepares the authorization of one operation. Alternatives are tried in order and no further than the first that holds;
 * an authenticator is asked once per request at most. Throws where a requirement names a scheme that is not declared or
 * has no authenticator.
 */
export function compileAuthorization<P extends Principal>(input: AuthorizationInput<P>): Authorize<P> {
  const { operation, requirements } = input
  const steps = toSteps(input)
  const offered = steps.flatMap((step): OfferedScheme[] =>
    'context' in step ? [{ context: step.context, challenge: step.authenticate.challenge }] : [],
  )

  const conclude = (authentications: ReadonlyMap<string, Authentication<P>>): Authorization<P> => {
    const decision = decide(requirements, authentications)
    const log = toLog(operation, decision)
    if (decision.outcome !== 'allow') {
      return { ok: false, problem: toRefusalProblem(decision, offered, authentications), log }
    }
    const { principal } = decision
    const headers = headersOf(authentications)
    return { ok: true, ...(principal !== undefined && { principal }), ...(headers && { headers }), log }
  }

  // A defect of an authenticator must never let anybody in, nor tell callers that their credentials are bad.
  const fail = (cause: unknown): Authorization<P> => ({
    ok: false,
    problem: new Problem('internal-error', { cause }),
    log: { operationId: operation, outcome: 'failed' },
  })

  return (request) => {
    const authentications = new Map<string, Authentication<P>>()
    /** A loop while answers come at once; resumed after the step whose answer had to be waited for. */
    const proceed = (from: number): Authorization<P> | Promise<Authorization<P>> => {
      for (let index = from; index < steps.length; index++) {
        const step = steps[index]
        if (step === undefined) break
        if ('requirement' in step) {
          if (holds(step.requirement, authentications)) break
          continue
        }
        const { schemeName, senderConstraints = [] } = step.context
        const take = (authentication: Authentication<P>): void => {
          assertAuthentication(authentication)
          authentications.set(
            schemeName,
            authentication.ok ? holdConstraints(authentication, senderConstraints) : authentication,
          )
        }
        const answer = step.authenticate(request, step.context)
        if ('then' in answer) {
          return answer.then((authentication) => {
            take(authentication)
            return proceed(index + 1)
          })
        }
        take(answer)
      }
      return conclude(authentications)
    }

    try {
      const authorization = proceed(0)
      return 'then' in authorization ? authorization.catch(fail) : authorization
    } catch (error) {
      return fail(error)
    }
  }
}

function toSteps<P extends Principal>(input: AuthorizationInput<P>): readonly Step<P>[] {
  const { operation, requirements, schemes, authenticators, senderConstraints = {} } = input
  const asked = new Set<string>()
  return requirements.flatMap((requirement) => {
    const steps: Step<P>[] = []
    for (const [schemeName, scopes] of Object.entries(requirement)) {
      if (asked.has(schemeName)) continue
      asked.add(schemeName)
      const scheme = own(schemes, schemeName)
      const authenticate = own(authenticators, schemeName)
      if (scheme === undefined) throw new TypeError(`${operation}: the scheme ${schemeName} is not declared`)
      if (authenticate === undefined) throw new TypeError(`${operation}: ${schemeName} has no authenticator`)
      const constraints = own(senderConstraints, schemeName)
      const context = { schemeName, scheme, scopes, ...(constraints && { senderConstraints: constraints }) }
      steps.push({ context, authenticate })
    }
    return [...steps, { requirement }]
  })
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/** Authenticators may be written without types. */
function assertAuthentication(answer: Authentication): void {
  if (typeof answer.ok !== 'boolean') throw new TypeError('An authenticator answered neither yes nor no')
}

function toLog(operationId: string, decision: Decision): DecisionLog {
  const { outcome } = decision
  switch (outcome) {
    case 'allow': {
      const { requirement } = decision
      const alternative = requirement !== undefined && { alternative: requirement }
      return { operationId, outcome, ...alternative, ...callerOf(decision.principal) }
    }
    case 'insufficient_scope': {
      const { requirement: alternative, missing, principal } = decision
      const missingScopes = Object.values(missing).flat()
      return { operationId, outcome, alternative, ...callerOf(principal), missingScopes }
    }
    case 'unauthenticated':
      return { operationId, outcome }
    default: {
      const { schemeName, refusal } = decision
      const { code, reason, issuer, hint } = refusal
      return {
        operationId,
        outcome,
        scheme: schemeName,
        reason: code ?? reason,
        ...(issuer !== undefined && { issuer }),
        ...(hint !== undefined && { hint }),
      }
    }
  }
}

function callerOf(principal: Principal | undefined): Pick<DecisionLog, 'issuer' | 'clientId' | 'tokenId'> {
  if (principal === undefined) return {}
  const { issuer, clientId, tokenId } = principal
  return { issuer, clientId, ...(tokenId !== undefined && { tokenId }) }
}
