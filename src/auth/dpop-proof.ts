import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  errors,
  importJWK,
  jwtVerify,
  type ProtectedHeaderParameters,
} from 'jose'
import { compactJws, isExtended } from './compact-jws.js'
import { publicKeyAlgorithms } from './issuer-preset.js'
import { toPublicJwk } from './jwk-set.js'
import { normalizeTyp } from './policy.js'
import { maxTokenLength } from './presented-token.js'
import { normalizeTargetUri } from './target-uri.js'

/** Why a DPoP proof is refused; for the log. */
export type DpopFailure =
  | 'dpop_malformed'
  | 'dpop_typ'
  | 'dpop_algorithm'
  | 'dpop_key'
  | 'dpop_signature'
  | 'dpop_claims'
  | 'dpop_method'
  | 'dpop_target'
  | 'dpop_issued_at'
  | 'dpop_token_hash'

/** What a proof must be about. */
export interface ProofSubject {
  readonly method: string
  /** Normalised target URI; `undefined` where no proof can name it. */
  readonly targetUri: string | undefined
  /** SHA-256 of the access token, base64url. */
  readonly tokenHash: string
}

export interface VerifiedProof {
  readonly ok: true
  /** JWK thumbprint of the key that signed it (RFC 7638), SHA-256, base64url. */
  readonly thumbprint: string
  readonly jti: string
  readonly nonce: unknown
}

export type ProofVerification = VerifiedProof | { readonly ok: false; readonly code: DpopFailure }

export interface DpopProofOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Signature algorithms of proofs. Default: every one with a public key. */
  readonly algorithms?: readonly string[]
  /** Time for which a proof can be used after it was made, seconds. Default: 60. */
  readonly proofAgeSeconds?: number
  /** By how much clocks may differ, seconds. Default: 30. */
  readonly clockToleranceSeconds?: number
}

export interface DpopProofVerifier {
  readonly verify: (proof: string, subject: ProofSubject) => Promise<ProofVerification>
  readonly algorithms: readonly string[]
  /** Time for which one proof can be accepted by any instance, seconds. */
  readonly lifetimeSeconds: number
}

/**
 * Verifies DPoP proofs (RFC 9449 section 4.3) as far as the proof itself goes: whether it is used for the first time, and
 * whether the token is bound to its key, is for the caller to see. Throws `TypeError` for an algorithm that has no public
 * key, and for no algorithm.
 */
export function createDpopProofVerifier(options: DpopProofOptions = {}): DpopProofVerifier {
  const { now = Date.now, algorithms = publicKeyAlgorithms } = options
  const { proofAgeSeconds = 60, clockToleranceSeconds = 30 } = options
  if (algorithms.length === 0 || !algorithms.every((name) => publicKeyAlgorithms.includes(name))) {
    throw new TypeError(`Algorithms of DPoP proofs are some of ${publicKeyAlgorithms.join(', ')}`)
  }

  const verify = async (proof: string, subject: ProofSubject): Promise<ProofVerification> => {
    if (proof.length > maxTokenLength || !compactJws.test(proof)) return refuse('dpop_malformed')
    const header = decodeHeader(proof)
    if (header === undefined || isExtended(header)) return refuse('dpop_malformed')
    const { typ, alg, jwk: declaredKey } = header
    if (typeof typ !== 'string' || normalizeTyp(typ) !== 'dpop+jwt') return refuse('dpop_typ')
    if (typeof alg !== 'string' || !algorithms.includes(alg)) return refuse('dpop_algorithm')
    const jwk = toPublicJwk(declaredKey)
    if (jwk === undefined || (jwk.alg !== undefined && jwk.alg !== alg)) return refuse('dpop_key')

    const nowMs = now()
    let claims: Readonly<Record<string, unknown>>
    let thumbprint: string
    try {
      const key = await importJWK(jwk, alg)
      thumbprint = await calculateJwkThumbprint(jwk)
      const verified = await jwtVerify(proof, key, {
        algorithms: [alg],
        currentDate: new Date(nowMs),
        clockTolerance: clockToleranceSeconds,
      })
      claims = verified.payload
    } catch (error) {
      return refuse(toFailure(error))
    }

    const { htm, htu, iat, ath, jti } = claims
    if (typeof jti !== 'string' || jti === '' || typeof htm !== 'string' || typeof htu !== 'string')
      return refuse('dpop_claims')
    if (htm !== subject.method) return refuse('dpop_method')
    if (subject.targetUri === undefined || normalizeTargetUri(htu) !== subject.targetUri)
      return refuse('dpop_target')
    if (typeof iat !== 'number') return refuse('dpop_issued_at')
    const ageSeconds = nowMs / 1_000 - iat
    const isTimely =
      ageSeconds >= -clockToleranceSeconds && ageSeconds <= proofAgeSeconds + clockToleranceSeconds
    if (!isTimely) return refuse('dpop_issued_at')
    if (ath !== subject.tokenHash) return refuse('dpop_token_hash')
    return { ok: true, thumbprint, jti, nonce: claims['nonce'] }
  }

  // Two instances may be off by the tolerance in either direction, and so may be the clock of whoever made the proof.
  const lifetimeSeconds = proofAgeSeconds + 4 * clockToleranceSeconds
  return { verify, algorithms, lifetimeSeconds }
}

function refuse(code: DpopFailure): ProofVerification {
  return { ok: false, code }
}

function decodeHeader(proof: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(proof)
  } catch {
    return undefined
  }
}

function toFailure(error: unknown): DpopFailure {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'dpop_signature'
  if (error instanceof errors.JWTExpired) return 'dpop_issued_at'
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'iat' || error.claim === 'nbf' ? 'dpop_issued_at' : 'dpop_claims'
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'dpop_malformed'
  // What is left was thrown over the key, by jose or by the engine: it is the caller's to choose.
  return 'dpop_key'
}
