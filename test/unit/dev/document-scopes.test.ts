import { describe, expect, it } from 'vitest'

import { loadContract } from '../../../src/contract/load-contract.js'
import { collectScopes } from '../../../src/dev/document-scopes.js'

const scopesOf = async (securitySchemes: object, ...requirements: object[]) =>
  collectScopes(
    await loadContract({
      openapi: '3.1.0',
      info: { title: 'T', version: '1' },
      paths: Object.fromEntries(
        requirements.map((requirement, index) => [
          `/p${index}`,
          { get: { security: [requirement], responses: { 204: { description: 'Done' } } } },
        ]),
      ),
      components: { securitySchemes },
    }),
  )

const clientCredentials = (...scopes: string[]) => ({
  type: 'oauth2',
  flows: {
    clientCredentials: {
      tokenUrl: 'https://issuer.example/token',
      scopes: Object.fromEntries(scopes.map((scope) => [scope, scope])),
    },
  },
})

describe('the scopes of a document', () => {
  it('are those that its schemes declare, used or not, in order', async () => {
    expect(await scopesOf({ a: clientCredentials('z:read', 'a:read') }, { a: ['a:read'] })).toEqual([
      'z:read',
      'a:read',
    ])
  })

  it('are named once where several schemes declare them', async () => {
    const schemes = { a: clientCredentials('x', 'y'), b: clientCredentials('y', 'z') }
    expect(await scopesOf(schemes, { a: ['x'] }, { b: ['y'] })).toEqual(['x', 'y', 'z'])
  })

  it('are those that operations ask for where a scheme cannot declare any', async () => {
    const schemes = { oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example' } }
    expect(await scopesOf(schemes, { oidc: ['items:read'] }, { oidc: ['items:write'] })).toEqual([
      'items:read',
      'items:write',
    ])
  })

  it('are none in a document without scopes', async () => {
    expect(await scopesOf({ key: { type: 'apiKey', in: 'header', name: 'X-Key' } }, { key: [] })).toEqual([])
  })
})
