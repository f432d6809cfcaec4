import { createHmac, createSign } from 'node:crypto'
import { ec, evil, gate, refuseAll, rsa, type Attack } from '../support/attacked-operations.js'
import {
  claiming,
  everyScope,
  goodClaims,
  goodHeader,
  headed,
  hmac,
  parts,
  spoiled,
  token,
  unsigned,
} from '../support/attackers-tokens.js'
import { documentedScopes } from '../support/example-requests.js'
import { encodePart } from '../support/keys.js'

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

refuseAll([...algorithms, ...signatures])
