import type {
  SecurityRequirement,
  SecurityScheme,
  SenderConstraint,
} from '../../src/contract/operations/security-requirement.js'
import { documentedOperations, documentedSchemes, type DocumentedOperation } from './example-requests.js'

/*
 * The alternatives of the document, read without the code under test: which of them the sweeps can meet, and which not.
 */

export function kindOf({
  type,
  scheme = '',
}: SecurityScheme): 'accessToken' | 'apiKey' | 'basic' | 'certificate' | 'other' {
  if (type === 'apiKey') return 'apiKey'
  if (type === 'mutualTLS') return 'certificate'
  if (type !== 'http' || /^(?:bearer|dpop)$/i.test(scheme)) return 'accessToken'
  return /^basic$/i.test(scheme) ? 'basic' : 'other'
}

export function takesAccessToken(alternative: SecurityRequirement): boolean {
  return schemesOf(alternative).some((scheme) => kindOf(scheme) === 'accessToken')
}

/** Whether an access token is all that the alternative asks for, and needs no proof. */
export function isByBearerToken(operation: DocumentedOperation, alternative: SecurityRequirement): boolean {
  const schemes = schemesOf(alternative)
  const isToken = schemes.length > 0 && schemes.every((scheme) => kindOf(scheme) === 'accessToken')
  return isToken && senderConstraintsOf(operation, alternative).length === 0
}

/** How the access token of the alternative must be bound, all of it. */
export function senderConstraintsOf(
  { senderConstraint }: DocumentedOperation,
  alternative: SecurityRequirement,
): readonly SenderConstraint[] {
  return schemesOf(alternative).flatMap((scheme) => {
    if (kindOf(scheme) !== 'accessToken') return []
    const isDpop = scheme.scheme?.toLowerCase() === 'dpop'
    return [
      senderConstraint ?? [],
      scheme['x-sender-constrained'] ?? [],
      isDpop ? ['dpop' as const] : [],
    ].flat()
  })
}

/** The alternatives whose credentials can be sent over a plain socket. */
export function coveredAlternatives(operation: DocumentedOperation): readonly SecurityRequirement[] {
  return operation.security.filter((alternative) => findObstacle(operation, alternative) === undefined)
}

/** Whether anyone may call it, with credentials or without. */
export function isAnonymous({ security }: DocumentedOperation): boolean {
  return security.length === 0 || security.some((alternative) => Object.keys(alternative).length === 0)
}

/** What the sweeps call: for anyone, or by an alternative that is covered. */
export const coveredOperations = documentedOperations.filter(
  (operation) => isAnonymous(operation) || coveredAlternatives(operation).length > 0,
)

/** The alternatives that the sweeps leave out, to be listed as skipped. */
export const uncoveredAlternatives = documentedOperations.flatMap((operation) =>
  operation.security.flatMap((alternative) => {
    const obstacle = findObstacle(operation, alternative)
    if (obstacle === undefined) return []
    return { operationId: operation.operationId, schemes: Object.keys(alternative).join(' and '), obstacle }
  }),
)

function findObstacle(operation: DocumentedOperation, alternative: SecurityRequirement): string | undefined {
  const kinds = schemesOf(alternative).map(kindOf)
  if (kinds.includes('certificate') || senderConstraintsOf(operation, alternative).includes('mtls'))
    return 'it needs a client certificate, and there is no TLS'
  if (kinds.includes('other')) return 'it needs an HTTP authentication scheme that has no authenticator'
  if (kinds.includes('basic') && kinds.includes('accessToken')) return 'it needs two Authorization fields'
  return undefined
}

function schemesOf(alternative: SecurityRequirement): readonly SecurityScheme[] {
  return Object.keys(alternative).flatMap((name) => documentedSchemes[name] ?? [])
}
