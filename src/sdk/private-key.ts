/* Private keys as they are kept: JWK (RFC 7517), or PKCS #8 in PEM (RFC 5958, RFC 7468). */

/** A private key as a JWK: EC P-256 or P-384, RSA, or Ed25519. What `crypto.subtle.exportKey('jwk', …)` gives is one. */
export interface PrivateJwk {
  readonly kty?: string | undefined
  readonly crv?: string | undefined
  readonly kid?: string | undefined
  /** Default: ES256, ES384, EdDSA or RS256, by the key. */
  readonly alg?: string | undefined
  readonly d?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly p?: string | undefined
  readonly q?: string | undefined
  readonly dp?: string | undefined
  readonly dq?: string | undefined
  readonly qi?: string | undefined
  readonly use?: string | undefined
  readonly key_ops?: readonly string[] | undefined
  readonly ext?: boolean | undefined
}

export interface PrivateKeyOptions {
  /**
   * Takes the place of the secret: private_key_jwt (RFC 7523 section 2.2). A JWK, as an object or as its text, or PKCS #8
   * in PEM.
   */
  readonly privateKey?: PrivateJwk | string | undefined
  /** What the authorization server calls the key. Default: `kid` of the JWK, else not sent. */
  readonly keyId?: string | undefined
  /** How the key signs: ES256, ES384, EdDSA, RS256, RS384, RS512 or PS256. Default: `alg` of the JWK, else by the key. */
  readonly keyAlgorithm?: string | undefined
}

/** A private key that WebCrypto can import. */
export interface PrivateKey {
  readonly material: PrivateJwk | Uint8Array
  readonly alg: string
  readonly kid: string | undefined
}

interface KeyKind {
  /** Whose default is first. */
  readonly algorithms: readonly string[]
  /** The object identifier of PKCS #8 that tells it, in hex. */
  readonly identifier: string
}

/** By `kty`, or `crv` where there is one. */
const kinds: Readonly<Record<string, KeyKind>> = {
  RSA: { algorithms: ['RS256', 'RS384', 'RS512', 'PS256'], identifier: '06092a864886f70d010101' },
  'P-256': { algorithms: ['ES256'], identifier: '06082a8648ce3d030107' },
  'P-384': { algorithms: ['ES384'], identifier: '06052b81040022' },
  Ed25519: { algorithms: ['EdDSA'], identifier: '06032b6570' },
}

const wanted = 'a private EC P-256 or P-384, RSA, or Ed25519 key, as a JWK or as PKCS #8 in PEM'

/** The key, or what is wrong with it. */
export function readPrivateKey({
  privateKey: given,
  keyId,
  keyAlgorithm,
}: PrivateKeyOptions): PrivateKey | string {
  const found = typeof given === 'string' ? readText(given) : given === undefined ? undefined : fromJwk(given)
  if (found === undefined) return `privateKey must be ${wanted}`
  if (typeof found === 'string') return found
  const { kind, material, jwk } = found
  const alg = keyAlgorithm ?? jwk?.alg ?? kind.algorithms[0] ?? ''
  if (!kind.algorithms.includes(alg)) {
    return `privateKey does not sign with ${alg}: give one of ${kind.algorithms.join(', ')} as keyAlgorithm, or none`
  }
  return { material, alg, kid: keyId ?? jwk?.kid }
}

interface Found {
  readonly kind: KeyKind
  readonly material: PrivateJwk | Uint8Array
  readonly jwk?: PrivateJwk
}

function readText(given: string): Found | string | undefined {
  const text = given.trim()
  if (!text.startsWith('{')) return readPem(text)
  try {
    return fromJwk(JSON.parse(text) as PrivateJwk)
  } catch {
    return undefined
  }
}

function fromJwk(jwk: PrivateJwk): Found | undefined {
  const kind = kinds[jwk.crv ?? jwk.kty ?? '']
  return kind === undefined || typeof jwk.d !== 'string' ? undefined : { kind, material: jwk, jwk }
}

function readPem(text: string): Found | string | undefined {
  // Where a variable holds one line only, `\n` stands for its ends.
  const pem = /^-----BEGIN ([A-Z ]+)-----([^-]+)-----END \1-----/.exec(text.replaceAll('\\n', '\n'))
  if (pem === null) return undefined
  const [, label = '', base64 = ''] = pem
  if (label !== 'PRIVATE KEY') {
    return `privateKey is a PEM file of "${label}", not of "PRIVATE KEY": \`openssl pkcs8 -topk8 -nocrypt\` makes one of another private key`
  }
  const material = fromBase64(base64)
  // Version, algorithm identifier, key: the identifier is within the first bytes.
  const start = [...(material?.subarray(0, 40) ?? [])]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  const kind = Object.values(kinds).find(({ identifier }) => start.includes(identifier))
  return kind === undefined || material === undefined ? undefined : { kind, material }
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/\s/g, '')), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
