import { describe, expect, it } from 'vitest'
import { JsonSyntaxError, parseJson } from '../../../../src/contract/bodies/parse-json.js'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

describe('parsing a JSON body', () => {
  it.each([
    { given: '{"a":[1,true,null]}', want: { a: [1, true, null] } },
    { given: ' "x" ', want: 'x' },
    { given: '{"a":1,"a":2}', want: { a: 2 } },
    { given: JSON.stringify({ text: '[[[['.repeat(40) }), want: { text: '[[[['.repeat(40) } },
    { given: `"${'\\"['.repeat(100)}"`, want: '"['.repeat(100) },
    { given: '['.repeat(64) + ']'.repeat(64), want: JSON.parse('['.repeat(64) + ']'.repeat(64)) as unknown },
  ])('reads $given', ({ given, want }) => {
    expect(parseJson(bytes(given))).toEqual(want)
  })

  it.each([
    { given: '{', want: 'is not JSON' },
    { given: '', want: 'is not JSON' },
    { given: '{"a":undefined}', want: 'is not JSON' },
    { given: '\xff', want: 'is not UTF-8' },
    { given: '"\xc3\x28"', want: 'is not UTF-8' },
    { given: '['.repeat(65) + ']'.repeat(65), want: 'nests deeper than 64 levels' },
    { given: '{"a":'.repeat(10_000), want: 'nests deeper than 64 levels' },
  ])('refuses what $want', ({ given, want }) => {
    expect(() => parseJson(bytes(given))).toThrow(new JsonSyntaxError(want))
  })

  it('keeps `__proto__` as a member of its own', () => {
    const value = parseJson(bytes('{"__proto__":{"admin":true}}')) as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(value['admin']).toBeUndefined()
  })
})
