import { describe, expect, it } from 'vitest'
import { toGrantedScopes } from '../../../src/auth/granted-scopes.js'

const none: readonly string[] = []

describe('toGrantedScopes', () => {
  it.each<{ given: unknown; string: readonly string[]; array: readonly string[] }>([
    { given: 'items:read', string: ['items:read'], array: none },
    { given: 'items:read items:write', string: ['items:read', 'items:write'], array: none },
    { given: '', string: none, array: none },
    { given: ' items:read', string: none, array: none },
    { given: 'items:read ', string: none, array: none },
    { given: 'items:read  items:write', string: none, array: none },
    { given: 'items:read\titems:write', string: none, array: none },
    { given: 'items:read\nitems:write', string: none, array: none },
    { given: 'items:read,items:write', string: ['items:read,items:write'], array: none },
    { given: 'items:"read"', string: none, array: none },
    { given: 'items:reäd', string: none, array: none },
    { given: ['items:read', 'items:write'], string: none, array: ['items:read', 'items:write'] },
    { given: ['items:read items:write'], string: none, array: ['items:read items:write'] },
    { given: [], string: none, array: none },
    { given: [['items:read']], string: none, array: none },
    { given: ['items:read', 7], string: none, array: none },
    { given: { 'items:read': true }, string: none, array: none },
    { given: { 0: 'items:read', length: 1 }, string: none, array: none },
    { given: true, string: none, array: none },
    { given: null, string: none, array: none },
  ])(
    'reads $given as $string where a string is due, as $array where an array is',
    ({ given, string, array }) => {
      const claims = { claim: given }
      const policy = { scopeFrom: 'claim', scopePrefix: '' }
      expect(toGrantedScopes(claims, { ...policy, scopeFormat: 'string' })).toEqual(string)
      expect(toGrantedScopes(claims, { ...policy, scopeFormat: 'array' })).toEqual(array)
    },
  )

  it.each<{ given: unknown; want: readonly string[] }>([
    { given: { 'items:read': { org: 'domain' }, 'items:write': {} }, want: ['items:read', 'items:write'] },
    { given: {}, want: none },
    { given: ['items:read'], want: none },
    { given: 'items:read', want: none },
    { given: null, want: none },
  ])('reads $given as $want where keys are due', ({ given, want }) => {
    const policy = { scopeFrom: 'claim', scopeFormat: 'keys', scopePrefix: '' } as const
    expect(toGrantedScopes({ claim: given }, policy)).toEqual(want)
  })

  it('reads no other claim, and none that is inherited', () => {
    const policy = { scopeFrom: 'scp', scopeFormat: 'string', scopePrefix: '' } as const
    expect(toGrantedScopes({ scope: 'items:read', scopes: 'items:read' }, policy)).toEqual([])
    expect(toGrantedScopes(Object.create({ scp: 'items:read' }) as Record<string, unknown>, policy)).toEqual(
      [],
    )
  })

  it('takes a prefix off, and what is without it away', () => {
    const policy = { scopeFrom: 'scope', scopeFormat: 'string', scopePrefix: 'inventory/' } as const
    const scope = 'inventory/items:read items:write other/items:write Inventory/items:write inventory/'
    expect(toGrantedScopes({ scope }, policy)).toEqual(['items:read'])
  })
})
