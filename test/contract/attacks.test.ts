import { createHmac, createPrivateKey, createPublicKey, createSign, randomUUID } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  challengeContext,
  openAttackedGate,
  publicUrl,
  type Answer,
  type AttackedGate,
  type Fields,
} from '../support/attacked-gate.js'
import { createCertificate } from '../support/certificate.js'
import { isByBearerToken } from '../support/documented-alternatives.js'
import {
  documentedOperations,
  documentedScopes,
  exampleRequest,
  type DocumentedOperation,
} from '../support/example-requests.js'
import { encodePart, mintKey, signToken, type TestKey, type TokenInput } from '../support/keys.js'

/*
 * What has opened other doors, at every operation of the document. A row asks for status and challenge, for the reason in
 * the log, so that it is refused for what it is and not for a slip of its own, for a handler that was not called, and for
 * nobody asked: neither the issuer for its keys more often than it says, nor the attacker's server at all.
 */

type Parts = Readonly<Record<string, unknown>>

interface Attack {
  readonly title: string
  /** What happened before. */
  readonly given?: () => unknown
  /** The access token, sent as `Bearer`; */
  readonly token?: () => string | Promise<string>
  /** or all the fields that are sent. */
  readonly fields?: (operation: DocumentedOperation) => Fields
  /** Or a reason alone: 401 invalid_token. */
  readonly want: string | Refusal
}

interface Refusal {
  readonly status: 400 | 401 | 403 | 503
  readonly reason: string
  /** Default: Bearer. */
  readonly scheme?: 'Bearer' | 'DPoP'
  /** Default: that of RFC 6750 for the status. */
  readonly error?: string
  /** How often the issuer is asked for its keys, since before what was given. Default: never. */
  readonly fetches?: number
}

let gate: AttackedGate
let ec: TestKey
let rsa: TestKey
/** The attacker's. */
let evil: TestKey
/** What operations for anyone answer to anyone. */
const withoutCredentials = new Map<string, Pick<Answer, 'status' | 'text'>>()

const anonymous = documentedOperations.filter(({ security }) => security.length === 0)
/** What a bearer token opens, and nothing else: a row says all that is answered. */
const secured = documentedOperations.filter(
  (operation) =>
    operation.security.length > 0 &&
    operation.security.every((alternative) => isByBearerToken(operation, alternative)),
)
const attacked = [...anonymous, ...secured]
const spared = documentedOperations.filter((operation) => !attacked.includes(operation))
const everyScope = documentedScopes.join(' ')

beforeAll(async () => {
  gate = await openAttackedGate()
  ec = gate.issuer.key('ES256')
  rsa = gate.issuer.key('RS256')
  evil = gate.outsider.key('ES256')
  for (const operation of anonymous) {
    const { status, text } = await gate.send(operation, [])
    expect(status).toBeLessThan(300)
    withoutCredentials.set(operation.operationId, { status, text })
  }
})
afterAll(() => gate.close())
beforeEach(() => gate.reset())

const seconds = (): number => Math.floor(Date.now() / 1_000)

/** A token that opens every operation, but for what is laid over it. */
const token = (changed: TokenInput = {}): string =>
  gate.issuer.token({ ...changed, claims: { scope: everyScope, ...changed.claims } })
const claiming = (claims: Parts) => () => token({ claims })
const headed = (header: Parts) => () => token({ header })
const parts = (text: string): readonly [header: string, payload: string, signature: string] => {
  const [header = '', payload = '', signature = ''] = text.split('.')
  return [header, payload, signature]
}
const decoded = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
const goodClaims = (): Record<string, unknown> => decoded(parts(token())[1])
const goodHeader = (): Record<string, unknown> => decoded(parts(token())[0])

/** The token with one part replaced, and the signature that it had. */
const spoiled = (spoil: (text: ReturnType<typeof parts>) => string) => () => spoil(parts(token()))
const unsigned =
  (header: object, signature = 'AAAA') =>
  () =>
    `${encodePart({ ...goodHeader(), ...header })}.${encodePart(goodClaims())}.${signature}`
const hmac =
  (secret: () => string | Buffer, key: () => TestKey = () => rsa) =>
  () => {
    const header = { ...goodHeader(), kid: key().kid, alg: 'HS256' }
    const input = `${encodePart(header)}.${encodePart(goodClaims())}`
    return `${input}.${createHmac('sha256', secret()).update(input).digest('base64url')}`
  }
/** JSON has numbers that JSON.stringify does not write. */
const writing = (member: string, number: string) => () =>
  signToken(goodHeader(), JSON.stringify({ ...goodClaims(), [member]: '#' }).replace('"#"', number), ec)
const inArray = (claims: Parts) => () => gate.arrays.token({ claims })

const authorized =
  (...values: readonly (string | (() => string))[]) =>
  (): Fields =>
    values.map((value) => ['Authorization', typeof value === 'string' ? value : value()])
const bearer = (make: () => string) => () => `Bearer ${make()}`

