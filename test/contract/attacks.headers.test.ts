import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { ec, evil, gate, refuseAll, rsa, type Attack } from '../support/attacked-operations.js'
import {
  claiming,
  goodHeader,
  headed,
  spoiled,
  syntax,
  token,
  type Parts,
} from '../support/attackers-tokens.js'
import { createCertificate } from '../support/certificate.js'
import { encodePart, signToken, type TestKey } from '../support/keys.js'

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

refuseAll(headers)
