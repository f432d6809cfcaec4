import { signJwt, toBase64Url, type Signer } from './jwt.js'

/** What a proof is for. */
export interface ProofSubject {
  readonly method: string
  readonly url: string
  /** The access token that the request carries. Default: none. */
  readonly accessToken?: string
}

/** Proves possession of the key that access tokens are bound to (RFC 9449). */
export interface DpopProver {
  /** A proof for one request, with the nonce that its server asked for last. */
  readonly prove: (subject: ProofSubject) => Promise<string>
  /** Keeps the nonce of an answer for the requests that follow. Tells whether there is one. */
  readonly takeNonce: (url: string, headers: Headers) => boolean
}

export interface DpopProverOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Default: `crypto.randomUUID`. */
  readonly randomId?: () => string
}

/** The key is made with the first proof, and never leaves this closure. */
export function createDpopProver(options: DpopProverOptions = {}): DpopProver {
  const { now = Date.now, randomId = () => crypto.randomUUID() } = options
  /** Each server's own (RFC 9449 section 8.2), by origin. */
  const nonces = new Map<string, string>()
  let identity: Promise<{ readonly signer: Signer; readonly jwk: object }> | undefined

  return {
    async prove({ method, url, accessToken }) {
      identity ??= createIdentity()
      const { signer, jwk } = await identity
      const nonce = nonces.get(new URL(url).origin)
      const claims = {
        jti: randomId(),
        htm: method,
        // Without query and fragment (RFC 9449 section 4.2).
        htu: url.replace(/[?#].*$/s, ''),
        iat: Math.floor(now() / 1000),
        ...(accessToken !== undefined && { ath: await digest(accessToken) }),
        ...(nonce !== undefined && { nonce }),
      }
      return signJwt(signer, { typ: 'dpop+jwt', jwk }, claims)
    },
    takeNonce(url, headers) {
      const nonce = headers.get('DPoP-Nonce')
      if (nonce === null) return false
      nonces.set(new URL(url).origin, nonce)
      return true
    },
  }
}

async function createIdentity(): Promise<{ readonly signer: Signer; readonly jwk: object }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const { kty, crv, x, y } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as Record<string, unknown>
  return { signer: { alg: 'ES256', key: pair.privateKey }, jwk: { kty, crv, x, y } }
}

async function digest(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}
