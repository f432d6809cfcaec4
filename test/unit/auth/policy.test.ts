import { describe, expect, it } from 'vitest'
import { normalizeTyp, resolvePolicy, type AccessTokenPolicyInput } from '../../../src/auth/policy.js'

describe('resolvePolicy', () => {
  const minimal = { issuer: 'https://issuer.test', audiences: ['api://test'] }

  it('completes a policy with the conventions of RFC 9068', () => {
    expect(resolvePolicy(minimal)).toMatchObject({
      issuer: 'https://issuer.test',
      audiences: ['api://test'],
      clientIds: null,
      typ: ['at+jwt'],
      scopeFrom: 'scope',
      scopeFormat: 'string',
      scopePrefix: '',
      clientIdFrom: ['client_id'],
      requiredClaims: {},
      subjectScopes: null,
      clockToleranceSeconds: 30,
      jwks: null,
      jwksUri: null,
      introspection: null,
    })
  })

  it('infers the preset from the issuer, unless one is named', () => {
    const issuer = 'https://org.okta.com/oauth2/default'
    expect(resolvePolicy({ ...minimal, issuer })).toMatchObject({ scopeFrom: 'scp', clientIdFrom: ['cid'] })
    expect(resolvePolicy({ ...minimal, issuer, preset: 'rfc9068' })).toMatchObject({ scopeFrom: 'scope' })
  })

  it('lets a policy overrule its preset, member by member', () => {
    const policy = resolvePolicy({
      ...minimal,
      typ: ['application/AT+jwt', 'JWT', null],
      algorithms: ['PS256'],
    })
    expect(policy).toMatchObject({ typ: ['at+jwt', 'jwt', null], algorithms: ['PS256'], scopeFrom: 'scope' })
  })

  it.each<{ title: string; given: Partial<AccessTokenPolicyInput>; want: RegExp }>([
    {
      title: 'an http issuer',
      given: { issuer: 'http://issuer.test' },
      want: /issuer is an https URL without query and fragment$/,
    },
    {
      title: 'an http issuer on loopback',
      given: { issuer: 'http://127.0.0.1:9000' },
      want: /https URL .*; for one at this machine, in development, set `allowInsecureIssuers`$/,
    },
    { title: 'an issuer with a query', given: { issuer: 'https://issuer.test?a' }, want: /without query/ },
    { title: 'an issuer with a fragment', given: { issuer: 'https://issuer.test#a' }, want: /fragment/ },
    { title: 'a host for an issuer', given: { issuer: 'issuer.test' }, want: /https URL/ },
    {
      title: 'an Okta org server',
      given: { issuer: 'https://org.okta.com' },
      want: /Okta org server.*https:\/\/org\.okta\.com\/oauth2\/default/,
    },
    {
      title: 'an Okta org server behind a domain of its own',
      given: { issuer: 'https://login.issuer.test', preset: 'okta' },
      want: /custom authorization server/,
    },
    {
      title: 'an Auth0 issuer without its slash',
      given: { issuer: 'https://tenant.auth0.com' },
      want: /ends with a slash: https:\/\/tenant\.auth0\.com\//,
    },
    { title: 'no audience', given: { audiences: [] }, want: /list of audiences/ },
    { title: 'an empty audience', given: { audiences: ['api://test', ''] }, want: /list of audiences/ },
    { title: 'neither audience nor pin', given: { audiences: null }, want: /need a pin/ },
    { title: 'an empty pin', given: { audiences: null, scopePrefix: '' }, want: /need a pin/ },
    { title: 'a pin to no client', given: { audiences: null, clientIds: [] }, want: /list of client ids/ },
    {
      title: 'a symmetric algorithm',
      given: { algorithms: ['ES256', 'HS256'] },
      want: /HS256 is no signature/,
    },
    { title: 'no signature', given: { algorithms: ['none'] }, want: /none is no signature/ },
    { title: 'no algorithm', given: { algorithms: [] }, want: /algorithms is a list/ },
    { title: 'no typ', given: { typ: [] }, want: /typ accepts nothing/ },
    { title: 'no claim for the client', given: { clientIdFrom: [] }, want: /clientIdFrom/ },
    { title: 'a required claim of no value', given: { requiredClaims: { typ: [] } }, want: /requiredClaims/ },
    { title: 'no claim for scopes', given: { scopeFrom: '' }, want: /scopeFrom/ },
    { title: 'a tolerance below zero', given: { clockToleranceSeconds: -1 }, want: /0 to 300/ },
    { title: 'a tolerance without end', given: { clockToleranceSeconds: Infinity }, want: /0 to 300/ },
    { title: 'a tolerance that is no number', given: { clockToleranceSeconds: NaN }, want: /0 to 300/ },
    {
      title: 'keys over http',
      given: { jwksUri: 'http://issuer.test/jwks' },
      want: /jwksUri is an https URL/,
    },
    {
      title: 'scopes in a form that there is not',
      given: { scopeFormat: 'toString' as 'string' },
      want: /scopeFormat is string, array or keys/,
    },
    { title: 'scopes of no subject', given: { subjectScopes: {} }, want: /list of scopes for each subject/ },
    {
      title: 'a subject without a list of scopes',
      given: { subjectScopes: { sub: 'items:read' as unknown as string[] } },
      want: /list of scopes for each subject/,
    },
    {
      title: 'a prefix of scopes that no claim grants',
      given: { subjectScopes: { sub: [] }, scopePrefix: 'a/' },
      want: /scopePrefix does nothing/,
    },
    ...(
      [
        ['without its client', { clientId: '' }, /clientId is missing/],
        ['without its secret', { clientSecret: undefined as unknown as string }, /clientSecret is missing/],
        ['over http', { endpoint: 'http://issuer.test/introspect' }, /endpoint is an https URL/],
        ['that keeps replies for long', { cacheSeconds: 301 }, /cacheSeconds is 0 to 300/],
        ['that keeps replies for no number', { cacheSeconds: NaN }, /cacheSeconds is 0 to 300/],
        [
          'with a way to authenticate that there is not',
          { authentication: 'none' as never },
          /client_secret_/,
        ],
        ['without a claim for the client', { clientIdFrom: [] }, /clientIdFrom is a list/],
      ] as const
    ).map(([how, changed, want]) => ({
      title: `introspection ${how}`,
      given: { introspection: { clientId: 'api', clientSecret: 'very-secret', ...changed } },
      want,
    })),
    {
      title: 'keys twice',
      given: { jwksUri: 'https://issuer.test/jwks', jwks: { keys: [] } },
      want: /exclude each other/,
    },
  ])('refuses $title', ({ given, want }) => {
    expect(() => resolvePolicy({ ...minimal, ...given })).toThrow(
      expect.objectContaining({ code: 'policy_invalid', message: expect.stringMatching(want) as string }),
    )
  })

  it('completes introspection with the names of RFC 7662, whatever the preset, and keeps its secret to itself', () => {
    const introspection = { clientId: 'api', clientSecret: 'very-secret' }
    expect(resolvePolicy({ ...minimal, preset: 'hydra', introspection }).introspection).toEqual({
      ...introspection,
      endpoint: null,
      authentication: 'client_secret_basic',
      cacheSeconds: 30,
      scopeFrom: 'scope',
      scopeFormat: 'string',
      clientIdFrom: ['client_id'],
      requiredClaims: {},
    })
    expect(() => resolvePolicy({ ...minimal, introspection: { ...introspection, clientId: '' } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('very-secret') as string }),
    )
  })

  it('refuses a preset that there is not', () => {
    const preset = 'toString' as 'okta'
    expect(() => resolvePolicy({ ...minimal, preset })).toThrow(/no preset toString/)
  })

  it('refuses a policy that only forgot its audience', () => {
    expect(() => resolvePolicy({ issuer: minimal.issuer })).toThrow(/audiences is missing/)
    expect(() => resolvePolicy({ issuer: minimal.issuer, clientIds: ['a'] })).toThrow(/audiences is missing/)
  })

  it('lists every mistake', () => {
    const given = { issuer: 'http://issuer.test', audiences: [], algorithms: ['HS256'] }
    expect(() => resolvePolicy(given)).toThrow(
      expect.objectContaining({
        issuer: 'http://issuer.test',
        mistakes: [
          expect.stringContaining('https URL'),
          expect.stringContaining('audiences'),
          expect.stringContaining('HS256'),
        ],
      }),
    )
  })

  it.each<AccessTokenPolicyInput>([
    { issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/pool', clientIds: ['client'] },
    { issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/pool', scopePrefix: 'inventory/' },
    { issuer: 'https://issuer.test', audiences: null, clientIds: ['client'] },
    { issuer: 'https://org.okta.com/oauth2/aus123', audiences: ['api://default'] },
    { issuer: 'https://tenant.auth0.com/', audiences: ['https://api.test'] },
  ])('accepts $issuer with audiences $audiences, clients $clientIds, prefix $scopePrefix', (given) => {
    expect(resolvePolicy(given).issuer).toBe(given.issuer)
  })

  it('accepts http on loopback where that is allowed', () => {
    const given = { ...minimal, issuer: 'http://127.0.0.1:9000', jwksUri: 'http://localhost:9000/jwks' }
    expect(resolvePolicy(given, { allowInsecureIssuers: true }).issuer).toBe(given.issuer)
  })
})

describe('normalizeTyp', () => {
  it.each([
    { given: 'at+jwt', want: 'at+jwt' },
    { given: 'AT+JWT', want: 'at+jwt' },
    { given: 'application/at+jwt', want: 'at+jwt' },
    { given: 'Application/AT+jwt', want: 'at+jwt' },
    { given: 'application/a/b', want: 'application/a/b' },
    { given: 'text/at+jwt', want: 'text/at+jwt' },
  ])('writes $given as $want', ({ given, want }) => {
    expect(normalizeTyp(given)).toBe(want)
  })
})
