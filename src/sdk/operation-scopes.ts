import { tokenSchemes } from '../../generated/sdk/operations.js'
import { OptionsError } from './errors.js'

/** Security requirements of an operation: any suffices, each needs all of its schemes and scopes. */
type Requirements = readonly Readonly<Record<string, readonly string[]>>[]

/** Chooses the scopes of calls: no more than they need, and no more than the client is pinned to. */
export interface ScopeChoice {
  /** The scopes that a call needs; `undefined` where it needs no token. Throws `OptionsError`. */
  readonly choose: (operationId: string, requirements: Requirements) => readonly string[] | undefined
  /** All that were chosen so far. */
  readonly chosen: ReadonlySet<string>
}

export function createScopeChoice(pinned: readonly string[] | undefined): ScopeChoice {
  const chosen = new Set<string>()
  const preferred: ReadonlySet<string> = pinned === undefined ? chosen : new Set(pinned)
  const known = new WeakMap<Requirements, readonly (readonly string[])[]>()
  const alternativesOf = (requirements: Requirements): readonly (readonly string[])[] => {
    const alternatives =
      known.get(requirements) ?? requirements.filter(takesToken).map((one) => Object.values(one).flat())
    known.set(requirements, alternatives)
    return alternatives
  }
  return {
    chosen,
    choose(operationId, requirements) {
      const alternatives = alternativesOf(requirements)
      const [first] = alternatives
      if (first === undefined) return undefined
      const found =
        alternatives.find((scopes) => scopes.every((scope) => preferred.has(scope))) ??
        (pinned === undefined ? first : undefined)
      if (found === undefined) {
        const needed = alternatives.map((scopes) => scopes.join(' ')).join(', or ')
        const held = pinned?.join(' ') ?? ''
        throw new OptionsError(
          `${operationId} needs ${needed}: the client is pinned to ${held === '' ? 'no scopes' : held}`,
        )
      }
      for (const scope of found) chosen.add(scope)
      return found
    },
  }
}

/** Whether calls carry an access token. */
export function needsToken(requirements: Requirements): boolean {
  return requirements.some(takesToken)
}

function takesToken(requirement: Requirements[number]): boolean {
  return Object.keys(requirement).some((scheme) => tokenSchemes.includes(scheme))
}