/** A token that is bound to the key of `maker`, with a proof of its own for each operation. */
const proved =
  (changed: (proof: string, bound: string, operation: DocumentedOperation) => Fields) =>
  (operation: DocumentedOperation): Fields => {
    const bound = boundToken()
    return changed(proofOf(bound, operation), bound, operation)
  }
const boundToken = (): string => token({ claims: { cnf: { jkt: gate.maker.jkt } } })
const proofOf = (
  bound: string,
  operation: DocumentedOperation,
  changed: Partial<Parameters<typeof gate.maker.proof>[0]> = {},
): string => {
  const { method, target } = exampleRequest(operation)
  return gate.maker.proof({ token: bound, method, uri: publicUrl + target, ...changed })
}

const syntax = (reason: string): Refusal => ({ status: 400, reason })
const noScope: Refusal = { status: 403, reason: 'insufficient_scope' }
const noProof = (reason: string): Refusal => ({
  status: 401,
  reason,
  scheme: 'DPoP',
  error: 'invalid_dpop_proof',
})
const undecided = (fetches: number): Refusal => ({ status: 503, reason: 'key_set_unavailable', fetches })

/** none, None, nOne, NOne … */
const spellingsOfNone = Array.from({ length: 16 }, (_, bits) =>
  Array.from('none', (letter, at) => ((bits >> at) & 1 ? letter.toUpperCase() : letter)).join(''),
)

const algorithms: readonly Attack[] = [
  ...spellingsOfNone.map((alg) => ({
    title: `alg ${alg} (CVE-2015-9235, CVE-2022-23540)`,
    token: unsigned({ alg }),
    want: 'algorithm',
  })),
  {
    title: 'alg none with no signature (CVE-2015-9235)',
    token: unsigned({ alg: 'none' }, ''),
    want: 'malformed',
  },
  {
    title: 'alg none with the signature of a good token (CVE-2022-23540)',
    token: spoiled(([, p, s]) => `${encodePart({ ...goodHeader(), alg: 'none' })}.${p}.${s}`),
    want: 'algorithm',
  },
  {
    title: 'HS256 with no secret at all (CVE-2022-23540)',
    token: hmac(() => ''),
    want: 'algorithm',
  },
  {
    title: 'HS256 with the public key as PEM (CVE-2015-9235)',
    token: hmac(() => rsa.publicKey.export({ format: 'pem', type: 'spki' })),
    want: 'algorithm',
  },
  {
    title: 'HS256 with the public key as PEM of PKCS #1 (CVE-2023-48223)',
    token: hmac(() => rsa.publicKey.export({ format: 'pem', type: 'pkcs1' })),
    want: 'algorithm',
  },
  {
    title: 'HS256 with the public key as PEM of a curve',
    token: hmac(
      () => ec.publicKey.export({ format: 'pem', type: 'spki' }),
      () => ec,
    ),
    want: 'algorithm',
  },
  {
    title: 'HS256 with the public key as DER',
    token: hmac(() => rsa.publicKey.export({ format: 'der', type: 'spki' })),
    want: 'algorithm',
  },
  {
    title: 'HS256 with the public key as JWK',
    token: hmac(() => JSON.stringify(rsa.publicJwk)),
    want: 'algorithm',
  },
  {
    title: 'HS256 chosen by the header for a JWK without alg (CVE-2026-22817)',
    token: () => ofStrict('HS256'),
    want: 'algorithm',
  },
  {
    title: 'RS256, by the right key, where PS256 alone is taken and the JWK has no alg (CVE-2026-22818)',
    token: () => ofStrict('RS256'),
    want: 'algorithm',
  },
  { title: 'an algorithm that the key is not for', token: headed({ alg: 'ES384' }), want: 'key' },
  {
    title: 'ES256 with r = s = 0 (CVE-2022-21449)',
    token: unsigned({}, Buffer.alloc(64).toString('base64url')),
    want: 'signature',
  },
  {
    title: 'ES256 with r = s = n, the order of the curve (CVE-2022-21449)',
    token: unsigned({}, Buffer.from(orderOfP256() + orderOfP256(), 'hex').toString('base64url')),
    want: 'signature',
  },
]

function orderOfP256(): string {
  return 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
}

/** A token of the issuer whose key is for PS256, with another algorithm. */
function ofStrict(alg: 'HS256' | 'RS256'): string {
  const { strict } = gate
  const key = strict.key('PS256')
  const claims = { scope: everyScope }
  if (alg === 'RS256') return strict.token({ claims, header: { alg }, key: { ...key, alg } })
  const input = `${encodePart({ alg, kid: key.kid, typ: 'at+jwt' })}.${parts(strict.token({ claims }))[1]}`
  const { alg: _alg, ...jwk } = key.publicJwk
  return `${input}.${createHmac('sha256', JSON.stringify(jwk)).update(input).digest('base64url')}`
}

