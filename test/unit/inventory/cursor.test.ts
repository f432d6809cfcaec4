import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeCursor,
  encodeCursor,
  momentPart,
  sequencePart,
  textPart,
  uuidPart,
} from '../../../src/inventory/cursor.js'

const raw = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const uuid = '5f0c1c1e-0d8b-4c55-9d0f-6a1d1f0b8f5e'

describe('a cursor', () => {
  it('gives back the sort key that it was made of', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 0, max: 253402300799999 }),
        (text, ms) => {
          fc.pre(!text.includes('\0'))
          const cursor = encodeCursor('things', [text, ms])
          expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
          expect(decodeCursor('things', cursor, [textPart, momentPart])).toEqual([text, new Date(ms)])
        },
      ),
    )
  })

  it('of the longest name an item can have fits into 2048 characters', () => {
    expect(encodeCursor('items by -name', ['🔩'.repeat(200), 'X'.repeat(64)]).length).toBeLessThan(2048)
  })

  it.each([
    { given: '', why: 'nothing' },
    { given: '!!!', why: 'not base64url' },
    { given: Buffer.from('{"a":').toString('base64url'), why: 'not JSON' },
    { given: raw(null), why: 'not a list' },
    { given: raw({ 0: 'things' }), why: 'an object' },
    { given: raw([]), why: 'empty' },
    { given: raw(['others', 'a', 1]), why: 'of another list' },
    { given: raw(['things', 'a']), why: 'too short' },
    { given: raw(['things', 'a', 1, 2]), why: 'too long' },
    { given: raw(['things', 1, 1]), why: 'with a number for a text' },
    { given: raw(['things', 'a\0', 1]), why: 'with NUL, which PostgreSQL refuses' },
    { given: raw(['things', '\ud83d', 1]), why: 'with a lone surrogate, which PostgreSQL refuses' },
    { given: raw(['things', 'a', '1']), why: 'with a text for a number' },
    { given: raw(['things', 'a', 1.5]), why: 'with a fraction' },
    { given: raw(['things', 'a', -1]), why: 'with a negative number' },
    { given: raw(['things', 'a', 1e300]), why: 'with a number past all sequences' },
  ])('that is $why is a violation of the query', ({ given }) => {
    expect(() => decodeCursor('things', given, [textPart, sequencePart])).toThrow(
      expect.objectContaining({
        code: 'urn:problem-type:gatehouse:invalid-request',
        status: 400,
        errors: [expect.objectContaining({ in: 'query', pointer: '/cursor' })],
      }),
    )
  })

  it.each([
    { part: momentPart, given: 253402300800000, want: undefined },
    { part: momentPart, given: 0, want: new Date(0) },
    { part: uuidPart, given: uuid, want: uuid },
    { part: uuidPart, given: uuid.replace('5', 'g'), want: undefined },
    { part: uuidPart, given: `${uuid}'`, want: undefined },
    { part: uuidPart, given: 7, want: undefined },
  ])('has parts that are checked: $given gives $want', ({ part, given, want }) => {
    expect(part(given)).toEqual(want)
  })
})
