/** What an access token is bound to, by the confirmation claim `cnf` (RFC 7800 section 3.1). */
export interface Confirmation {
  /** SHA-256 thumbprint of the public key of its DPoP proofs, base64url (RFC 9449 section 6.1). */
  readonly jkt?: string
  /** SHA-256 of the client certificate that it is used with, base64url (RFC 8705 section 3.1). */
  readonly 'x5t#S256'?: string
}

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
  /** What the access token is bound to; absent for a bearer token. The proof was checked for this request. */
  readonly confirmation?: Confirmation
  /** Everything the access token says. Only what a policy names grants anything. */
  readonly claims?: Readonly<Record<string, unknown>>
}
