import { describe, expect, it } from 'vitest'
import type { IssuerPreset } from '../../../src/auth/issuer-preset.js'
import { resolvePolicy } from '../../../src/auth/policy.js'
import type { JsonObject } from '../../../src/contract/json-pointer.js'
import { toRefusalAdvice } from '../../../src/cli/refusal-advice.js'
import { toTokenErrorAdvice } from '../../../src/cli/token-error-advice.js'
import { TokenError, type TokenErrorCode } from '../../../src/sdk/errors.js'

const issuers: Readonly<Record<IssuerPreset, string>> = {
  rfc9068: 'https://issuer.example',
  okta: 'https://org.okta.com/oauth2/default',
  auth0: 'https://tenant.eu.auth0.com/',
  entra: 'https://login.microsoftonline.com/t/v2.0',
  'entra-v1': 'https://sts.windows.net/t/',
  keycloak: 'https://sso.example/realms/r',
  cognito: 'https://cognito-idp.eu-central-1.amazonaws.com/pool',
  hydra: 'https://hydra.example/',
  ping: 'https://auth.pingone.eu/e/as',
}

interface Given {
  readonly header?: JsonObject
  readonly claims?: JsonObject
  readonly clientIds?: readonly string[]
  readonly noAudience?: boolean
  readonly isEmbedded?: boolean
  readonly cause?: unknown
}

function adviceFor(code: string, preset: IssuerPreset, given: Given = {}) {
  const { header = {}, claims = {}, clientIds, noAudience = false, isEmbedded = false, cause } = given
  const policy = resolvePolicy({
    issuer: issuers[preset],
    preset,
    audiences: noAudience ? null : ['api://x'],
    ...(clientIds && { clientIds }),
    ...(noAudience && !clientIds && { scopePrefix: 'x/' }),
  })
  const decoded = { header, claims }
  return toRefusalAdvice(code, { token: 'a.b.c', decoded, policy, preset, isEmbedded, nowMs: 0, cause })
}

describe('advice on the issuer of a token', () => {
  it.each<{ preset: IssuerPreset; iss: JsonObject[string]; want: RegExp }>([
    {
      preset: 'auth0',
      iss: 'https://tenant.eu.auth0.com',
      want: /^Set ISSUER=\S+com in \.env: they differ in the slash at the end alone\.$/,
    },
    { preset: 'rfc9068', iss: 'http://issuer.example', want: /they differ in http and https alone\.$/ },
    {
      preset: 'keycloak',
      iss: 'https://sso.example/realms/R',
      want: /they differ in upper and lower case alone\.$/,
    },
    {
      preset: 'entra',
      iss: 'https://sts.windows.net/t/',
      want: /^Set requestedAccessTokenVersion to 2 in the manifest/,
    },
    {
      preset: 'okta',
      iss: 'https://org.okta.com',
      want: /^Ask https:\/\/org\.okta\.com\/oauth2\/default\/v1\/token for the token/,
    },
    {
      preset: 'okta',
      iss: 'https://other.example',
      want: /^Ask ISSUER for the token, or, where https:\/\/other\.example is whom you trust, set ISSUER to it\.$/,
    },
    {
      preset: 'keycloak',
      iss: 'http://localhost:8080/realms/r',
      want: / Keycloak names itself by the host that it was asked at: /,
    },
    { preset: 'rfc9068', iss: ['a'], want: /^Have the issuer name itself in iss\.$/ },
  ])('of $preset that names $iss', ({ preset, iss, want }) => {
    expect(adviceFor('issuer', preset, { claims: { iss } }).advice).toMatch(want)
  })
})

describe('advice on the audience of a token', () => {
  it.each<{ preset: IssuerPreset; aud?: JsonObject[string]; want: RegExp }>([
    {
      preset: 'keycloak',
      aud: 'account',
      want: /^Add an audience mapper in Keycloak: .* with api:\/\/x as included audience\.$/,
    },
    {
      preset: 'keycloak',
      aud: ['account', 'mine'],
      want: /^Add an audience mapper .* Or, where mine is what it calls this API, set AUDIENCE=mine in \.env\.$/,
    },
    { preset: 'auth0', want: /^Send audience=api:\/\/x in the token request\.$/ },
    {
      preset: 'okta',
      aud: 'api://default',
      want: /^Set AUDIENCE in \.env to the audience in the settings of the authorization server\. Or, .*api:\/\/default/,
    },
    { preset: 'entra', want: /^Ask for the scope api:\/\/x\/\.default \(DEFAULT_SCOPE\)/ },
    { preset: 'entra-v1', want: /^Ask for the scope/ },
    { preset: 'cognito', want: /^Unset AUDIENCE and set CLIENT_IDS/ },
    {
      preset: 'hydra',
      aud: [],
      want: /^Send audience=api:\/\/x in the token request, and allow it for the client\.$/,
    },
    { preset: 'ping', want: /^Send resource=api:\/\/x in the token request \(RFC 8707\)/ },
  ])('of $preset that names $aud', ({ preset, aud, want }) => {
    expect(adviceFor('audience', preset, aud === undefined ? {} : { claims: { aud } }).advice).toMatch(want)
  })

  it('that nobody asks for and no scope stands in for', () => {
    expect(adviceFor('audience', 'cognito', { noAudience: true })).toEqual({
      seen: 'It names no audience, no client is named in CLIENT_IDS, and it grants no scope of this API.',
      advice: 'Set CLIENT_IDS to the clients that may call.',
    })
  })
})

