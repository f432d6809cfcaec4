import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  challengeContext,
  openAttackedGate,
  type Answer,
  type AttackedGate,
  type Fields,
} from './attacked-gate.js'
import { isByBearerToken } from './documented-alternatives.js'
import { documentedOperations, documentedScopes, type DocumentedOperation } from './example-requests.js'
import type { TestKey } from './keys.js'

/*
 * What has opened other doors, at every operation of the document. A row asks for status and challenge, for the reason in
 * the log, so that it is refused for what it is and not for a slip of its own, for a handler that was not called, and for
 * nobody asked: neither the issuer for its keys more often than it says, nor the attacker's server at all.
 */

export interface Attack {
  readonly title: string
  /** What happened before. */
  readonly given?: () => unknown
  /** The access token, sent as `Bearer`; */
  readonly token?: () => string | Promise<string>
  /** or all the fields that are sent. */
  readonly fields?: (operation: DocumentedOperation) => Fields
  /** Or a reason alone: 401 invalid_token. */
  readonly want: string | Refusal
}

export interface Refusal {
  readonly status: 400 | 401 | 403 | 503
  readonly reason: string
  /** Default: Bearer. */
  readonly scheme?: 'Bearer' | 'DPoP'
  /** Default: that of RFC 6750 for the status. */
  readonly error?: string
  /** How often the issuer is asked for its keys, since before what was given. Default: never. */
  readonly fetches?: number
}

/** Of the test file that runs, as are the keys. */
export let gate: AttackedGate
export let ec: TestKey
export let rsa: TestKey
/** The attacker's. */
export let evil: TestKey
/** What operations for anyone answer to anyone. */
const withoutCredentials = new Map<string, Pick<Answer, 'status' | 'text'>>()

const anonymous = documentedOperations.filter(({ security }) => security.length === 0)
/** What a bearer token opens, and nothing else: a row says all that is answered. */
export const secured = documentedOperations.filter(
  (operation) =>
    operation.security.length > 0 &&
    operation.security.every((alternative) => isByBearerToken(operation, alternative)),
)
const attacked = [...anonymous, ...secured]
export const spared = documentedOperations.filter((operation) => !attacked.includes(operation))

beforeAll(async () => {
  gate = await openAttackedGate()
  ec = gate.issuer.key('ES256')
  rsa = gate.issuer.key('RS256')
  evil = gate.outsider.key('ES256')
  for (const operation of anonymous) {
    const { status, text } = await gate.send(operation, [])
    expect(status).toBeLessThan(300)
    withoutCredentials.set(operation.operationId, { status, text })
  }
})
afterAll(() => gate.close())
beforeEach(() => gate.reset())

const errors = { 400: 'invalid_request', 401: 'invalid_token', 403: 'insufficient_scope' } as const
const details = {
  400: 'The credentials cannot be read.',
  401: 'The credentials are not valid.',
  403: 'The credentials lack a scope that this operation needs.',
  503: 'The credentials cannot be checked at the moment.',
} as const

/** Scopes of the alternative that asks for least: the nearest one for whoever has none. */
function leastScopes({ security }: DocumentedOperation): readonly string[] {
  const alternatives = security.map((requirement) => Object.values(requirement).flat())
  return alternatives.reduce((least, other) => (other.length < least.length ? other : least))
}

function refusalOf(operation: DocumentedOperation, refusal: Refusal): object {
  const { status, reason, scheme = 'Bearer' } = refusal
  const constant = { status, reason, detail: details[status], cacheControl: 'no-store', reached: false }
  if (status === 503) return { ...constant, challenges: {}, retryAfter: '1' }
  const error = {
    error: refusal.error ?? errors[status],
    ...(status === 403 && { scope: leastScopes(operation).join(' ') }),
  }
  const challenges = {
    Bearer: { ...challengeContext, ...(scheme === 'Bearer' && error) },
    DPoP: { ...challengeContext, ...(scheme === 'DPoP' && error) },
  }
  return { ...constant, challenges, retryAfter: undefined }
}

export async function attack(
  operations: readonly DocumentedOperation[],
  { token: make, fields }: Attack,
): Promise<ReadonlyMap<DocumentedOperation, Answer>> {
  const made = make === undefined ? undefined : await make()
  const answers = operations.map(
    async (operation) =>
      [
        operation,
        await gate.send(operation, fields?.(operation) ?? [['Authorization', `Bearer ${made}`]]),
      ] as const,
  )
  return new Map(await Promise.all(answers))
}

/** A test for each attack: it is sent to every operation of the document. */
export function refuseAll(attacks: readonly Attack[]): void {
  describe.skipIf(secured.length === 0)('every operation is shut to', () => {
    // By position: vitest cuts titles by name short.
    it.each(attacks.map((row) => [row.title, row] as const))('%s', async (_title, row) => {
      const want: Refusal = typeof row.want === 'string' ? { status: 401, reason: row.want } : row.want
      const asked = gate.issuer.requests.length
      await row.given?.()
      gate.callers.clear()
      const got: Record<string, object> = {}
      const wanted: Record<string, object> = {}
      for (const [operation, answer] of await attack(attacked, row)) {
        const { operationId: id } = operation
        const { status, text, challenges, cacheControl, retryAfter } = answer
        const caller = gate.callers.get(id)
        if (anonymous.includes(operation)) {
          // Anyone is let in, and nobody is told apart.
          got[id] = { status, text, caller }
          wanted[id] = { ...withoutCredentials.get(id), caller: undefined }
        } else if (want.status === 403 && leastScopes(operation).length === 0) {
          // Whoever is known is let in, with nothing granted.
          got[id] = { status, granted: caller?.scopes.filter((scope) => documentedScopes.includes(scope)) }
          wanted[id] = { status: expect.toSatisfy((status: number) => status < 300) as unknown, granted: [] }
        } else {
          const { detail } = JSON.parse(text) as { detail?: string }
          const reason = gate.reasons.get(id)
          const reached = gate.callers.has(id)
          got[id] = { status, reason, detail, challenges, cacheControl, retryAfter, reached }
          wanted[id] = refusalOf(operation, want)
        }
      }
      expect(got).toEqual(wanted)
      expect(gate.issuer.requests.length - asked).toBe(want.fetches ?? 0)
      expect(gate.outsider.requests).toEqual([])
    })
  })
}
