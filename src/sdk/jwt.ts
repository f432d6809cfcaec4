/* Signed JWTs in compact form (RFC 7515, RFC 7519) by WebCrypto, which every runtime has. */

import type { PrivateKey } from './private-key.js'

type Jwk = Parameters<typeof crypto.subtle.importKey>[1] & object

export type SigningKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

export interface Signer {
  readonly alg: string
  readonly key: SigningKey
}

const algorithms: Readonly<
  Record<string, { readonly name: string; readonly namedCurve?: string; readonly hash?: string }>
> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  RS512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
}

/** Rejects where the key is not what it says it is. */
export async function importSigner({ material, alg }: PrivateKey): Promise<Signer> {
  const algorithm = algorithms[alg] ?? { name: '' }
  if (material instanceof Uint8Array) {
    return { alg, key: await crypto.subtle.importKey('pkcs8', material as never, algorithm, false, ['sign']) }
  }
  // `use`, `key_ops` and the like say what others may do with it; some runtimes take them for themselves.
  const { kty, crv, d, x, y, n, e, p, q, dp, dq, qi } = material
  const bare = JSON.parse(JSON.stringify({ kty, crv, d, x, y, n, e, p, q, dp, dq, qi })) as Jwk
  return { alg, key: await crypto.subtle.importKey('jwk', bare as never, algorithm, false, ['sign']) }
}

export async function signJwt(
  { alg, key }: Signer,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const input = `${encodeJson({ alg, ...header })}.${encodeJson(claims)}`
  const { name, hash } = algorithms[alg] ?? { name: '' }
  const algorithm = {
    name,
    ...(hash !== undefined && { hash }),
    ...(name === 'RSA-PSS' && { saltLength: 32 }),
  }
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(input))
  return `${input}.${toBase64Url(new Uint8Array(signature))}`
}

export function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function encodeJson(value: unknown): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(value)))
}