describe('advice', () => {
  it.each<{ code: string; preset: IssuerPreset; given: Given; want: RegExp }>([
    {
      code: 'algorithm',
      preset: 'auth0',
      given: { header: { alg: 'HS256' } },
      want: /Auth0: signing algorithm, in the settings of the API\.$/,
    },
    {
      code: 'typ',
      preset: 'okta',
      given: { header: { typ: 'application/okta-internal-at+jwt' } },
      want: /^Ask a custom authorization server of Okta/,
    },
    {
      code: 'client',
      preset: 'rfc9068',
      given: { claims: { client_id: 'é' }, clientIds: ['é'] },
      want: /^Have the issuer name the client in printable ASCII\.$/,
    },
    {
      code: 'key_set_unavailable',
      preset: 'rfc9068',
      given: { isEmbedded: true },
      want: /^Start it with `npm run dev`\.$/,
    },
    { code: 'new_reason', preset: 'rfc9068', given: {}, want: /^The log of the service says more\.$/ },
    { code: 'constructor', preset: 'rfc9068', given: {}, want: /^The log of the service says more\.$/ },
  ])('on $code at $preset with $given', ({ code, preset, given, want }) => {
    expect(adviceFor(code, preset, given).advice).toMatch(want)
  })

  it.each([
    { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }), want: 'there is no such host' },
    {
      cause: Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      want: 'its certificate is self-signed: name its CA in NODE_EXTRA_CA_CERTS',
    },
    {
      cause: new Error('Outer', {
        cause: new TypeError('fetch failed', { cause: new Error('unexpected redirect') }),
      }),
      want: 'it redirects, which is not followed',
    },
    { cause: new Error('No keys', { cause: new TypeError('fetch failed') }), want: 'no keys' },
    { cause: undefined, want: 'it failed' },
  ])('on keys that cannot be had says why: $want', ({ cause, want }) => {
    expect(adviceFor('key_set_unavailable', 'rfc9068', { cause }).seen).toBe(
      `The keys of https://issuer.example cannot be had: ${want}.`,
    )
  })

  it('never quotes more than fits a line', () => {
    const { seen } = adviceFor('audience', 'ping', { claims: { aud: 'a'.repeat(9000) } })
    expect(seen).toContain(`aud is ${'a'.repeat(200)}…, and`)
    expect(adviceFor('audience', 'ping', { claims: { aud: '' } }).seen).toContain('aud is empty, and')
  })
})

describe('advice on a token that could not be fetched', () => {
  interface Row {
    readonly code?: TokenErrorCode
    readonly error?: string
    readonly preset?: IssuerPreset
    readonly scopes?: readonly string[]
    readonly want: RegExp
  }
  it.each<Row>([
    { code: 'unreachable', want: /^See that it runs, and that it can be reached from here\.$/ },
    { code: 'metadata', want: /^`npm run gatehouse -- doctor` looks into it\.$/ },
    { code: 'malformed', want: /^Have it answer with an access token of the type Bearer/ },
    { error: 'unauthorized_client', want: /^Allow the client the client credentials grant/ },
    { error: 'access_denied', preset: 'auth0', want: /^Authorize the application for the API: Auth0/ },
    { error: 'access_denied', want: /^Allow the client this API/ },
    { error: 'unsupported_grant_type', want: /^Turn the client credentials grant on/ },
    {
      error: 'invalid_scope',
      preset: 'entra',
      want: /^Set DEFAULT_SCOPE in \.env to the API with \/\.default behind it\.$/,
    },
    { error: 'invalid_scope', preset: 'entra-v1', want: /\/\.default/ },
    { error: 'invalid_scope', want: /^Set DEFAULT_SCOPE in \.env to scopes that the client may have/ },
    { error: 'invalid_scope', scopes: ['a', 'b'], want: /^Allow the client a b,/ },
    {
      error: 'invalid_target',
      want: /^Set AUDIENCE in \.env to what the authorization server calls this API\.$/,
    },
    { error: 'toString', want: /^Look at what it says, and at its log\./ },
    { want: /^Look at what it says, and at its log\. DEFAULT_SCOPE and the client are what it was sent\.$/ },
  ])('by $code $error at $preset', ({ code = 'refused', error, preset = 'rfc9068', scopes, want }) => {
    const failure = new TokenError(code, 'It said no', { ...(error !== undefined && { error }) })
    expect(toTokenErrorAdvice(failure, { preset, isEmbedded: false, scopes })).toEqual({
      seen: 'It said no.',
      advice: expect.stringMatching(want),
    })
  })
})
