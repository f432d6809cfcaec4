import { describe, expect, it } from 'vitest'
import { toBearerChallenge, toChallenge } from '../../../src/auth/challenge.js'

describe('toBearerChallenge', () => {
  const context = {
    realm: 'inventory',
    resourceMetadataUrl: 'https://api.test/.well-known/oauth-protected-resource',
  }
  const metadata = 'resource_metadata="https://api.test/.well-known/oauth-protected-resource"'

  it('says nothing of an error where no credentials were sent (RFC 6750 section 3.1)', () => {
    expect(toBearerChallenge(context)).toBe(`Bearer realm="inventory", ${metadata}`)
    expect(toBearerChallenge({ realm: 'inventory' }, {})).toBe('Bearer realm="inventory"')
  })

  it.each([
    {
      given: { error: 'invalid_request' },
      want: 'error="invalid_request", error_description="The access token must be sent once, in the Authorization header"',
    },
    {
      given: { error: 'invalid_token' },
      want: 'error="invalid_token", error_description="The access token is not valid"',
    },
    {
      given: { error: 'insufficient_scope', scopes: ['items:read', 'items:write'] },
      want: 'error="insufficient_scope", error_description="The access token lacks a scope", scope="items:read items:write"',
    },
  ] as const)('explains $given.error', ({ given, want }) => {
    expect(toBearerChallenge(context, given)).toBe(`Bearer realm="inventory", ${want}, ${metadata}`)
  })

  it('describes errors with characters that RFC 6750 section 3 allows', () => {
    for (const error of ['invalid_request', 'invalid_token', 'insufficient_scope'] as const) {
      const [, description] = /error_description="([^"]*)"/.exec(toBearerChallenge(context, { error })) ?? []
      expect(description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    }
  })
})

describe('toChallenge', () => {
  it('is the bare scheme where there is nothing to add', () => {
    expect(toChallenge('Negotiate', { realm: undefined })).toBe('Negotiate')
  })

  it('escapes quotes and backslashes (RFC 9110 section 5.6.4)', () => {
    expect(toChallenge('Basic', { realm: 'a "b" \\c' })).toBe('Basic realm="a \\"b\\" \\\\c"')
  })

  it.each(['line\r\nX-Injected: 1', 'nul\u0000', 'é', '\u2028'])('refuses %j', (realm) => {
    expect(() => toChallenge('Basic', { realm })).toThrow(TypeError)
  })
})
