import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { mintKey, signToken, type TestKey } from './keys.js'

/** Whoever holds a key for DPoP proofs. */
export interface ProofMaker {
  readonly key: TestKey
  /** Public key, as a proof embeds it. */
  readonly jwk: Readonly<Record<string, unknown>>
  /** What a token that is bound to the key has in `cnf`. */
  readonly jkt: string
  proof(input: ProofInput): string
}

export interface ProofInput {
  readonly method?: string
  readonly uri: string
  /** The access token that it is sent with. */
  readonly token: string
  /** Laid over the claims of a proof that is made now; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Laid over `{typ: 'dpop+jwt', alg, jwk}`; `undefined` takes one away. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Signs the proof in place of its own key. */
  readonly signer?: TestKey
}

export async function createProofMaker(alg: TestKey['alg'] = 'ES256'): Promise<ProofMaker> {
  const key = await mintKey(alg)
  const { kid: _kid, alg: _alg, use: _use, ...jwk } = key.publicJwk
  return {
    key,
    jwk,
    jkt: await calculateJwkThumbprint(jwk),
    proof: ({ method = 'GET', uri, token, claims, header, signer = key }) =>
      signToken(
        { typ: 'dpop+jwt', alg: key.alg, jwk, ...header },
        {
          jti: randomUUID(),
          htm: method,
          htu: uri,
          iat: Math.floor(Date.now() / 1_000),
          ath: createHash('sha256').update(token).digest('base64url'),
          ...claims,
        },
        signer,
      ),
  }
}
