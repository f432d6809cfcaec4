import type { ChallengeReason } from './authenticator.js'

/** The protection space that challenges for access tokens describe. */
export interface TokenChallengeContext {
  readonly realm: string
  /** Address of the RFC 9728 document of this resource. */
  readonly resourceMetadataUrl?: string | undefined
}

/** Constant texts: what exactly is wrong with a token helps nobody but who forges one, so it goes to the log. */
const descriptions = {
  invalid_request: 'The access token must be sent once, in the Authorization header',
  invalid_token: 'The access token is not valid',
  insufficient_scope: 'The access token lacks a scope',
  invalid_dpop_proof: 'The DPoP proof is not valid',
  use_dpop_nonce: 'The DPoP proof needs the nonce of this answer',
} as const satisfies Record<NonNullable<ChallengeReason['error']>, string>

/**
 * `WWW-Authenticate` value for the Bearer scheme (RFC 6750 section 3, `resource_metadata` from RFC 9728 section 5.1).
 * Without a reason there is no `error`: the caller has only not authenticated yet (RFC 6750 section 3.1).
 */
export function toBearerChallenge(context: TokenChallengeContext, reason: ChallengeReason = {}): string {
  return toTokenChallenge('Bearer', context, reason)
}

/** The same for the DPoP scheme (RFC 9449 section 7.1), with the algorithms that proofs may have. */
export function toDpopChallenge(
  context: TokenChallengeContext,
  algorithms: readonly string[],
  reason: ChallengeReason = {},
): string {
  return toTokenChallenge('DPoP', context, reason, { algs: algorithms.join(' ') })
}

function toTokenChallenge(
  scheme: string,
  context: TokenChallengeContext,
  { error, scopes = [] }: ChallengeReason,
  further: Readonly<Record<string, string>> = {},
): string {
  return toChallenge(scheme, {
    realm: context.realm,
    error,
    error_description: error && descriptions[error],
    scope: scopes.length === 0 ? undefined : scopes.join(' '),
    ...further,
    resource_metadata: context.resourceMetadataUrl,
  })
}

/**
 * A challenge (RFC 9110 section 11.6.1) with every parameter as a quoted string; undefined ones are left out. Throws
 * `TypeError` where a value cannot be put into a header field.
 */
export function toChallenge(
  scheme: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const list = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${toQuotedString(value)}`],
  )
  return list.length === 0 ? scheme : `${scheme} ${list.join(', ')}`
}

/** RFC 9110 section 5.6.4, of ASCII alone: obs-text reads differently in every client. */
function toQuotedString(value: string): string {
  if (!/^[\t\x20-\x7e]*$/.test(value)) throw new TypeError('A challenge parameter must be printable ASCII')
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