const signatures: readonly Attack[] = [
  { title: 'a signature that is stripped', token: spoiled(([h, p]) => `${h}.${p}`), want: 'malformed' },
  { title: 'an empty signature', token: spoiled(([h, p]) => `${h}.${p}.`), want: 'malformed' },
  {
    title: 'a signature cut by half',
    token: spoiled(([h, p, s]) => `${h}.${p}.${s.slice(0, 40)}`),
    want: 'signature',
  },
  {
    title: 'a signature with one bit flipped',
    token: spoiled(([h, p, s]) => {
      const bytes = Buffer.from(s, 'base64url')
      bytes[7] = (bytes[7] ?? 0) ^ 1
      return `${h}.${p}.${bytes.toString('base64url')}`
    }),
    want: 'signature',
  },
  {
    title: 'a signature in ASN.1',
    token: spoiled(([h, p]) => {
      const signed = createSign('sha256').update(`${h}.${p}`).sign(ec.privateKey, 'base64url')
      return `${h}.${p}.${signed}`
    }),
    want: 'signature',
  },
  {
    title: 'a payload with scopes under the signature of one without',
    token: () => {
      const [h, , s] = parts(token({ claims: { scope: undefined } }))
      return `${h}.${encodePart(goodClaims())}.${s}`
    },
    want: 'signature',
  },
  {
    title: 'a header with a member more',
    token: spoiled(([, p, s]) => `${encodePart({ ...goodHeader(), extra: 1 })}.${p}.${s}`),
    want: 'signature',
  },
  { title: 'a signature of a key that nobody trusts', token: () => token({ key: evil }), want: 'key' },
  {
    title: 'a signature of a key that nobody trusts, under a kid that is trusted',
    token: () => token({ key: evil, header: { kid: ec.kid } }),
    want: 'signature',
  },
  {
    title: 'a signature of the key of another trusted issuer',
    token: () => token({ key: gate.arrays.key('ES256') }),
    want: 'key',
  },
  {
    title: 'a signature of the key of another trusted issuer, under the kid of this one',
    token: () => token({ key: gate.arrays.key('ES256'), header: { kid: ec.kid } }),
    want: 'signature',
  },
  {
    title: 'a token in the name of another trusted issuer',
    token: claiming({ iss: 'https://arrays.test', scp: documentedScopes }),
    want: 'key',
  },
]

const headers: readonly Attack[] = [
  { title: 'an unknown kid', token: headed({ kid: 'unknown' }), want: 'key' },
  {
    title: 'no kid, and a key that nobody trusts',
    token: () => token({ key: evil, header: { kid: undefined } }),
    want: 'signature',
  },
  { title: 'a kid like a path', token: headed({ kid: '../../../../../../dev/null' }), want: 'key' },
  {
    title: 'a kid like an address',
    token: () => token({ header: { kid: gate.outsider.jwksUri } }),
    want: 'key',
  },
  { title: 'a kid like a query', token: headed({ kid: "' UNION SELECT 'secret' --" }), want: 'key' },
  { title: 'a kid of 5 kB', token: headed({ kid: 'k'.repeat(5_000) }), want: 'key' },
  { title: 'a kid of 10 kB', token: headed({ kid: 'k'.repeat(10_000) }), want: syntax('too_long') },
  { title: 'a kid __proto__', token: headed({ kid: '__proto__' }), want: 'key' },
  { title: 'a kid constructor', token: headed({ kid: 'constructor' }), want: 'key' },
  { title: 'a kid that is a list', token: () => token({ header: { kid: [ec.kid] } }), want: 'header' },
  ...(['kid that is trusted', 'kid of its own'] as const).flatMap((whose): Attack[] => {
    const isTrusted = whose === 'kid that is trusted'
    const by = (header: Parts, key: TestKey = evil): string =>
      token({ key, header: { ...header, kid: isTrusted ? ec.kid : key.kid } })
    const want = isTrusted ? 'signature' : 'key'
    return [
      { title: `a jwk, and a ${whose} (CVE-2018-0114)`, token: () => by({ jwk: evil.publicJwk }), want },
      { title: `a jku, and a ${whose}`, token: () => by({ jku: gate.outsider.jwksUri }), want },
      { title: `an x5u, and a ${whose}`, token: () => by({ x5u: `${gate.outsider.issuer}/x5u` }), want },
      { title: `an x5c, and a ${whose}`, token: () => by({ x5c: [certified.x5c] }, certified.key), want },
    ]
  }),
  { title: 'an unknown crit', token: headed({ crit: ['ext'], ext: true }), want: 'header' },
  { title: 'a crit of a claim', token: headed({ crit: ['exp'], exp: 1 }), want: 'header' },
  { title: 'b64 false', token: headed({ crit: ['b64'], b64: false }), want: 'header' },
  { title: 'zip', token: headed({ zip: 'DEF' }), want: 'header' },
  { title: 'enc in a JWS', token: headed({ enc: 'A256GCM' }), want: 'header' },
  {
    title: 'a JWE for the key of the issuer, with a good token in it',
    token: () =>
      new CompactEncrypt(Buffer.from(token()))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: rsa.kid, typ: 'at+jwt', cty: 'JWT' })
        .encrypt(rsa.publicKey),
    want: 'malformed',
  },
  {
    title: 'a good token nested in a JWS of the issuer',
    token: () => signToken({ ...goodHeader(), cty: 'JWT' }, token(), ec),
    want: 'malformed',
  },
  {
    title: 'JSON serialisation',
    token: spoiled(([h, p, s]) => JSON.stringify({ protected: h, payload: p, signature: s })),
    want: syntax('characters'),
  },
  {
    title: 'JSON serialisation in base64url',
    token: spoiled(([h, p, s]) => encodePart({ payload: p, signatures: [{ protected: h, signature: s }] })),
    want: 'malformed',
  },
  { title: 'typ of a JWT', token: headed({ typ: 'JWT' }), want: 'typ' },
  { title: 'no typ', token: headed({ typ: undefined }), want: 'typ' },
  ...[
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'token-introspection+jwt',
    'oauth-authz-req+jwt',
    'client-authentication+jwt',
  ].map((typ) => ({ title: `typ ${typ}`, token: headed({ typ }), want: 'typ' })),
  {
    title: 'typ of Okta’s org server',
    token: headed({ typ: 'application/okta-internal-at+jwt' }),
    want: 'okta_org_server',
  },
  { title: 'an ID token by its claims', token: claiming({ nonce: 'n' }), want: 'token_kind' },
  { title: 'a logout token by its claims', token: claiming({ events: {} }), want: 'token_kind' },
]

