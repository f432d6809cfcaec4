import { describe, expect, it } from 'vitest'
import { describeCallers, toCallersText } from '../../../src/cli/describe-callers.js'
import type {
  SecurityRequirements,
  SecurityScheme,
} from '../../../src/contract/operations/security-requirement.js'

const schemes = new Map<string, SecurityScheme>([
  ['oauth', { type: 'oauth2', flows: {} }],
  ['oidc', { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example' }],
  ['cert', { type: 'mutualTLS' }],
  ['headerKey', { type: 'apiKey', in: 'header', name: 'X-Key' }],
  ['queryKey', { type: 'apiKey', in: 'query', name: 'key' }],
  ['cookieKey', { type: 'apiKey', in: 'cookie', name: 'sid' }],
  ['bearer', { type: 'http', scheme: 'Bearer' }],
  ['basic', { type: 'http', scheme: 'basic' }],
  ['digest', { type: 'http', scheme: 'Digest' }],
])

const textOf = (security: SecurityRequirements, stated = true) =>
  toCallersText(describeCallers({ security }, schemes, stated))

describe('who may call, in words', () => {
  it.each([
    { security: [], want: 'Anyone: no credentials are asked for.' },
    { security: [{}], want: 'Anyone: no credentials are asked for.' },
    { security: [{ oauth: [] }], want: 'Callers with an OAuth 2.0 access token (oauth).' },
    {
      security: [{ oauth: ['a', 'b', 'c'] }],
      want: 'Callers with an OAuth 2.0 access token (oauth) that grants a, b and c.',
    },
    {
      security: [{ oidc: ['a'] }],
      want: 'Callers with an access token of an OpenID provider (oidc) that grants a.',
    },
    { security: [{ cert: [] }], want: 'Callers with a client certificate (cert).' },
    { security: [{ headerKey: [] }], want: 'Callers with an API key in the header `X-Key` (headerKey).' },
    {
      security: [{ queryKey: [] }],
      want: 'Callers with an API key in the query parameter `key` (queryKey).',
    },
    { security: [{ cookieKey: [] }], want: 'Callers with an API key in the cookie `sid` (cookieKey).' },
    { security: [{ bearer: [] }], want: 'Callers with a bearer token (bearer).' },
    { security: [{ basic: [] }], want: 'Callers with a user name and password by HTTP Basic (basic).' },
    {
      security: [{ digest: [] }],
      want: 'Callers with `digest` credentials in the header `Authorization` (digest).',
    },
    {
      security: [{ cert: [], oauth: ['a'] }],
      want: 'Callers with all of: a client certificate (cert); an OAuth 2.0 access token (oauth) that grants a.',
    },
  ])('$security', ({ security, want }) => {
    expect(textOf(security as unknown as SecurityRequirements)).toEqual([want])
  })

  it('keeps the scopes of each alternative to it, and says what is never reached', () => {
    expect(textOf([{ oauth: ['a', 'b'] }, { oauth: ['c'] }, {}, { basic: [] }])).toEqual([
      'Callers who fulfil one of these, which are tried in this order:',
      '  1. an OAuth 2.0 access token (oauth) that grants a and b',
      '  2. an OAuth 2.0 access token (oauth) that grants c',
      '  3. nothing: anyone is let in',
      '  4. a user name and password by HTTP Basic (basic) (never reached)',
    ])
  })
})

describe('who may call, as data', () => {
  it.each([
    { security: [], anyone: true },
    { security: [{ cert: [] }, {}], anyone: true },
    { security: [{ cert: [] }, { basic: [] }], anyone: false },
  ])('$security lets in anyone: $anyone', ({ security, anyone }) => {
    const described = describeCallers({ security: security }, schemes, true)
    expect(described.anyone).toBe(anyone)
  })
})

describe('how access tokens must be bound', () => {
  it.each([
    { asked: ['dpop'], want: 'to a DPoP key (RFC 9449)' },
    { asked: ['mtls'], want: 'to a client certificate (RFC 8705)' },
    { asked: ['any'], want: 'to a DPoP key or a client certificate' },
    { asked: ['dpop', 'mtls'], want: 'to a DPoP key (RFC 9449) and to a client certificate (RFC 8705)' },
  ] as const)('is said with the credential: $asked', ({ asked, want }) => {
    const described = describeCallers(
      { security: [{ token: ['items:read'] }], senderConstraints: { token: asked } },
      new Map([['token', { type: 'http', scheme: 'dpop' }]]),
      true,
    )
    expect(described.alternatives[0]?.[0]?.boundBy).toEqual(asked)
    expect(toCallersText(described)).toEqual([
      `Callers with an access token (token) that grants items:read, bound ${want}.`,
    ])
  })
})
