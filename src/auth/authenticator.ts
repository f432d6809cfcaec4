import type { IncomingMessage } from 'node:http'
import type { Principal } from '../contract/principal.js'
import type { SecurityScheme, SenderConstraint } from '../contract/operations/security-requirement.js'

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
  /** How the operation and the scheme want access tokens bound; the gate holds `boundBy` against it. */
  readonly senderConstraints?: readonly SenderConstraint[]
}

/** The two ways in which an access token is bound to its caller: RFC 9449, RFC 8705 section 3. */
export type TokenBinding = 'dpop' | 'mtls'

interface Answered {
  /** HTTP authentication scheme that the credentials came by, e.g. `DPoP`: the challenge of that scheme names the error. */
  readonly authScheme?: string
  /** Header fields for the answer to this request, whatever it is, e.g. `DPoP-Nonce`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Accepted credentials. Without a principal no scope is granted. */
export interface Authenticated<P extends Principal = Principal> extends Answered {
  readonly ok: true
  readonly principal?: P
  /** What the caller of this very request has proved to hold. Default: nothing, it is a bearer. */
  readonly boundBy?: readonly TokenBinding[]
}

/** Refused credentials. */
export interface Unauthenticated extends Answered {
  readonly ok: false
  /**
   * `absent`: the caller did not try this scheme; `syntax`: tried, unreadable (400); `invalid`: read and refused (401);
   * `unavailable`: cannot be decided now (503).
   */
  readonly reason: 'absent' | 'syntax' | 'invalid' | 'unavailable'
  /** Machine-readable detail for the log, e.g. `expired`. Never sent. */
  readonly code?: string
  /** `invalid`: the error for the challenge. Default: `invalid_token`. */
  readonly error?: ChallengeReason['error']
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

/** What the answer to a failed request is about (RFC 6750 section 3, RFC 9449 section 7.1). */
export interface ChallengeReason {
  readonly error?:
    'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'invalid_dpop_proof' | 'use_dpop_nonce'
  /** HTTP authentication scheme that the refused credentials came by, where that is known. */
  readonly authScheme?: string
  /** Scopes of the alternative nearest to what was granted. */
  readonly scopes?: readonly string[]
}

/** Credentials of one security scheme -> principal. Called before the body is read. What it throws becomes a 500. */
export interface Authenticator<P extends Principal = Principal> {
  (
    request: AuthenticatorRequest,
    context: AuthenticationContext,
  ): Authentication<P> | Promise<Authentication<P>>
  /** `WWW-Authenticate` challenges, where the scheme has any: one per HTTP authentication scheme. */
  readonly challenge?: (reason: ChallengeReason, context: AuthenticationContext) => string | readonly string[]
  /** Whether it reads the credentials of a scheme. Default: of every scheme. One that does not refuses to build. */
  readonly fits?: (scheme: SecurityScheme) => boolean
  /** Ways of binding that it can check. Default: none, so that a document that asks for one does not start. */
  readonly bindings?: readonly TokenBinding[]
  /** Resolves to whether requests can be decided, e.g. whether keys were loaded once. For readiness. */
  readonly ready?: () => boolean | Promise<boolean>
}
