import type { Unauthenticated } from './authenticator.js'

/** Why an access token is refused; for the log. */
export type AccessTokenFailure =
  | 'malformed'
  | 'issuer'
  | 'header'
  | 'algorithm'
  | 'typ'
  | 'okta_org_server'
  | 'key'
  | 'signature'
  | 'inactive'
  | 'expired'
  | 'not_yet_valid'
  | 'issued_at'
  | 'audience'
  | 'token_kind'
  | 'confirmation'
  | 'client'

/** An access token that was read and is not accepted. */
export function refuseToken(
  code: AccessTokenFailure,
  details: Pick<Unauthenticated, 'issuer' | 'cause' | 'hint'> = {},
): Unauthenticated {
  return { ok: false, reason: 'invalid', code, ...details }
}
