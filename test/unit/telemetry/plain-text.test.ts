import { describe, expect, it } from 'vitest'

import { toPlainText } from '../../../src/telemetry/plain-text.js'

describe('plain text', () => {
  it.each([
    { given: 'dev-client', want: 'dev-client' },
    { given: '\u001b[31mred\r\n', want: String.raw`\u{1b}[31mred\u{d}\u{a}` },
    { given: 'a\u2028b\u202ec', want: String.raw`a\u{2028}b\u{202e}c` },
    { given: 'Müller 木', want: 'Müller 木' },
    { given: 404, want: '404' },
    { given: undefined, want: 'undefined' },
  ])('of $given is $want', ({ given, want }) => {
    expect(toPlainText(given)).toBe(want)
  })
})
