import { beforeAll, describe, expect, it } from 'vitest'
import { createAccessTokenAuthenticator } from '../../../src/auth/access-token-authenticator.js'
import { compileAuthorization, type Authorize, type DecisionLog } from '../../../src/auth/authorize.js'
import { resolvePolicy, type AccessTokenPolicyInput } from '../../../src/auth/policy.js'
import type { Principal } from '../../../src/contract/principal.js'
import { requestWith } from '../../support/authenticator-request.js'
import { mintKey, signToken, type TestKey } from '../../support/keys.js'
import { readPolicies } from '../../support/written-policies.js'

/*
 * Access tokens of the client credentials grant as each authorization server writes them, at one gate that trusts them
 * all, each by its own policy, and asks for `items:read`.
 */

type Parts = Readonly<Record<string, unknown>>

interface Fixture {
  /** `alg` and `kid` aside. */
  readonly header: Parts
  /** `iat` and `exp` aside. */
  readonly claims: Parts
  readonly clientId: string
  /** Takes every scope of ours away. */
  readonly noScope: Parts
  readonly policy: AccessTokenPolicyInput
  /** Cells of the table that this issuer cannot fill: why, and what holds in their place. */
  readonly exceptions?: Readonly<Partial<Record<CellName, Exception>>>
}

interface Exception {
  readonly because: string
  readonly claims: Parts
  readonly want: Answer
}

type Answer = readonly [status: number, reason: string]

const audience = 'https://inventory.example.com'
const tenant = '11111111-2222-3333-4444-555555555555'
const scopes = ['items:read', 'items:write']
const scope = scopes.join(' ')
const written = await readPolicies()
const project = '253168464598466561'
const account = '112233445566778899001'

const auth0 = { issuer: 'https://tenant.eu.auth0.com/', audiences: [audience] }

