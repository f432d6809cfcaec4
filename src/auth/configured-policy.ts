import type { IssuerPreset } from './issuer-preset.js'
import type { AccessTokenPolicyInput } from './policy.js'

/** What the configuration of a service says of its issuer. */
export interface ConfiguredIssuer {
  readonly issuer: string
  /** `undefined`: by the issuer's host. */
  readonly issuerPreset: IssuerPreset | undefined
  readonly audiences: readonly string[] | null
  /** Empty: any client. */
  readonly clientIds: readonly string[]
  /** `undefined`: opaque tokens are refused. */
  readonly introspection:
    | { readonly clientId: string; readonly clientSecret: string; readonly endpoint: string | undefined }
    | undefined
}

/** The policy that a service has by its configuration. */
export function toPolicy(configured: ConfiguredIssuer): AccessTokenPolicyInput {
  const { issuer, issuerPreset, audiences, clientIds, introspection } = configured
  return {
    issuer,
    audiences,
    ...(issuerPreset !== undefined && { preset: issuerPreset }),
    ...(clientIds.length > 0 && { clientIds }),
    ...(introspection !== undefined && { introspection: withoutUndefined(introspection) }),
  }
}

function withoutUndefined({
  endpoint,
  ...client
}: NonNullable<ConfiguredIssuer['introspection']>): NonNullable<AccessTokenPolicyInput['introspection']> {
  return { ...client, ...(endpoint !== undefined && { endpoint }) }
}