const selfSigned = createCertificate('attacker')
const certified = {
  x5c: selfSigned.cert.replace(/-----[^-]+-----|\n/g, ''),
  key: {
    kid: randomUUID(),
    alg: 'ES256',
    privateKey: createPrivateKey(selfSigned.key),
    publicKey: createPublicKey(selfSigned.cert),
    publicJwk: { kty: 'EC' },
  } satisfies TestKey,
}

const claims: readonly Attack[] = [
  { title: 'expired', token: () => token({ claims: { exp: seconds() - 60 } }), want: 'expired' },
  { title: 'exp missing (CVE-2026-45069)', token: claiming({ exp: undefined }), want: 'expired' },
  { title: 'exp in text', token: () => token({ claims: { exp: String(seconds() + 300) } }), want: 'expired' },
  { title: 'exp 1e400', token: writing('exp', '1e400'), want: 'expired' },
  { title: 'exp negative', token: claiming({ exp: -1 }), want: 'expired' },
  { title: 'exp null', token: claiming({ exp: null }), want: 'expired' },
  { title: 'nbf ahead', token: () => token({ claims: { nbf: seconds() + 120 } }), want: 'not_yet_valid' },
  { title: 'nbf -1e400', token: writing('nbf', '-1e400'), want: 'not_yet_valid' },
  { title: 'iat ahead', token: () => token({ claims: { iat: seconds() + 120 } }), want: 'issued_at' },
  { title: 'iat missing (CVE-2026-45069)', token: claiming({ iat: undefined }), want: 'issued_at' },
  { title: 'iss missing (CVE-2026-45069)', token: claiming({ iss: undefined }), want: 'issuer' },
  {
    title: 'iss an array with the issuer (CVE-2025-30144)',
    token: () => token({ claims: { iss: [gate.issuer.issuer] } }),
    want: 'issuer',
  },
  {
    title: 'iss an array with the issuer and the attacker, by whom it is signed (CVE-2025-30144)',
    token: () => token({ claims: { iss: [gate.outsider.issuer, gate.issuer.issuer] }, key: evil }),
    want: 'issuer',
  },
  {
    title: 'iss a prefix',
    token: () => token({ claims: { iss: gate.issuer.issuer.slice(0, -1) } }),
    want: 'issuer',
  },
  {
    title: 'iss with a suffix',
    token: () => token({ claims: { iss: `${gate.issuer.issuer}/` } }),
    want: 'issuer',
  },
  {
    title: 'iss in another case',
    token: () => token({ claims: { iss: gate.issuer.issuer.toUpperCase() } }),
    want: 'issuer',
  },
  {
    title: 'iss of the attacker, who has keys at the address of the issuer’s',
    token: () => gate.outsider.token({ claims: { scope: everyScope } }),
    want: 'issuer',
  },
  { title: 'iss __proto__', token: claiming({ iss: '__proto__' }), want: 'issuer' },
  { title: 'aud missing (CVE-2026-45069)', token: claiming({ aud: undefined }), want: 'audience' },
  { title: 'aud []', token: claiming({ aud: [] }), want: 'audience' },
  {
    title: 'aud nested',
    token: () => token({ claims: { aud: [[gate.issuer.audience]] } }),
    want: 'audience',
  },
  { title: 'aud a number', token: claiming({ aud: 7 }), want: 'audience' },
  {
    title: 'aud an object',
    token: () => token({ claims: { aud: { [gate.issuer.audience]: true } } }),
    want: 'audience',
  },
  { title: 'aud of another API', token: claiming({ aud: 'https://other.test' }), want: 'audience' },
  {
    title: 'aud a prefix',
    token: () => token({ claims: { aud: gate.issuer.audience.slice(0, -1) } }),
    want: 'audience',
  },
  { title: 'aud in __proto__', token: () => signToken(goodHeader(), inherited('aud'), ec), want: 'audience' },
  { title: 'no client (CVE-2026-45069)', token: claiming({ client_id: undefined }), want: 'client' },
  { title: 'a binding that nobody knows', token: claiming({ cnf: { kid: 'k' } }), want: 'confirmation' },
]

