import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readConfirmation } from '../../../src/auth/confirmation.js'

const digest = createHash('sha256').update('a').digest('base64url')

describe('readConfirmation', () => {
  it.each([
    { given: {}, want: {} },
    { given: Object.create({ cnf: { jkt: digest } }) as Record<string, unknown>, want: {} },
    { given: { cnf: { jkt: digest } }, want: { jkt: digest } },
    { given: { cnf: { 'x5t#S256': digest } }, want: { 'x5t#S256': digest } },
    { given: { cnf: { jkt: digest, 'x5t#S256': digest } }, want: { jkt: digest, 'x5t#S256': digest } },
    // Keycloak 26.
    { given: { cnf: { jkt: digest, 'kc-jkt-type': 'DPoP' } }, want: { jkt: digest } },
  ])('reads $given as $want', ({ given, want }) => {
    expect(readConfirmation(given)).toEqual(want)
  })

  it.each([
    null,
    undefined,
    '',
    digest,
    [],
    [{ jkt: digest }],
    {},
    { jkt: 1 },
    { jkt: [digest] },
    { jkt: '' },
    { jkt: `${digest}=` },
    { jkt: digest.slice(1) },
    { jkt: `${digest.slice(0, -1)}B` },
    { 'x5t#S256': null },
    { 'x5t#s256': digest },
    { x5t: digest },
    { jwk: { kty: 'EC' } },
    { kid: 'key' },
    { jkt: digest, kid: 'key' },
    { 'kc-jkt-type': 'DPoP' },
    { jkt: digest, 'kc-jkt-type': 'attestation' },
    { jkt: digest, 'x5t#S256': 'short' },
    JSON.parse(`{ "__proto__": { "jkt": "${digest}" } }`),
  ])('takes %j for a confirmation that it cannot check', (cnf) => {
    expect(readConfirmation({ cnf })).toBeUndefined()
  })
})
