import { describe, expect, it } from 'vitest'
import { createMediaTypeMap, parseMediaType } from '../../../src/contract/media-type.js'

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
    { ranges: ['text/csv; header="a;b"'], given: 'text/csv;header="a;b"', want: 'text/csv; header="a;b"' },
  ])('of $ranges, $given gets $want', ({ ranges, given, want }) => {
    const map = createMediaTypeMap(ranges.map((text) => ({ range: parseMediaType(text)!, value: text })))
    const actual = parseMediaType(given)
    expect(actual && map.find(actual)).toBe(want)
  })
})