/** The claim where only a careless merge of objects finds it. */
function inherited(name: string): string {
  const { [name]: value, ...rest } = goodClaims()
  return JSON.stringify(rest).replace('{', `{"__proto__":${JSON.stringify({ [name]: value })},`)
}

const scopes: readonly Attack[] = [
  { title: 'no scope', token: claiming({ scope: undefined }), want: noScope },
  { title: 'scope as an array', token: claiming({ scope: documentedScopes }), want: noScope },
  {
    title: 'scope as an object',
    token: claiming({ scope: Object.fromEntries(documentedScopes.map((s) => [s, true])) }),
    want: noScope,
  },
  { title: 'scope nested', token: claiming({ scope: [[everyScope]] }), want: noScope },
  { title: 'scope with tabs', token: claiming({ scope: documentedScopes.join('\t') }), want: noScope },
  { title: 'scope with commas', token: claiming({ scope: documentedScopes.join(',') }), want: noScope },
  { title: 'scope with two spaces', token: claiming({ scope: documentedScopes.join('  ') }), want: noScope },
  { title: 'scope in another case', token: claiming({ scope: everyScope.toUpperCase() }), want: noScope },
  {
    title: 'prefixes of scopes',
    token: claiming({ scope: documentedScopes.map((s) => s.slice(0, -1)).join(' ') }),
    want: noScope,
  },
  {
    title: 'longer scopes',
    token: claiming({ scope: documentedScopes.map((s) => `${s}:all`).join(' ') }),
    want: noScope,
  },
  { title: 'scope *', token: claiming({ scope: '* items:* *:write' }), want: noScope },
  {
    title: 'scope in __proto__',
    token: () => signToken(goodHeader(), inherited('scope'), ec),
    want: noScope,
  },
  {
    title: 'scp of an issuer that grants by scope',
    token: claiming({ scope: undefined, scp: documentedScopes }),
    want: noScope,
  },
  { title: 'scp ["__proto__"]', token: inArray({ scp: ['__proto__', 'constructor'] }), want: noScope },
  { title: 'scp nested', token: inArray({ scp: [documentedScopes] }), want: noScope },
  {
    title: 'scp with a member that is no text',
    token: inArray({ scp: [...documentedScopes, 7] }),
    want: noScope,
  },
  { title: 'scp with all scopes in one text', token: inArray({ scp: [everyScope] }), want: noScope },
  { title: 'scp as a text', token: inArray({ scp: everyScope }), want: noScope },
  { title: 'scope of an issuer that grants by scp', token: inArray({ scope: everyScope }), want: noScope },
]

const forms: readonly Attack[] = [
  {
    title: 'a space in the token',
    token: spoiled(([h, p, s]) => `${h}.${p} .${s}`),
    want: syntax('characters'),
  },
  {
    title: 'a tab in the token',
    token: spoiled(([h, p, s]) => `${h}.${p}.\t${s}`),
    want: syntax('characters'),
  },
  {
    title: 'a tab for the space',
    fields: authorized(() => `Bearer\t${token()}`),
    want: syntax('characters'),
  },
  {
    title: 'two tokens in one field',
    fields: authorized(() => `Bearer ${token()}, Bearer ${token()}`),
    want: syntax('characters'),
  },
  { title: 'no token', fields: authorized('Bearer'), want: syntax('empty') },
  {
    title: 'bytes that are no UTF-8',
    fields: authorized(() => `Bearer ${token()}\xff\xfe`),
    want: syntax('characters'),
  },
  {
    title: 'characters of base64 that base64url does not have',
    token: spoiled(([h, p]) => `${h}.${p}.++//`),
    want: 'malformed',
  },
  { title: 'padding', token: () => `${token()}==`, want: 'malformed' },
  { title: 'two parts', token: () => 'e30.e30', want: 'malformed' },
  { title: 'five parts', token: () => `${token()}.AAAA.AAAA`, want: 'malformed' },
  {
    title: 'a payload that is no UTF-8',
    token: () => signToken(goodHeader(), Buffer.from('7b2261223a22ff227d', 'hex'), ec),
    want: 'malformed',
  },
  {
    title: 'a header that is no UTF-8',
    token: spoiled(([, p, s]) => `${encodePart(Buffer.from('7b22ff227d', 'hex'))}.${p}.${s}`),
    want: 'malformed',
  },
  { title: 'more than 8 kB', token: claiming({ filler: 'x'.repeat(8_000) }), want: syntax('too_long') },
  {
    title: 'a good token and a bad one',
    fields: authorized(
      bearer(() => token()),
      'Bearer a.b.c',
    ),
    want: syntax('repeated_header'),
  },
  {
    title: 'a bad token and a good one',
    fields: authorized(
      'Bearer a.b.c',
      bearer(() => token()),
    ),
    want: syntax('repeated_header'),
  },
  {
    title: 'a good token behind another scheme',
    fields: authorized(
      'Basic dXNlcjpwYXNz',
      bearer(() => token()),
    ),
    want: syntax('repeated_header'),
  },
  {
    title: 'a bad token, and a Host with @ (CVE-2026-27959)',
    fields: () => [
      ['Host', 'api.inventory.test:80@evil.test'],
      ['Authorization', 'Bearer a.b.c'],
    ],
    want: 'malformed',
  },
]

