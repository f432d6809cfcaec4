import type { scopes as operationScopes } from '../../generated/scopes.js'
import type { operations } from '../../generated/server.js'
import type { Handlers } from '../contract/handler.js'
import { Problem } from '../problem/problem.js'
import type { ClientRegistration } from './client-registration.js'
import { toTimestamp } from './timestamp.js'

/** Handlers of the operations that any service keeps. */
export type ServiceHandlers = Pick<
  Handlers<operations, typeof operationScopes>,
  'getCaller' | 'getStatus' | 'registerClient'
>

export interface ServiceDescription {
  /** `info.title` and `info.version` of the document. */
  readonly name: string
  readonly version: string
  /** `undefined`: this service registers no clients, and says so with 501. */
  readonly registration: ClientRegistration | undefined
}

/** Whoever holds it decides who may call; it is given by people, not by another client. */
const neverPassedOn = 'clients:register'

export function createServiceHandlers({ name, version, registration }: ServiceDescription): ServiceHandlers {
  return {
    getStatus: () => ({ status: 200, body: { status: 'ok', name, version } }),

    getCaller: (_input, { issuer, clientId, subject, scopes, expiresAt }) => {
      if (expiresAt === undefined) throw new Error('An access token was accepted that has no end')
      return {
        status: 200,
        body: {
          issuer,
          clientId,
          ...(subject !== undefined && { subject }),
          scopes,
          expiresAt: toTimestamp(expiresAt),
        },
      }
    },

    registerClient: async ({ body }, principal) => {
      const { clientName, scopes = [], tokenEndpointAuthMethod } = body
      assertPassable(scopes, principal.scopes)
      if (registration === undefined) throw new Problem('registration-unsupported')
      const registered = await registration.register({ clientName, scopes, tokenEndpointAuthMethod })
      const { issuedAtSeconds, secretExpiresAtSeconds } = registered
      return {
        status: 201,
        body: {
          clientId: registered.clientId,
          clientSecret: registered.clientSecret,
          clientName,
          scopes: scopes.filter((scope) => registered.scopes.includes(scope)),
          tokenEndpointAuthMethod: registered.tokenEndpointAuthMethod,
          ...(issuedAtSeconds !== undefined && { issuedAt: toTimestamp(issuedAtSeconds) }),
          ...(secretExpiresAtSeconds !== undefined && {
            secretExpiresAt: toTimestamp(secretExpiresAtSeconds),
          }),
        },
      }
    },
  }
}

/**
 * A client registered without scopes may ask for any of them at some authorization servers, so some must be named; and
 * nobody makes a client that can do more than itself.
 */
function assertPassable(asked: readonly string[], held: readonly string[]): void {
  if (asked.length === 0) {
    throw new Problem('unprocessable-content', { detail: 'Name at least one scope for the new client.' })
  }
  const refused = asked.filter((scope) => scope === neverPassedOn || !held.includes(scope))
  if (refused.length > 0) {
    throw new Problem('scope-not-held', { detail: `The caller cannot pass on: ${refused.join(' ')}` })
  }
}
