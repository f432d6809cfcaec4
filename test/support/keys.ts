import { constants, generateKeyPair, randomUUID, sign, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { JWK } from 'jose'

/** A signing key that exists for one run. */
export interface TestKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256' | 'PS256'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** What a key set says about it. */
  readonly publicJwk: JWK & { readonly kty: string }
}

export interface TokenInput {
  /** Laid over the claims of a token that is valid for the next five minutes; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Laid over `{alg, kid, typ: 'at+jwt'}`; `undefined` takes one away. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Signs the token (default: the issuer's first key). */
  readonly key?: TestKey
}

export interface TestIssuerOptions {
  /** Issuer identifier (default: `https://issuer.test`; the address of the server once it was started). */
  readonly issuer?: string
  /** `aud` of its tokens (default: `api://test`). */
  readonly audience?: string
  /** Keys to mint; those of RSA take some 100 ms (default: ES256 alone). */
  readonly algorithms?: readonly TestKey['alg'][]
}

export interface TestIssuer {
  /** Issuer identifier. */
  readonly issuer: string
  readonly audience: string
  readonly keys: readonly TestKey[]
  /** Its public keys, as the server would serve them. */
  readonly jwks: { readonly keys: JWK[] }
  readonly jwksUri: string
  /** Paths requested of the server, oldest first. */
  readonly requests: readonly string[]
  /** The first key of an algorithm. Throws where none was minted. */
  key(alg: TestKey['alg']): TestKey
  token(input?: TokenInput): string
  /** Replaces the keys that are served and signed with. */
  rotate(keys: readonly TestKey[]): void
  /** Answers everything with another listener, e.g. an outage, until called with none. */
  answer(listener?: RequestListener): void
  /**
   * Serves metadata, at both well-known addresses, and keys on a free port of the loopback interface; at the same port where
   * it did so before.
   */
  start(): Promise<void>
  /** Breaks all connections; others are refused from then on. */
  close(): Promise<void>
}

/** An authorization server as seen by a resource server: keys, their publication, and tokens signed with them. */
export async function createTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { audience = 'api://test', algorithms = ['ES256'] } = options
  let keys: readonly TestKey[] = await Promise.all(algorithms.map((alg) => mintKey(alg)))
  let origin: string | undefined
  let override: RequestListener | undefined
  const requests: string[] = []

  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (override !== undefined) {
      override(request, response)
      return
    }
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': metadata(),
      '/.well-known/oauth-authorization-server': metadata(),
      '/jwks': testIssuer.jwks,
    }
    const document = documents[request.url ?? '']
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  })
  const metadata = (): Record<string, unknown> => ({
    issuer: testIssuer.issuer,
    jwks_uri: testIssuer.jwksUri,
    token_endpoint: `${testIssuer.issuer}/token`,
    registration_endpoint: `${testIssuer.issuer}/reg`,
    introspection_endpoint: `${testIssuer.issuer}/introspect`,
  })

  const testIssuer: TestIssuer = {
    get issuer() {
      return options.issuer ?? origin ?? 'https://issuer.test'
    },
    audience,
    get keys() {
      return keys
    },
    get jwks() {
      return { keys: keys.map(({ publicJwk }) => publicJwk) }
    },
    get jwksUri() {
      return `${origin ?? 'https://issuer.test'}/jwks`
    },
    requests,
    key: (alg) => {
      const key = keys.find((candidate) => candidate.alg === alg)
      if (key === undefined) throw new Error(`No ${alg} key was minted`)
      return key
    },
    token: ({ claims, header, key = keys[0] } = {}) => {
      if (key === undefined) throw new Error('No key was minted')
      return signToken(
        { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header },
        { ...standardClaims(testIssuer.issuer, audience), ...claims },
        key,
      )
    },
    rotate: (next) => {
      keys = next
    },
    answer: (listener) => {
      override = listener
    },
    start: async () => {
      const port = origin === undefined ? 0 : Number(new URL(origin).port)
      await once(server.listen(port, '127.0.0.1'), 'listening')
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return testIssuer
}

/** RFC 9068 section 2.2, without scopes. */
function standardClaims(issuer: string, audience: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    aud: audience,
    sub: 'test-client',
    client_id: 'test-client',
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
  }
}

export async function mintKey(alg: TestKey['alg'] = 'ES256', kid: string = randomUUID()): Promise<TestKey> {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
      : await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
  return { kid, alg, privateKey, publicKey, publicJwk: publicJwk as TestKey['publicJwk'] }
}

/**
 * A compact JWS of anything: header and payload are objects, or the text itself where JSON.stringify could not write it.
 * The signature is that of the key, whatever the header says.
 */
export function signToken(
  header: object | string,
  payload: object | string | Uint8Array,
  key: TestKey,
): string {
  const input = `${encodePart(header)}.${encodePart(payload)}`
  const signature = sign('sha256', Buffer.from(input), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
    // RFC 7518 section 3.5: a salt as long as the digest.
    ...(key.alg === 'PS256' && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  })
  return `${input}.${signature.toString('base64url')}`
}

/** One part of a compact JWS. */
export function encodePart(part: object | string | Uint8Array): string {
  const bytes = typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part)
  return Buffer.from(bytes).toString('base64url')
}
