import { describe, expect, it } from 'vitest'
import type { Fields } from '../support/attacked-gate.js'
import {
  attack,
  ec,
  evil,
  gate,
  refuseAll,
  rsa,
  secured,
  spared,
  type Attack,
} from '../support/attacked-operations.js'
import {
  authorized,
  bearer,
  boundToken,
  claiming,
  everyScope,
  goodHeader,
  inArray,
  noProof,
  proofOf,
  proved,
  spoiled,
  syntax,
  token,
} from '../support/attackers-tokens.js'
import { documentedScopes, exampleRequest, type DocumentedOperation } from '../support/example-requests.js'
import { encodePart, signToken } from '../support/keys.js'

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

refuseAll([...forms, ...bound])
