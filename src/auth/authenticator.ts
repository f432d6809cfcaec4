import type { IncomingMessage } from 'node:http'
import type { Principal } from '../contract/principal.js'
import type { SecurityScheme } from '../contract/security-requirement.js'

/**
 * What an authenticator may look at; Node's `IncomingMessage` is one. Read credentials from `headersDistinct`: Node's
 * `headers` keeps the first of two `Authorization` fields silently. The body is not for it: authorization comes first.
 */
export type AuthenticatorRequest = Pick<
  IncomingMessage,
  'method' | 'url' | 'headers' | 'headersDistinct' | 'socket'
>

/** The place in the document that asks for credentials. */
export interface AuthenticationContext {
  /** Name and definition of the security scheme that asks. */
  readonly schemeName: string
  readonly scheme: SecurityScheme
  /**
   * Scopes that the first alternative with this scheme needs, as a hint. An authenticator is asked once per request for
   * all alternatives, so it reports every scope granted and leaves the comparison to the gate.
   */
  readonly scopes: readonly string[]
}

/** Accepted credentials. Without a principal no scope is granted. */
export interface Authenticated<P extends Principal = Principal> {
  readonly ok: true
  readonly principal?: P
}

/** Refused credentials. */
export interface Unauthenticated {
  readonly ok: false
  /**
   * `absent`: the caller did not try this scheme; `syntax`: tried, unreadable (400); `invalid`: read and refused (401);
   * `unavailable`: cannot be decided now (503).
   */
  readonly reason: 'absent' | 'syntax' | 'invalid' | 'unavailable'
  /** Machine-readable detail for the log, e.g. `expired`. Never sent. */
  readonly code?: string
  /** Issuer that the credentials name, for the log; only one that is configured. Never sent. */
  readonly issuer?: string
  /** What to do about it, for the log; a constant text. Never sent. */
  readonly hint?: string
  /** What happened, for the log. Never sent. */
  readonly cause?: unknown
  /** `unavailable`: seconds until a retry makes sense. */
  readonly retryAfterSeconds?: number
}

export type Authentication<P extends Principal = Principal> = Authenticated<P> | Unauthenticated

/** What the answer to a failed request is about (RFC 6750 section 3). */
export interface ChallengeReason {
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  /** Scopes of the alternative nearest to what was granted. */
  readonly scopes?: readonly string[]
}

/** Credentials of one security scheme -> principal. Called before the body is read. What it throws becomes a 500. */
export interface Authenticator<P extends Principal = Principal> {
  (
    request: AuthenticatorRequest,
    context: AuthenticationContext,
  ): Authentication<P> | Promise<Authentication<P>>
  /** A `WWW-Authenticate` challenge, where the scheme has one. */
  readonly challenge?: (reason: ChallengeReason) => string
  /** Resolves to whether requests can be decided, e.g. whether keys were loaded once. For readiness. */
  readonly ready?: () => boolean | Promise<boolean>
}
