import { describe, expect, it } from 'vitest'
import { normalizeTargetUri, toTargetUri } from '../../../src/auth/target-uri.js'

describe('normalizeTargetUri', () => {
  it.each([
    { given: 'https://api.test/items', want: 'https://api.test/items', rule: 'what is normal' },
    {
      given: 'HTTPS://API.Test/items',
      want: 'https://api.test/items',
      rule: 'RFC 3986 section 6.2.2.1, case',
    },
    { given: 'https://api.test/%c3%a9', want: 'https://api.test/%C3%A9', rule: '6.2.2.1, case of escapes' },
    { given: 'https://api.test/%7Eitems%2D1', want: 'https://api.test/~items-1', rule: '6.2.2.2, escapes' },
    {
      given: 'https://api.test/a%2Fb',
      want: 'https://api.test/a%2Fb',
      rule: '6.2.2.2, reserved characters stay',
    },
    {
      given: 'https://api.test/a/../items/./',
      want: 'https://api.test/items/',
      rule: '6.2.2.3, dot segments',
    },
    { given: 'https://api.test:443/items', want: 'https://api.test/items', rule: '6.2.3, default port' },
    { given: 'https://api.test:/items', want: 'https://api.test/items', rule: '6.2.3, empty port' },
    { given: 'https://api.test', want: 'https://api.test/', rule: '6.2.3, empty path' },
    { given: 'http://api.test:80/', want: 'http://api.test/', rule: '6.2.3, default port of http' },
    { given: 'https://api.test:8443/a', want: 'https://api.test:8443/a', rule: 'another port stays' },
    { given: 'https://api.test/Items', want: 'https://api.test/Items', rule: 'the case of the path stays' },
    { given: 'https://api.test/items?a=b#c', want: 'https://api.test/items', rule: 'no query and fragment' },
  ])('makes $want of $given ($rule)', ({ given, want }) => {
    expect(normalizeTargetUri(given)).toBe(want)
  })

  it.each([
    '',
    '/items',
    'items',
    'ftp://api.test/items',
    'https:api.test/items',
    'https:\\\\api.test\\items',
    'https://user@api.test/items',
    'https://user:pass@api.test/',
    'https://api.test/a b',
    ' https://api.test/',
    'https://api.te\tst/',
    'https://api.test/é',
    'https://api.test:99999/',
    'https://',
    'https:///api.test/items',
  ])('refuses %j', (given) => {
    expect(normalizeTargetUri(given)).toBeUndefined()
  })
})

describe('toTargetUri', () => {
  it.each([
    { given: '/items', want: 'https://api.test/items' },
    { given: '/items?limit=1', want: 'https://api.test/items' },
    { given: '/%69tems', want: 'https://api.test/items' },
    { given: '//items', want: 'https://api.test//items' },
    { given: '', want: 'https://api.test/' },
    { given: 'http://evil.test/items', want: 'https://api.test/items' },
    { given: '/items/..', want: undefined },
    { given: '/a/%2e%2E/items', want: undefined },
    { given: '/a/./items', want: undefined },
    { given: '/a\\..\\items', want: undefined },
  ])('takes $given for $want', ({ given, want }) => {
    expect(toTargetUri('https://api.test', given)).toBe(want)
  })

  it('puts the path that the service is mounted below in front', () => {
    expect(toTargetUri('https://api.test/inventory/', '/items')).toBe('https://api.test/inventory/items')
  })
})
