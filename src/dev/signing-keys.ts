import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

import type { State } from './state-folder.js'

/** ES256 alone: minted in a millisecond, and what every policy of the auth room accepts. */
export const signingAlgorithm = 'ES256'

/** A JWK Set with the private key that signs; kept, so that access tokens stay valid over a reload. */
export async function loadSigningKeys(state: State): Promise<{ keys: JWK[] }> {
  const stored = (await state.read('keys')) as { keys: JWK[] } | undefined
  if (stored !== undefined) return stored
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  const minted = {
    keys: [{ ...jwk, kid: await calculateJwkThumbprint(jwk), alg: signingAlgorithm, use: 'sig' }],
  }
  await state.write('keys', minted)
  return minted
}
