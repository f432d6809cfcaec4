import { describe, expect, it } from 'vitest'
import { findClientCredentials } from '../../../src/cli/client-credentials.js'
import { parseConfig } from '../../../src/config/parse-config.js'

describe('the client of the environment', () => {
  const client = { TEST_CLIENT_ID: 'me', TEST_CLIENT_SECRET: 's3cret', AUDIENCE: 'api://things,api://others' }

  it.each([
    { env: { ISSUER: 'https://tenant.eu.auth0.com/' }, want: 'api://things' },
    { env: { ISSUER: 'https://login.example/', ISSUER_PRESET: 'auth0' }, want: 'api://things' },
    { env: { ISSUER: 'https://login.example/', ISSUER_PRESET: 'hydra' }, want: 'api://things' },
    { env: { ISSUER: 'https://login.example/' }, want: undefined },
  ])('names the audience $want in its token requests to $env', async ({ env, want }) => {
    const environment = { ...client, ...env }
    const found = await findClientCredentials(environment, parseConfig(environment), false)
    expect(found.client).toEqual({
      issuer: env.ISSUER,
      clientId: 'me',
      clientSecret: 's3cret',
      ...(want !== undefined && { audience: want }),
    })
  })
})
