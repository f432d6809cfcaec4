import { describe, expect, it } from 'vitest'
import { matchesStrongly, matchesWeakly, toEntityTag } from '../../../src/inventory/etag.js'

describe('the entity tag of a representation', () => {
  it('is strong, fits the grammar and is the same for the same representation', () => {
    expect(toEntityTag({ a: 1, b: 2 })).toMatch(/^"[!#-~]+"$/)
    expect(toEntityTag({ a: 1, b: 2 })).toBe(toEntityTag({ a: 1, b: 2 }))
  })

  it('changes with any member', () => {
    const tags = [{ a: 1 }, { a: 2 }, { a: '1' }, { b: 1 }, { a: 1, b: 1 }].map(toEntityTag)
    expect(new Set(tags).size).toBe(tags.length)
  })
})

describe('a condition on the entity tag "x"', () => {
  it.each([
    { given: '"x"', strong: true, weak: true },
    { given: 'W/"x"', strong: false, weak: true },
    { given: '*', strong: true, weak: true },
    { given: '"y"', strong: false, weak: false },
    { given: '"y", "x"', strong: true, weak: true },
    { given: '"y" \t,W/"x"', strong: false, weak: true },
    { given: '"y", W/"x", "x"', strong: true, weak: true },
    { given: '"a,"x"', strong: false, weak: false },
    { given: '"w/x"', strong: false, weak: false },
    { given: '"X"', strong: false, weak: false },
    { given: '""', strong: false, weak: false },
  ])('$given: strongly $strong, weakly $weak', ({ given, strong, weak }) => {
    expect(matchesStrongly(given, '"x"')).toBe(strong)
    expect(matchesWeakly(given, '"x"')).toBe(weak)
  })

  it('takes a comma within a tag for part of it', () => {
    expect(matchesStrongly('"a,b"', '"a,b"')).toBe(true)
    expect(matchesStrongly('"a,b"', '"a"')).toBe(false)
  })
})
