import { describe, expect, it } from 'vitest'
import { databaseErrorCode, isRetryable, isUnavailable, StoreError } from '../../../src/store/store-error.js'

const failure = (code: string): Error => Object.assign(new Error('failed'), { code })
const wrapped = (cause: unknown): Error => new Error('Failed query: select 1', { cause })

describe('the code of a database error', () => {
  it.each([
    { given: failure('40001'), want: '40001' },
    { given: wrapped(failure('23505')), want: '23505' },
    { given: wrapped(wrapped(failure('ECONNREFUSED'))), want: 'ECONNREFUSED' },
    { given: wrapped('text'), want: undefined },
    { given: undefined, want: undefined },
    { given: new StoreError('idempotency_key_reused', 'no'), want: undefined },
  ])('of $given is $want', ({ given, want }) => {
    expect(databaseErrorCode(given)).toBe(want)
  })
})

describe('a database error', () => {
  it.each([
    { given: failure('40001'), retryable: true, unavailable: true },
    { given: wrapped(failure('40P01')), retryable: true, unavailable: true },
    { given: wrapped(failure('57P01')), retryable: false, unavailable: true },
    { given: failure('57014'), retryable: false, unavailable: true },
    { given: failure('53300'), retryable: false, unavailable: true },
    { given: failure('25P03'), retryable: false, unavailable: true },
    { given: failure('25006'), retryable: false, unavailable: true },
    { given: failure('25001'), retryable: false, unavailable: false },
    { given: failure('08006'), retryable: false, unavailable: true },
    { given: failure('ECONNREFUSED'), retryable: false, unavailable: true },
    { given: wrapped(new Error('Connection terminated unexpectedly')), retryable: false, unavailable: true },
    { given: new Error('timeout exceeded when trying to connect'), retryable: false, unavailable: true },
    { given: wrapped(failure('23505')), retryable: false, unavailable: false },
    { given: wrapped(failure('42P01')), retryable: false, unavailable: false },
    { given: failure('ENOENT'), retryable: false, unavailable: false },
    { given: new TypeError('not a function'), retryable: false, unavailable: false },
    { given: new StoreError('idempotency_key_in_flight', 'no'), retryable: false, unavailable: false },
  ])('$given: retryable $retryable, unavailable $unavailable', ({ given, retryable, unavailable }) => {
    expect(isRetryable(given)).toBe(retryable)
    expect(isUnavailable(given)).toBe(unavailable)
  })
})