const bound: readonly Attack[] = [
  {
    title: 'a bound token, sent as Bearer with its proof',
    fields: proved((proof, text) => [
      ['Authorization', `Bearer ${text}`],
      ['DPoP', proof],
    ]),
    want: 'bound_token_as_bearer',
  },
  {
    title: 'a bound token without proof',
    fields: proved((_, text) => [['Authorization', `DPoP ${text}`]]),
    want: noProof('dpop_missing'),
  },
  {
    title: 'a bound token with two proofs',
    fields: proved((proof, text, operation) => [
      ['Authorization', `DPoP ${text}`],
      ['DPoP', proof],
      ['DPoP', proofOf(text, operation)],
    ]),
    want: noProof('dpop_repeated'),
  },
  {
    title: 'a proof whose jwk has its private part (CVE-2026-54431)',
    fields: proved((_, text, operation) => {
      const jwk = gate.maker.key.privateKey.export({ format: 'jwk' })
      return [
        ['Authorization', `DPoP ${text}`],
        ['DPoP', proofOf(text, operation, { header: { jwk } })],
      ]
    }),
    want: noProof('dpop_key'),
  },
  {
    title: 'a proof of a key that the token is not bound to',
    fields: proved((_, text, operation) => {
      const { kid: _kid, alg: _alg, use: _use, ...jwk } = evil.publicJwk
      const proof = proofOf(text, operation, { header: { jwk }, signer: evil })
      return [
        ['Authorization', `DPoP ${text}`],
        ['DPoP', proof],
      ]
    }),
    want: { status: 401, reason: 'dpop_key_mismatch', scheme: 'DPoP', error: 'invalid_token' },
  },
  {
    title: 'a proof for the address in Host, which has an @ (CVE-2026-27959)',
    fields: proved((_, text, operation) => {
      const uri = `https://evil.test${exampleRequest(operation).target}`
      return [
        ['Host', 'api.inventory.test:443@evil.test'],
        ['Authorization', `DPoP ${text}`],
        ['DPoP', proofOf(text, operation, { uri })],
      ]
    }),
    want: noProof('dpop_target'),
  },
  {
    title: 'a proof with the jti of one that was used',
    given: async () => {
      const [first] = secured
      const text = boundToken()
      const proof = proofOf(text, first!, { claims: { jti: 'once' } })
      const { status } = await gate.send(first!, [
        ['Authorization', `DPoP ${text}`],
        ['DPoP', proof],
      ])
      expect(status).toBeLessThan(300)
    },
    fields: proved((_, text, operation) => [
      ['Authorization', `DPoP ${text}`],
      ['DPoP', proofOf(text, operation, { claims: { jti: 'once' } })],
    ]),
    want: noProof('dpop_replayed'),
  },
]

/** The token of this row that every operation has just let in. */
let remembered = ''
const remember =
  (make: () => string, after: () => unknown = () => undefined) =>
  async (): Promise<void> => {
    remembered = make()
    for (const operation of secured) {
      const { status } = await gate.send(operation, [['Authorization', `Bearer ${remembered}`]])
      expect(status).toBeLessThan(300)
    }
    await after()
  }
const same = (): TokenInput => {
  const { iat, exp, jti, sub } = decoded(parts(remembered)[1])
  return { claims: { iat, exp, jti, sub } }
}

