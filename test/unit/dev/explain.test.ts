import { describe, expect, it } from 'vitest'

import { PolicyError } from '../../../src/auth/policy.js'
import { ConfigError } from '../../../src/config/config-error.js'
import { ContractError } from '../../../src/contract/defect.js'
import { DevelopmentError } from '../../../src/dev/development-error.js'
import { explain } from '../../../src/dev/explain.js'
import { TokenError } from '../../../src/sdk/errors.js'
import { StoreError } from '../../../src/store/store-error.js'

describe('an explanation', () => {
  it.each([
    { given: new ConfigError([{ name: 'PORT', message: 'is "x"' }]), want: 'PORT is "x"' },
    {
      given: new ContractError([{ code: 'missing-security', pointer: '#/paths', message: 'say security' }]),
      want: '#/paths say security (missing-security)',
    },
    { given: new DevelopmentError('port', 'Port 1 is in use'), want: 'Port 1 is in use' },
    { given: new TokenError('refused', 'The answer is 401'), want: 'The answer is 401' },
    { given: new StoreError('data_directory_locked', 'It is locked'), want: 'It is locked' },
    { given: new PolicyError('https://issuer.example', ['give an audience']), want: 'give an audience' },
  ])('of $given.name is its message without a stack', ({ given, want }) => {
    expect(explain(given)).toContain(want)
    expect(explain(given)).not.toContain('    at ')
  })

  it('of a fault of the code has its stack and its causes', () => {
    const text = explain(new TypeError('no such thing', { cause: new Error('the deeper reason') }))
    expect(text).toContain('TypeError: no such thing')
    expect(text).toContain('    at ')
    expect(text).toContain('the deeper reason')
  })

  it('of what is no error is its text', () => {
    expect(explain('plain')).toContain('plain')
  })
})
