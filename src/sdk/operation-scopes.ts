import { operations, tokenSchemes } from '../../generated/sdk/operations.js'
import { OptionsError } from './errors.js'

/** Security requirements of an operation: any suffices, each needs all of its schemes and scopes. */
type Requirements = readonly Readonly<Record<string, readonly string[]>>[]

/** Chooses the scopes of calls: no more than they need, and no more than the client is pinned to. */
export interface ScopeChoice {
  /**
   * Gives the choice for calls of one operation: the scopes that one needs, `undefined` where it needs no token. It throws
   * `OptionsError`.
   */
  readonly choiceFor: (operationId: string, requirements: Requirements) => ChooseScopes
  /** All that were chosen so far. */
  readonly chosen: ReadonlySet<string>
}

type ChooseScopes = () => readonly string[] | undefined

export function createScopeChoice(pinned: readonly string[] | undefined): ScopeChoice {
  const chosen = new Set<string>()
  const preferred: ReadonlySet<string> = pinned === undefined ? chosen : new Set(pinned)
  return {
    chosen,
    choiceFor: (operationId, requirements) => {
      const alternatives = requirements.filter(takesToken).map((one) => Object.values(one).flat())
      const [first] = alternatives
      if (first === undefined) return () => undefined
      let settled: readonly string[] | undefined
      return () => {
        if (settled !== undefined) return settled
        const found =
          alternatives.find((scopes) => scopes.every((scope) => preferred.has(scope))) ??
          (pinned === undefined ? first : undefined)
        if (found === undefined) throw unreachable(operationId, alternatives, pinned)
        for (const scope of found) chosen.add(scope)
        // Nothing comes before the first; any other gives way to one that comes to be chosen for another operation.
        if (found === first) settled = found
        return found
      }
    },
  }
}

function unreachable(
  operationId: string,
  alternatives: readonly (readonly string[])[],
  pinned: readonly string[] = [],
): OptionsError {
  const needed = alternatives.map((scopes) => scopes.join(' ')).join(', or ')
  const held = pinned.length === 0 ? 'no scopes' : pinned.join(' ')
  return new OptionsError(`${operationId} needs ${needed}: the client is pinned to ${held}`)
}

/** Every scope that some operation needs. */
export function documentedScopes(): ReadonlySet<string> {
  const all: readonly Requirements[] = Object.values(operations).map(({ security }) => security)
  return new Set(all.flat().flatMap((requirement) => Object.values(requirement).flat()))
}

/** Whether calls carry an access token. */
export function needsToken(requirements: Requirements): boolean {
  return requirements.some(takesToken)
}

function takesToken(requirement: Requirements[number]): boolean {
  return Object.keys(requirement).some((scheme) => tokenSchemes.includes(scheme))
}