const fixtures: Readonly<Record<string, Fixture>> = {
  'Okta, custom server': {
    policy: { issuer: 'https://org.okta.com/oauth2/aus1', audiences: [audience] },
    header: {},
    claims: { ver: 1, jti: 'AT.1', aud: audience, cid: 'client', scp: scopes, sub: 'client' },
    clientId: 'client',
    noScope: { scp: ['email'] },
  },
  'Auth0, default': {
    policy: auth0,
    header: { typ: 'JWT' },
    claims: { sub: 'client@clients', aud: audience, azp: 'client', gty: 'client-credentials', scope },
    clientId: 'client',
    // RBAC writes `permissions` beside `scope`; they are not what the policy names.
    noScope: { scope: undefined, permissions: scopes },
  },
  'Auth0, RFC 9068 profile': {
    policy: { ...auth0, issuer: 'https://profile.eu.auth0.com/' },
    header: { typ: 'at+jwt' },
    claims: { sub: 'client@clients', aud: [audience], client_id: 'client', jti: 'j', scope },
    clientId: 'client',
    noScope: { scope: undefined },
  },
  'Entra ID v1': {
    policy: { issuer: `https://sts.windows.net/${tenant}/`, audiences: [audience] },
    header: { typ: 'JWT', x5t: 'thumbprint' },
    claims: {
      aud: audience,
      appid: 'client',
      appidacr: '1',
      roles: scopes,
      sub: 'o',
      tid: tenant,
      ver: '1.0',
    },
    clientId: 'client',
    noScope: { roles: undefined },
  },
  'Entra ID v2': {
    policy: { issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, audiences: [audience] },
    header: { typ: 'JWT', x5t: 'thumbprint' },
    claims: { aud: audience, azp: 'client', azpacr: '1', roles: scopes, sub: 'o', tid: tenant, ver: '2.0' },
    clientId: 'client',
    // Any application of the tenant can get the audience: it has no roles then.
    noScope: { roles: undefined, scp: 'items:read' },
  },
  Keycloak: {
    policy: { issuer: 'https://login.example.com/realms/main', audiences: [audience] },
    header: { typ: 'JWT' },
    claims: {
      typ: 'Bearer',
      aud: [audience, 'account'],
      azp: 'client',
      client_id: 'client',
      sub: 's',
      scope,
    },
    clientId: 'client',
    noScope: { scope: 'email profile', realm_access: { roles: scopes } },
  },
  Cognito: {
    policy: {
      issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool',
      clientIds: ['client'],
      scopePrefix: 'inventory/',
    },
    header: {},
    claims: {
      token_use: 'access',
      client_id: 'client',
      sub: 'client',
      version: 2,
      scope: 'inventory/items:read inventory/items:write',
    },
    clientId: 'client',
    noScope: { scope: 'other/items:read items:read' },
    exceptions: {
      'for another audience': {
        because: 'its access tokens have no audience, and the client is pinned instead',
        claims: { client_id: 'another' },
        want: [401, 'client'],
      },
    },
  },
  'Ory Hydra': {
    policy: { issuer: 'https://hydra.example.com/', preset: 'hydra', audiences: [audience] },
    header: { typ: 'JWT' },
    claims: { aud: [audience], client_id: 'client', scp: scopes, ext: {}, sub: 'client', jti: 'j' },
    clientId: 'client',
    noScope: { scp: [], scope },
  },
  Zitadel: {
    policy: written['zitadel']!,
    header: { typ: 'JWT' },
    claims: {
      aud: [project],
      client_id: 'machine',
      sub: 'machine',
      [`urn:zitadel:iam:org:project:${project}:roles`]: Object.fromEntries(
        scopes.map((name) => [name, { 2531: 'org.example' }]),
      ),
    },
    clientId: 'machine',
    // Any service user can get the audience of any project: it has no roles there.
    noScope: {
      [`urn:zitadel:iam:org:project:${project}:roles`]: undefined,
      'urn:zitadel:iam:org:project:1:roles': { 'items:read': {} },
    },
  },
  FusionAuth: {
    policy: written['fusionauth']!,
    header: { typ: 'JWT' },
    claims: { aud: '8d9b8f1c-5a1f-4c1e-9a5e-6f0d6f3f6f10', sub: 'entity', permissions: scopes, jti: 'j' },
    clientId: 'entity',
    noScope: { permissions: [] },
  },
  'PingOne, before 2027-03': {
    policy: { issuer: 'https://auth.pingone.eu/environment/as', audiences: [audience] },
    header: {},
    claims: { aud: [audience], client_id: 'client', scope },
    clientId: 'client',
    noScope: { scope: undefined },
  },
  'PingOne, from 2027-03': {
    policy: { issuer: 'https://auth.pingone.eu/later/as', audiences: [audience] },
    header: { typ: 'at+jwt' },
    claims: { aud: [audience], client_id: 'client', scope },
    clientId: 'client',
    noScope: { scope: undefined },
  },
  Google: {
    policy: written['google']!,
    header: { typ: 'JWT' },
    claims: { aud: audience, azp: account, sub: account, email: 'a@b.iam.gserviceaccount.com' },
    clientId: account,
    noScope: {},
    exceptions: {
      'without a scope': {
        because: 'its tokens have no scopes, and accounts that are not listed are nobody here',
        claims: { sub: '998877665544332211009', azp: '998877665544332211009', scope },
        want: [401, 'client'],
      },
    },
  },
  'oidc-provider 9': {
    policy: { issuer: 'https://login.example.com/oidc', audiences: [audience] },
    header: { typ: 'at+jwt' },
    claims: { aud: audience, client_id: 'client', sub: 'client', jti: 'j', scope },
    clientId: 'client',
    noScope: { scope: '' },
  },
}

const cells = [
  'for another audience',
  'of another issuer',
  'without a scope',
  'of another typ',
  'that has expired',
  'signed by the key of another trusted issuer',
] as const
type CellName = (typeof cells)[number]

let authorize: Authorize
/** Who was let in by the last call. */
let caller: Principal | undefined
const keys = new Map<string, TestKey>()
/** What was logged of the last call. */
let log: DecisionLog

beforeAll(async () => {
  const minted = Object.keys(fixtures).map(async (name) => keys.set(name, await mintKey('RS256', 'key')))
  await Promise.all(minted)
  const authenticator = createAccessTokenAuthenticator(
    Object.entries(fixtures).map(([name, { policy }]) => ({
      ...policy,
      jwks: { keys: [keys.get(name)!.publicJwk] },
    })),
  )
  authorize = compileAuthorization({
    operation: 'listThings',
    requirements: [{ token: ['items:read'] }],
    schemes: { token: { type: 'openIdConnect' } },
    authenticators: { token: authenticator },
  })
})