const caches: readonly Attack[] = [
  {
    title: 'a token that was let in a moment ago and has expired since (CVE-2026-107719)',
    given: remember(
      () => token({ claims: { exp: seconds() + 20 } }),
      () => gate.advance(51),
    ),
    token: () => remembered,
    want: 'expired',
  },
  {
    title: 'another payload under the header and signature of a token that is remembered (CVE-2026-35039)',
    given: remember(() => token()),
    token: () => {
      const [h, , s] = parts(remembered)
      return `${h}.${encodePart({ ...goodClaims(), client_id: 'victim' })}.${s}`
    },
    want: 'signature',
  },
  {
    title: 'a forged token with the kid, jti, sub and times of one that is remembered (CVE-2026-35039)',
    given: remember(() => token()),
    token: () => token({ claims: { ...same().claims }, header: { kid: ec.kid }, key: evil }),
    want: 'signature',
  },
  {
    title: 'a token without scopes, with the jti, sub and times of one that is remembered (CVE-2026-35039)',
    given: remember(() => token()),
    token: () => token({ claims: { ...same().claims, scope: undefined } }),
    want: noScope,
  },
  {
    title: 'a token that is remembered, with a part more',
    given: remember(() => token()),
    token: () => `${remembered}.AAAA`,
    want: 'malformed',
  },
]

const json = { 'content-type': 'application/json' }
const hourLong = (changed: TokenInput = {}): string =>
  token({ ...changed, claims: { exp: seconds() + 3_600 } })

const keySets: readonly Attack[] = [
  {
    title: 'a token of a key that was rotated away',
    given: remember(hourLong, async () => {
      const next = await mintKey()
      gate.issuer.rotate([next])
      gate.advance(31)
      const { status } = await gate.send(secured[0]!, [['Authorization', `Bearer ${token()}`]])
      expect(status).toBeLessThan(300)
    }),
    token: () => remembered,
    want: { status: 401, reason: 'key', fetches: 1 },
  },
  {
    title: 'a token of a key that was removed',
    given: remember(hourLong, () => {
      gate.issuer.rotate([rsa])
      gate.advance(601)
    }),
    token: () => remembered,
    want: { status: 401, reason: 'key', fetches: 2 },
  },
  {
    title: '1,000 unknown kids',
    given: async () => {
      const statuses = new Set<number>()
      for (let sent = 0; sent < 1_000;) {
        const batch = Array.from({ length: 50 }, () => secured[sent++ % secured.length]!)
        const answers = await Promise.all(
          batch.map((operation) =>
            gate.send(operation, [['Authorization', `Bearer ${token({ header: { kid: randomUUID() } })}`]]),
          ),
        )
        for (const { status } of answers) statuses.add(status)
      }
      expect([...statuses]).toEqual([401])
    },
    token: () => token({ header: { kid: randomUUID() } }),
    want: 'key',
  },
  {
    title: 'an unknown kid while the key set is down',
    given: () => {
      gate.issuer.answer((_, response) => response.writeHead(500).end())
      gate.advance(31)
    },
    token: () => token({ key: evil }),
    want: undecided(1),
  },
  {
    title: 'a forged signature while the key set is down',
    given: () => gate.issuer.answer((_, response) => response.writeHead(500).end()),
    token: () => token({ key: evil, header: { kid: ec.kid } }),
    want: 'signature',
  },
  {
    title: 'a good token, with the key set down from the start',
    given: () => {
      gate.restart()
      gate.issuer.answer((_, response) => response.writeHead(500).end())
    },
    token,
    want: undecided(1),
  },
  {
    title: 'alg none, with the key set down from the start',
    given: () => {
      gate.restart()
      gate.issuer.answer((_, response) => response.writeHead(500).end())
    },
    token: unsigned({ alg: 'none' }),
    want: 'algorithm',
  },
  {
    title: 'two Authorization fields, with the key set down from the start (CVE-2025-64527)',
    given: () => {
      gate.restart()
      gate.issuer.answer((_, response) => response.writeHead(500).end())
    },
    fields: authorized(
      bearer(() => token()),
      bearer(() => token()),
    ),
    want: syntax('repeated_header'),
  },
  {
    title: 'a good token, with a key set that is slow',
    given: () => {
      gate.restart({ firstWaitMs: 20, timeoutMs: 100 })
      gate.issuer.answer(() => undefined)
    },
    token,
    want: undecided(1),
  },
  {
    title: 'a good token, with a key set that is huge',
    given: () => {
      gate.restart()
      const text = JSON.stringify({ ...gate.issuer.jwks, filler: 'x'.repeat(600_000) })
      gate.issuer.answer((_, response) => response.writeHead(200, json).end(text))
    },
    token,
    want: undecided(1),
  },
  {
    title: 'a good token, with a key set that is HTML',
    given: () => {
      gate.restart()
      const text = JSON.stringify(gate.issuer.jwks)
      gate.issuer.answer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(text))
    },
    token,
    want: undecided(1),
  },
  {
    title: 'a token of the attacker, with a key set that redirects to his own',
    given: () => {
      gate.restart()
      gate.issuer.answer((_, response) => response.writeHead(302, { location: gate.outsider.jwksUri }).end())
    },
    token: () => token({ key: evil }),
    want: undecided(1),
  },
]

