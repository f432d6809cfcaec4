import { createHash } from 'node:crypto'
import type { Authenticated, Authentication, AuthenticatorRequest, Unauthenticated } from './authenticator.js'
import type { ReadClientCertificate } from './client-certificate-reader.js'
import type { NonceSource } from './dpop-nonce.js'
import { createDpopProofVerifier, type DpopFailure, type DpopProofOptions } from './dpop-proof.js'
import type { PresentedToken } from './presented-token.js'
import { createMemoryReplayGuard, type ReplayGuard } from './replay-guard.js'
import { normalizeTargetUri, toTargetUri } from './target-uri.js'

/** Why the caller has not shown that the access token is its own; for the log. */
export type PossessionFailure =
  | DpopFailure
  | 'bound_token_as_bearer'
  | 'unbound_token_as_dpop'
  | 'certificate_missing'
  | 'certificate_mismatch'
  | 'dpop_missing'
  | 'dpop_repeated'
  | 'dpop_key_mismatch'
  | 'dpop_nonce'
  | 'dpop_replayed'
  | 'replay_guard_unavailable'

export interface DpopOptions extends DpopProofOptions {
  /** Address of the service as callers know it, e.g. `https://api.example.com`; with the path that it is mounted below. */
  readonly publicUrl: string
  /** Where used proofs are remembered. Default: in this process, which is enough for one instance alone. */
  readonly replayGuard?: ReplayGuard
  /** Nonces that proofs must carry. Default: none are asked for. */
  readonly nonces?: NonceSource
}

export interface PossessionOptions {
  /** Default: tokens that are bound by DPoP are refused. */
  readonly dpop?: DpopOptions
  /** Default: tokens that are bound to a certificate are refused. */
  readonly clientCertificate?: ReadClientCertificate
}

/** Checks whether the caller of this very request holds what a verified access token is bound to. */
export type PossessionCheck = (
  verified: Authentication,
  presented: PresentedToken,
  request: AuthenticatorRequest,
) => Authentication | Promise<Authentication>

/**
 * The step after the verification of a token, on every request: a token that was verified before is still worth nothing
 * without a new proof. A bearer token passes; a bound one passes with the proof it asks for, all of them where there are
 * several. Throws `TypeError` for a public address that is none.
 */
export function createPossessionCheck(options: PossessionOptions): PossessionCheck {
  const { clientCertificate } = options
  const checkProof = options.dpop && createProofCheck(options.dpop)

  return (verified, presented, request) => {
    const { authScheme } = presented
    if (!verified.ok) return { ...verified, authScheme }
    const { jkt, 'x5t#S256': x5t } = verified.principal?.confirmation ?? {}
    const refuse = (code: PossessionFailure): Unauthenticated => toRefusal(verified, authScheme, code)
    // RFC 9449 section 7.2, and the other way round.
    if (authScheme === 'Bearer' && jkt !== undefined) return refuse('bound_token_as_bearer')
    if (authScheme === 'DPoP' && jkt === undefined) return refuse('unbound_token_as_dpop')
    if (x5t !== undefined) {
      const thumbprint = clientCertificate?.(request)
      if (thumbprint === undefined) return refuse('certificate_missing')
      if (thumbprint !== x5t) return refuse('certificate_mismatch')
    }
    const accepted: Authenticated = {
      ...verified,
      authScheme,
      boundBy: [
        ...(jkt === undefined ? [] : ['dpop' as const]),
        ...(x5t === undefined ? [] : ['mtls' as const]),
      ],
    }
    if (jkt === undefined) return accepted
    if (checkProof === undefined) return refuse('unbound_token_as_dpop')
    return checkProof(accepted, presented.token, jkt, request)
  }
}

type ProofCheck = (
  accepted: Authenticated,
  token: string,
  jkt: string,
  request: AuthenticatorRequest,
) => Promise<Authentication>

function createProofCheck(options: DpopOptions): ProofCheck {
  const { publicUrl, replayGuard = createMemoryReplayGuard(options), nonces } = options
  if (normalizeTargetUri(publicUrl) === undefined || /[?#]/.test(publicUrl)) {
    throw new TypeError('The public address for DPoP is an http or https URL without query and fragment')
  }
  const verifier = createDpopProofVerifier(options)

  return async (accepted, token, jkt, request) => {
    const refuse = (code: PossessionFailure, error?: Unauthenticated['error']): Unauthenticated =>
      toRefusal(accepted, 'DPoP', code, error)
    const [proof, ...others] = request.headersDistinct['dpop'] ?? []
    if (proof === undefined) return refuse('dpop_missing', 'invalid_dpop_proof')
    if (others.length > 0) return refuse('dpop_repeated', 'invalid_dpop_proof')
    const verification = await verifier.verify(proof, {
      method: request.method ?? '',
      targetUri: toTargetUri(publicUrl, request.url ?? ''),
      tokenHash: digest(token),
    })
    if (!verification.ok) return refuse(verification.code, 'invalid_dpop_proof')
    const { thumbprint, jti, nonce } = verification
    if (thumbprint !== jkt) return refuse('dpop_key_mismatch')

    const judgement = typeof nonce === 'string' ? nonces?.judge(nonce) : 'refused'
    const headers = nonces !== undefined && judgement !== 'current' ? { 'DPoP-Nonce': nonces.current() } : {}
    if (nonces !== undefined && judgement === 'refused')
      return { ...refuse('dpop_nonce', 'use_dpop_nonce'), headers }

    // RFC 9449 section 11.1. A digest, so that nobody can fill the memory with long ids; of the key too, so that nobody
    // can use up the ids of others.
    try {
      const isFirst = await replayGuard.claim(digest(`${jkt} ${jti}`), verifier.lifetimeSeconds)
      if (!isFirst) return refuse('dpop_replayed', 'invalid_dpop_proof')
    } catch (cause) {
      return { ...refuse('replay_guard_unavailable'), reason: 'unavailable', cause }
    }
    return { ...accepted, headers }
  }
}

function toRefusal(
  { principal }: Authenticated,
  authScheme: PresentedToken['authScheme'],
  code: PossessionFailure,
  error: Unauthenticated['error'] = 'invalid_token',
): Unauthenticated {
  const issuer = principal && { issuer: principal.issuer }
  return { ok: false, reason: 'invalid', code, ...issuer, authScheme, error }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
