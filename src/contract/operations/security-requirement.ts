/**
 * OpenAPI "Security Requirement Object": scheme name -> the scopes (or roles) it must grant. Every scheme named must
 * hold (AND); an empty object is satisfied by anyone.
 */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>

/** Alternatives (OR), in document order. An empty list needs no credentials at all. */
export type SecurityRequirements = readonly SecurityRequirement[]

/** By a DPoP key (RFC 9449), by a client certificate (RFC 8705 section 3), or by either. */
export type SenderConstraint = 'dpop' | 'mtls' | 'any'

/** Scheme name -> how its access tokens must be bound, all of it. Schemes without an entry take bearer tokens too. */
export type SenderConstraints = Readonly<Record<string, readonly SenderConstraint[]>>

/** OpenAPI "Security Scheme Object", as far as the gate reads it. */
export interface SecurityScheme {
  readonly type: 'oauth2' | 'openIdConnect' | 'http' | 'apiKey' | 'mutualTLS'
  readonly description?: string
  /** `http`: name of the authentication scheme, e.g. `bearer`. */
  readonly scheme?: string
  readonly bearerFormat?: string
  /** `apiKey`: where the key is, and the name it has there. */
  readonly in?: 'query' | 'header' | 'cookie'
  readonly name?: string
  readonly openIdConnectUrl?: string
  /** How its access tokens must be bound. */
  readonly 'x-sender-constrained'?: SenderConstraint
  /** `oauth2`: flow name -> its addresses and scopes. */
  readonly flows?: Readonly<
    Record<string, { readonly tokenUrl?: string; readonly scopes: Readonly<Record<string, string>> }>
  >
}
