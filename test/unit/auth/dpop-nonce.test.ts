import { describe, expect, it } from 'vitest'
import { createNonceSource } from '../../../src/auth/dpop-nonce.js'

const secret = 'a'.repeat(32)
const other = 'b'.repeat(32)

/** A source whose clock stands `seconds` after the start of a period. */
const at = (seconds: number, secrets: readonly string[] = [secret]): ReturnType<typeof createNonceSource> =>
  createNonceSource(secrets, { now: () => (1_200_000 + seconds) * 1_000 })

describe('createNonceSource', () => {
  it('makes nonces of the characters of RFC 9449 section 8.1', () => {
    expect(at(0).current()).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]{20,}$/)
  })

  it.each([
    { age: 0, want: 'current' },
    { age: 119, want: 'current' },
    { age: 120, want: 'aging' },
    { age: 239, want: 'aging' },
    { age: 240, want: 'refused' },
    { age: -1, want: 'aging' },
    { age: -120, want: 'aging' },
    { age: -121, want: 'refused' },
  ])('takes a nonce for $want where its period began $age s ago', ({ age, want }) => {
    expect(at(age).judge(at(0).current())).toBe(want)
  })

  it('takes those of another instance with the same secret, and of no other', () => {
    expect(at(0).judge(at(0).current())).toBe('current')
    expect(at(0, [other]).judge(at(0).current())).toBe('refused')
  })

  it('takes those of an earlier secret while it is named, and makes them of the first', () => {
    const rotated = at(0, [other, secret])
    expect(rotated.judge(at(0).current())).toBe('aging')
    expect(at(0, [other]).judge(rotated.current())).toBe('current')
  })

  it.each(['', 'nonce', 'é'.repeat(43)])('refuses %j', (nonce) => {
    expect(at(0).judge(nonce)).toBe('refused')
  })

  it.each([{ secrets: [] }, { secrets: ['short'] }, { secrets: [secret, 'short'] }])(
    'is not built of $secrets',
    ({ secrets }) => {
      expect(() => at(0, secrets)).toThrow(TypeError)
    },
  )
})