interface Changes {
  readonly header?: Parts
  readonly claims?: Parts
  readonly signer?: TestKey
}

function tokenOf(name: string, { header, claims, signer }: Changes = {}): string {
  const fixture = fixtures[name]!
  const iat = Math.floor(Date.now() / 1_000)
  return signToken(
    { alg: 'RS256', kid: 'key', ...fixture.header, ...header },
    { iss: fixture.policy.issuer, iat, exp: iat + 300, ...fixture.claims, ...claims },
    signer ?? keys.get(name)!,
  )
}

async function call(token: string): Promise<Answer> {
  const answer = await authorize(requestWith(`Bearer ${token}`))
  log = answer.log
  caller = answer.ok ? answer.principal : undefined
  return [answer.ok ? 200 : answer.problem.status, log.reason ?? log.outcome]
}

/** What fills a cell of the table, and what becomes of it. */
function fill(name: string, cell: CellName): readonly [Changes, Answer] {
  const fixture = fixtures[name]!
  const exception = fixture.exceptions?.[cell]
  if (exception) return [{ claims: exception.claims }, exception.want]
  const others = Object.keys(fixtures).filter((other) => other !== name)
  switch (cell) {
    case 'for another audience':
      return [{ claims: { aud: 'https://other.example.com' } }, [401, 'audience']]
    case 'of another issuer':
      return [{ claims: { iss: `${fixture.policy.issuer}x` } }, [401, 'issuer']]
    case 'without a scope':
      return [{ claims: fixture.noScope }, [403, 'insufficient_scope']]
    case 'of another typ':
      return [{ header: { typ: 'logout+jwt' } }, [401, 'typ']]
    case 'that has expired':
      return [{ claims: { exp: Math.floor(Date.now() / 1_000) - 60 } }, [401, 'expired']]
    case 'signed by the key of another trusted issuer':
      return [{ signer: keys.get(others[0]!)! }, [401, 'signature']]
  }
}

describe.each(Object.keys(fixtures))('a token of %s', (name) => {
  const { policy, clientId, exceptions = {} } = fixtures[name]!

  it('is let in, with its client and scopes', async () => {
    expect(await call(tokenOf(name))).toEqual([200, 'allow'])
    expect(caller).toMatchObject({ issuer: policy.issuer, clientId })
    expect(caller?.scopes).toEqual(name === 'Google' ? ['items:read'] : scopes)
  })

  it.each(
    cells.map((cell) => {
      const reason = exceptions[cell]
      return [reason === undefined ? cell : `(${cell}: ${reason.because})`, cell] as const
    }),
  )('%s is refused', async (_title, cell) => {
    const [changes, want] = fill(name, cell)
    expect(await call(tokenOf(name, changes))).toEqual(want)
    expect(caller).toBeUndefined()
  })
})

it('an audience is asked for wherever there is one', () => {
  const without = Object.entries(fixtures).filter(
    ([, { policy }]) => resolvePolicy(policy).audiences === null,
  )
  expect(without.map(([name]) => name)).toEqual(['Cognito'])
})

describe('a token of Okta, org server, which is for Okta’s own API', () => {
  const org = { header: { typ: 'application/okta-internal-at+jwt' }, claims: { aud: 'https://org.okta.com' } }

  it('has no policy that could take it', () => {
    const policy = { issuer: 'https://org.okta.com', audiences: ['https://org.okta.com'] }
    expect(() => resolvePolicy(policy)).toThrow(/custom authorization server/)
  })

  it.each<{ title: string; claims: Parts }>([
    { title: 'as it is', claims: { iss: 'https://org.okta.com' } },
    { title: 'in the name of the custom server', claims: {} },
    { title: 'for the audience of the service', claims: { aud: audience } },
    { title: 'that has expired', claims: { exp: 1 } },
  ])('$title is refused, and the log says what to do', async ({ claims }) => {
    const token = tokenOf('Okta, custom server', { ...org, claims: { ...org.claims, ...claims } })
    expect(await call(token)).toEqual([401, 'okta_org_server'])
    expect(log.hint).toContain('ask a custom authorization server')
  })
})

it('no two issuers of the table share a policy or a key', () => {
  expect(new Set(Object.values(fixtures).map(({ policy }) => policy.issuer)).size).toBe(14)
  expect(new Set([...keys.values()].map(({ publicJwk }) => publicJwk.n)).size).toBe(14)
})
