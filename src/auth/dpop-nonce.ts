import { createHmac, timingSafeEqual } from 'node:crypto'

/** Nonces that a server hands out for DPoP proofs (RFC 9449 sections 8 and 9). */
export interface NonceSource {
  /** The nonce to hand out now. */
  readonly current: () => string
  /** `aging`: accepted, and it is time to hand out the current one. */
  readonly judge: (nonce: string) => 'current' | 'aging' | 'refused'
}

export interface NonceSourceOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Time after which another nonce is handed out; each is accepted for as long again, seconds. Default: 120. */
  readonly rotationSeconds?: number
}

/** Characters of a secret, at least: 32 random bytes have more in every encoding. */
const minNonceSecretLength = 32

/**
 * Nonces made of the time and a secret, so that nothing is stored, and instances with the same secret accept each other's.
 * The first secret makes nonces, those of the others are accepted too, so that a secret can be replaced while the service
 * runs. Throws `TypeError` for no secret, and for a short one.
 */
export function createNonceSource(secrets: readonly string[], options: NonceSourceOptions = {}): NonceSource {
  const { now = Date.now, rotationSeconds = 120 } = options
  const [first] = secrets
  if (first === undefined || secrets.some((secret) => secret.length < minNonceSecretLength)) {
    throw new TypeError(`A nonce source needs secrets of ${minNonceSecretLength} characters or more`)
  }
  const period = (): number => Math.floor(now() / 1_000 / rotationSeconds)
  return {
    current: () => toNonce(first, period()),
    judge: (nonce) => {
      const present = period()
      if (isSame(nonce, toNonce(first, present))) return 'current'
      // The next one too: another instance's clock may be ahead.
      const accepted = secrets.flatMap((secret) =>
        [present, present - 1, present + 1].map((n) => toNonce(secret, n)),
      )
      return accepted.some((other) => isSame(nonce, other)) ? 'aging' : 'refused'
    },
  }
}

function toNonce(secret: string, period: number): string {
  return createHmac('sha256', secret).update(`dpop-nonce ${period}`).digest('base64url')
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
