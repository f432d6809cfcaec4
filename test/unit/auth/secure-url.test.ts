import { describe, expect, it } from 'vitest'
import { isSecureUrl } from '../../../src/auth/secure-url.js'

describe('isSecureUrl', () => {
  it.each([
    { given: 'https://issuer.test', always: true, inDevelopment: true },
    { given: 'https://issuer.test:8443/a/b?c=d', always: true, inDevelopment: true },
    { given: 'http://127.0.0.1:9000', always: false, inDevelopment: true },
    { given: 'http://127.1.2.3/', always: false, inDevelopment: true },
    { given: 'http://[::1]:9000', always: false, inDevelopment: true },
    { given: 'http://localhost:9000', always: false, inDevelopment: true },
    { given: 'http://issuer.localhost', always: false, inDevelopment: true },
    { given: 'http://issuer.test', always: false, inDevelopment: false },
    { given: 'http://127.0.0.1.issuer.test', always: false, inDevelopment: false },
    { given: 'http://notlocalhost', always: false, inDevelopment: false },
    { given: 'http://10.0.0.1', always: false, inDevelopment: false },
    { given: 'https://user@issuer.test', always: false, inDevelopment: false },
    { given: 'https://:password@issuer.test', always: false, inDevelopment: false },
    { given: 'https://issuer.test/#', always: false, inDevelopment: false },
    { given: 'file:///etc/passwd', always: false, inDevelopment: false },
    { given: 'data:application/json,{}', always: false, inDevelopment: false },
    { given: 'issuer.test', always: false, inDevelopment: false },
    { given: '', always: false, inDevelopment: false },
  ])(
    'says $always of $given, and $inDevelopment where loopback may be http',
    ({ given, always, inDevelopment }) => {
      expect(isSecureUrl(given)).toBe(always)
      expect(isSecureUrl(given, { allowInsecureIssuers: false })).toBe(always)
      expect(isSecureUrl(given, { allowInsecureIssuers: true })).toBe(inDevelopment)
    },
  )
})
