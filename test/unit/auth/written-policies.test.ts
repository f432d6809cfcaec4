import { beforeAll, describe, expect, it } from 'vitest'
import { createAccessTokenVerifier } from '../../../src/auth/access-token.js'
import { createStaticKeySet } from '../../../src/auth/key-set.js'
import { resolvePolicy } from '../../../src/auth/policy.js'
import { mintKey, signToken, type TestKey } from '../../support/keys.js'
import { readPolicies } from '../../support/written-policies.js'

type Parts = Readonly<Record<string, unknown>>

interface Fixture {
  /** Claims beside `iss`, `aud`, `iat` and `exp`. */
  readonly claims: Parts
  readonly clientId: string
  /** Claims of other tokens of the same issuer, and what becomes of them: a refusal, or no scopes. */
  readonly others: Readonly<Record<string, { claims: Parts; want: object }>>
}

const refused = (code: string): object => ({ ok: false, reason: 'invalid', code })
const withoutScopes = { ok: true, principal: { scopes: [] } }
const project = '253168464598466561'
const account = '112233445566778899001'

/** Tokens for the policies that ISSUERS.md writes out, as these issuers write them. */
const fixtures: Readonly<Record<string, Fixture>> = {
  zitadel: {
    claims: {
      sub: 'machine',
      client_id: 'machine',
      [`urn:zitadel:iam:org:project:${project}:roles`]: { 'items:read': { '2531': 'org.example' } },
    },
    clientId: 'machine',
    others: {
      'without a role in the project': {
        claims: {
          [`urn:zitadel:iam:org:project:${project}:roles`]: undefined,
          'urn:zitadel:iam:org:project:1:roles': { 'items:read': {} },
          scope: 'items:read',
        },
        want: withoutScopes,
      },
      'for another project': { claims: { aud: ['1'] }, want: refused('audience') },
      'that is an ID token': { claims: { nonce: 'n' }, want: refused('token_kind') },
    },
  },
  fusionauth: {
    claims: { sub: 'entity', permissions: ['items:read'], jti: 'j' },
    clientId: 'entity',
    others: {
      'without permissions': { claims: { permissions: [] }, want: withoutScopes },
      'for another entity': { claims: { aud: 'another' }, want: refused('audience') },
      'with roles alone': { claims: { permissions: undefined, roles: ['items:read'] }, want: withoutScopes },
    },
  },
  google: {
    claims: {
      sub: account,
      azp: account,
      email: 'shop@project.iam.gserviceaccount.com',
      email_verified: true,
    },
    clientId: account,
    others: {
      'of an account that is not listed': {
        claims: { sub: '998877665544332211009', azp: '998877665544332211009' },
        want: refused('client'),
      },
      'of a built-in name': { claims: { sub: 'constructor' }, want: refused('client') },
      'that names its scopes itself': {
        claims: { scope: 'items:write', permissions: ['items:write'] },
        want: { ok: true, principal: { scopes: ['items:read'] } },
      },
      'for another audience': { claims: { aud: 'https://other.example' }, want: refused('audience') },
    },
  },
}

const policies = await readPolicies()

it('ISSUERS.md writes out a policy for each of these, and no other', () => {
  expect(Object.keys(policies)).toEqual(Object.keys(fixtures))
})

describe.each(Object.entries(fixtures))('a token of %s, by its policy in ISSUERS.md,', (name, fixture) => {
  const input = policies[name]!
  let key: TestKey
  let verify: ReturnType<typeof createAccessTokenVerifier>
  beforeAll(async () => {
    key = await mintKey('RS256')
    const keySet = createStaticKeySet({ keys: [key.publicJwk] })
    const policy = resolvePolicy(input)
    verify = createAccessTokenVerifier(new Map([[input.issuer, { policy, keySet }]]))
  })

  function sign(claims: Parts = {}, header: Parts = {}): string {
    const iat = Math.floor(Date.now() / 1000)
    return signToken(
      { alg: 'RS256', kid: key.kid, typ: 'JWT', ...header },
      { iss: input.issuer, aud: input.audiences, iat, exp: iat + 300, ...fixture.claims, ...claims },
      key,
    )
  }

  it('names its client and grants its scopes', async () => {
    await expect(verify(sign())).resolves.toMatchObject({
      ok: true,
      principal: { issuer: input.issuer, clientId: fixture.clientId, scopes: ['items:read'] },
    })
  })

  it.each(Object.entries(fixture.others))('%s: is not taken for more than it is', async (_, other) => {
    await expect(verify(sign(other.claims))).resolves.toMatchObject(other.want)
  })

  it.each([undefined, 'dpop+jwt', 'logout+jwt'])('is refused with typ %s', async (typ) => {
    await expect(verify(sign({}, { typ }))).resolves.toMatchObject(refused('typ'))
  })

  it('is refused when it has expired', async () => {
    await expect(verify(sign({ exp: 1 }))).resolves.toMatchObject(refused('expired'))
  })
})
