import { describe, expect, it } from 'vitest'
import { createResourceMetadata, resourceMetadataUrl } from '../../../src/auth/resource-metadata.js'

describe('createResourceMetadata', () => {
  it('says what a client needs to get a token', () => {
    const given = {
      resource: 'https://api.test',
      issuers: ['https://issuer.test', 'https://other.test/'],
      scopes: ['items:read', 'items:write', 'items:read'],
      name: 'Inventory',
      documentationUrl: 'https://api.test/docs',
    }
    expect(createResourceMetadata(given)).toEqual({
      resource: 'https://api.test',
      authorization_servers: ['https://issuer.test', 'https://other.test/'],
      scopes_supported: ['items:read', 'items:write'],
      bearer_methods_supported: ['header'],
      resource_name: 'Inventory',
      resource_documentation: 'https://api.test/docs',
    })
  })

  it('leaves out what would be empty (RFC 9728 section 3.2)', () => {
    expect(createResourceMetadata({ resource: 'https://api.test', issuers: [], scopes: [] })).toEqual({
      resource: 'https://api.test',
      bearer_methods_supported: ['header'],
    })
  })
})

describe('resourceMetadataUrl', () => {
  it.each([
    { given: 'https://api.test', want: 'https://api.test/.well-known/oauth-protected-resource' },
    { given: 'https://api.test/', want: 'https://api.test/.well-known/oauth-protected-resource' },
    {
      given: 'https://api.test/inventory',
      want: 'https://api.test/.well-known/oauth-protected-resource/inventory',
    },
    { given: 'http://127.0.0.1:3000', want: 'http://127.0.0.1:3000/.well-known/oauth-protected-resource' },
  ])('of $given is $want', ({ given, want }) => {
    expect(resourceMetadataUrl(given)).toBe(want)
  })

  it.each(['api://inventory', 'https://api.test?a=b', 'https://api.test#a', 'api.test', ''])(
    'refuses %j',
    (given) => {
      expect(() => resourceMetadataUrl(given)).toThrow(TypeError)
      expect(() => createResourceMetadata({ resource: given, issuers: [], scopes: [] })).toThrow(TypeError)
    },
  )
})
