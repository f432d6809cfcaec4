/* Signed JWTs in compact form (RFC 7515, RFC 7519) by WebCrypto, which every runtime has. */

type Jwk = Parameters<typeof crypto.subtle.importKey>[1] & object

/** A private key as a JWK (RFC 7517): EC P-256 or P-384, RSA, or Ed25519. */
export interface PrivateJwk {
  readonly kty: string
  readonly crv?: string
  readonly kid?: string
  /** Default: ES256, ES384, EdDSA or RS256, by the key. */
  readonly alg?: string
  readonly d?: string
  readonly [member: string]: unknown
}

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
const usual: Readonly<Record<string, string>> = { 'P-256': 'ES256', 'P-384': 'ES384', Ed25519: 'EdDSA' }

/** The algorithm that a key signs with; `undefined` where there is none. */
export function algorithmOf(jwk: PrivateJwk): string | undefined {
  const alg = jwk.alg ?? (jwk.kty === 'RSA' ? 'RS256' : usual[jwk.crv ?? ''])
  return alg !== undefined && Object.hasOwn(algorithms, alg) ? alg : undefined
}

/** Rejects where the key does not fit its algorithm. */
export async function importSigner(jwk: PrivateJwk): Promise<Signer> {
  const alg = algorithmOf(jwk)
  const algorithm = algorithms[alg ?? '']
  if (alg === undefined || algorithm === undefined)
    throw new TypeError('The key signs with no known algorithm')
  // `use`, `key_ops` and the like say what others may do with it; some runtimes take them for themselves.
  const { kty, crv, d, x, y, n, e, p, q, dp, dq, qi } = jwk
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
