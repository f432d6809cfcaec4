import { describe, expect, it } from 'vitest'
import { inferPreset, isIssuerPreset } from '../../../src/auth/issuer-preset.js'

describe('inferPreset', () => {
  it.each([
    { given: 'https://dev-123.okta.com/oauth2/default', want: 'okta' },
    { given: 'https://org.oktapreview.com', want: 'okta' },
    { given: 'https://tenant.auth0.com/', want: 'auth0' },
    { given: 'https://tenant.eu.auth0.com/', want: 'auth0' },
    { given: 'https://login.microsoftonline.com/11111111-2222/v2.0', want: 'entra' },
    { given: 'https://sts.windows.net/11111111-2222/', want: 'entra-v1' },
    { given: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc', want: 'cognito' },
    { given: 'https://slug.projects.oryapis.com', want: 'hydra' },
    { given: 'https://auth.pingone.eu/11111111-2222/as', want: 'ping' },
    { given: 'https://auth.pingone.com.au/11111111-2222/as', want: 'ping' },
    { given: 'https://login.example.org/realms/main', want: 'keycloak' },
    { given: 'https://login.example.org/auth/realms/main', want: 'keycloak' },
    { given: 'http://127.0.0.1:8080/realms/main', want: 'keycloak' },
    { given: 'https://login.example.org', want: 'rfc9068' },
    { given: 'http://127.0.0.1:9000', want: 'rfc9068' },
    { given: 'https://okta.com.example.org/oauth2/default', want: 'rfc9068' },
    { given: 'https://example.org/org.okta.com/oauth2/default', want: 'rfc9068' },
    { given: 'https://tenant.auth0.com.example.org/', want: 'rfc9068' },
    { given: 'https://notokta.com/oauth2/default', want: 'rfc9068' },
    { given: 'https://example.org/tenant.auth0.com/', want: 'rfc9068' },
    { given: 'https://login.example.org/realms/main/other', want: 'rfc9068' },
  ])('takes $given for $want', ({ given, want }) => {
    expect(inferPreset(given)).toBe(want)
  })
})

describe('isIssuerPreset', () => {
  it.each([
    { given: 'okta', want: true },
    { given: 'entra-v1', want: true },
    { given: 'Okta', want: false },
    { given: 'constructor', want: false },
    { given: '', want: false },
  ])('says $want of $given', ({ given, want }) => {
    expect(isIssuerPreset(given)).toBe(want)
  })
})
