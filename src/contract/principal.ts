/** Who calls: what an authenticator makes of accepted credentials, and what handlers are given. */
export interface Principal<Scope extends string = string> {
  /** The client that calls, unique within its issuer. With `issuer` it is the key of the caller. */
  readonly clientId: string
  /** Issuer identifier of the authorization server that vouches for the client. */
  readonly issuer: string
  /** Scopes granted. */
  readonly scopes: readonly Scope[]
  /** `sub` of the access token, where it has one. */
  readonly subject?: string
  /** Digest of the access token's `jti`, where it has one: tells tokens apart in logs. */
  readonly tokenId?: string
  /** When the credentials end, seconds since the epoch. */
  readonly expiresAt?: number
  /** Everything the access token says. Only what a policy names grants anything. */
  readonly claims?: Readonly<Record<string, unknown>>
}
