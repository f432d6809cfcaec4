import { describe, expect, it } from 'vitest'
import { createMediaTypeMap, isUtf8, parseMediaType } from '../../../../src/contract/bodies/media-type.js'

describe('choosing a media type', () => {
  it.each([
    { ranges: ['application/json'], given: 'application/json', want: 'application/json' },
    { ranges: ['application/json'], given: 'Application/JSON; charset=utf-8', want: 'application/json' },
    { ranges: ['application/json'], given: 'application/jsonx', want: undefined },
    { ranges: ['application/json'], given: 'text/plain', want: undefined },
    { ranges: ['application/json'], given: 'garbage', want: undefined },
    { ranges: ['application/json'], given: '', want: undefined },
    {
      ranges: ['*/*', 'application/*', 'application/json'],
      given: 'application/json',
      want: 'application/json',
    },
    { ranges: ['*/*', 'application/*'], given: 'application/xml', want: 'application/*' },
    { ranges: ['*/*', 'application/*'], given: 'text/plain', want: '*/*' },
    {
      ranges: ['application/*+json', 'application/*'],
      given: 'application/hal+json',
      want: 'application/*+json',
    },
    {
      ranges: ['application/json; v=2', 'application/json'],
      given: 'application/json; v=2',
      want: 'application/json; v=2',
    },
    {
      ranges: ['application/json; v=2', 'application/json'],
      given: 'application/json; v=1',
      want: 'application/json',
    },
    { ranges: ['application/json; v=2'], given: 'application/json', want: undefined },
    { ranges: ['application/json; v=a'], given: 'application/json; v=A', want: undefined },
    { ranges: ['text/csv; header="a;b"'], given: 'text/csv;header="a;b"', want: 'text/csv; header="a;b"' },
    { ranges: ['application/json'], given: 'application/json; v=1; v=2', want: undefined },
    { ranges: ['application/json'], given: 'application/json; v', want: undefined },
  ])('of $ranges, $given gets $want', ({ ranges, given, want }) => {
    const map = createMediaTypeMap(ranges.map((text) => ({ range: parseMediaType(text)!, value: text })))
    const actual = parseMediaType(given)
    expect(actual && map.find(actual)).toBe(want)
  })

  it.each([
    { range: 'application/json; charset=utf-8', given: 'application/json' },
    { range: 'application/json', given: 'application/json;charset=UTF-8' },
    { range: 'application/json; charset=utf-8', given: 'application/json; charset=UTF8' },
    { range: 'text/plain; charset=utf-8', given: 'text/plain; charset=us-ascii' },
  ])('is never decided by a charset: $given fits $range', ({ range, given }) => {
    const map = createMediaTypeMap([{ range: parseMediaType(range)!, value: true }])
    expect(map.find(parseMediaType(given)!)).toBe(true)
  })
})

describe('text', () => {
  it.each([
    { given: 'text/plain', want: true },
    { given: 'text/plain; charset=UTF-8', want: true },
    { given: 'text/plain; charset="utf-8"', want: true },
    { given: 'text/plain; charset=US-ASCII', want: true },
    { given: 'text/plain; charset=iso-8859-1', want: false },
    { given: 'text/plain; charset=utf-16', want: false },
  ])('of $given is UTF-8: $want', ({ given, want }) => {
    expect(isUtf8(parseMediaType(given)!)).toBe(want)
  })
})