const errors = { 400: 'invalid_request', 401: 'invalid_token', 403: 'insufficient_scope' } as const
const details = {
  400: 'The credentials cannot be read.',
  401: 'The credentials are not valid.',
  403: 'The credentials lack a scope that this operation needs.',
  503: 'The credentials cannot be checked at the moment.',
} as const

/** Scopes of the alternative that asks for least: the nearest one for whoever has none. */
function leastScopes({ security }: DocumentedOperation): readonly string[] {
  const alternatives = security.map((requirement) => Object.values(requirement).flat())
  return alternatives.reduce((least, other) => (other.length < least.length ? other : least))
}

function refusalOf(operation: DocumentedOperation, refusal: Refusal): object {
  const { status, reason, scheme = 'Bearer' } = refusal
  const constant = { status, reason, detail: details[status], cacheControl: 'no-store', reached: false }
  if (status === 503) return { ...constant, challenges: {}, retryAfter: '1' }
  const error = {
    error: refusal.error ?? errors[status],
    ...(status === 403 && { scope: leastScopes(operation).join(' ') }),
  }
  const challenges = {
    Bearer: { ...challengeContext, ...(scheme === 'Bearer' && error) },
    DPoP: { ...challengeContext, ...(scheme === 'DPoP' && error) },
  }
  return { ...constant, challenges, retryAfter: undefined }
}

async function attack(
  operations: readonly DocumentedOperation[],
  { token: make, fields }: Attack,
): Promise<ReadonlyMap<DocumentedOperation, Answer>> {
  const made = make === undefined ? undefined : await make()
  const answers = operations.map(
    async (operation) =>
      [
        operation,
        await gate.send(operation, fields?.(operation) ?? [['Authorization', `Bearer ${made}`]]),
      ] as const,
  )
  return new Map(await Promise.all(answers))
}

it.skip.each(spared)('$operationId is not covered: bearer tokens alone do not open it', () => undefined)

describe.skipIf(secured.length === 0)('every operation lets in', () => {
  it.each<{ title: string; fields: (operation: DocumentedOperation) => Fields }>([
    { title: 'a good token', fields: authorized(bearer(() => token())) },
    { title: 'a good token of an RSA key', fields: authorized(bearer(() => token({ key: rsa }))) },
    {
      title: 'a good token of PS256, by a JWK without alg',
      fields: authorized(bearer(() => gate.strict.token({ claims: { scope: everyScope } }))),
    },
    {
      title: 'a good token of an issuer that grants by scp',
      fields: authorized(bearer(inArray({ scp: documentedScopes }))),
    },
    {
      title: 'a bound token with its proof, whatever Host says',
      fields: proved((proof, text) => [
        ['Host', 'api.inventory.test:443@evil.test'],
        ['Authorization', `DPoP ${text}`],
        ['DPoP', proof],
      ]),
    },
  ])('$title', async ({ title, fields }) => {
    for (const [operation, { status }] of await attack(secured, { title, fields, want: '' })) {
      expect([operation.operationId, status < 300, gate.callers.has(operation.operationId)]).toEqual([
        operation.operationId,
        true,
        true,
      ])
    }
  })
})

describe.skipIf(secured.length === 0)('every operation is shut to', () => {
  const attacks = [algorithms, signatures, headers, claims, scopes, forms, bound, caches, keySets].flat()

  // By position: vitest cuts titles by name short.
  it.each(attacks.map((row) => [row.title, row] as const))('%s', async (_title, row) => {
    const want: Refusal = typeof row.want === 'string' ? { status: 401, reason: row.want } : row.want
    const asked = gate.issuer.requests.length
    await row.given?.()
    gate.callers.clear()
    const got: Record<string, object> = {}
    const wanted: Record<string, object> = {}
    for (const [operation, answer] of await attack(attacked, row)) {
      const { operationId: id } = operation
      const { status, text, challenges, cacheControl, retryAfter } = answer
      const caller = gate.callers.get(id)
      if (anonymous.includes(operation)) {
        // Anyone is let in, and nobody is told apart.
        got[id] = { status, text, caller }
        wanted[id] = { ...withoutCredentials.get(id), caller: undefined }
      } else if (want.status === 403 && leastScopes(operation).length === 0) {
        // Whoever is known is let in, with nothing granted.
        got[id] = { status, granted: caller?.scopes.filter((scope) => documentedScopes.includes(scope)) }
        wanted[id] = { status: expect.toSatisfy((status: number) => status < 300) as unknown, granted: [] }
      } else {
        const { detail } = JSON.parse(text) as { detail?: string }
        const reason = gate.reasons.get(id)
        const reached = gate.callers.has(id)
        got[id] = { status, reason, detail, challenges, cacheControl, retryAfter, reached }
        wanted[id] = refusalOf(operation, want)
      }
    }
    expect(got).toEqual(wanted)
    expect(gate.issuer.requests.length - asked).toBe(want.fetches ?? 0)
    expect(gate.outsider.requests).toEqual([])
  })
})
