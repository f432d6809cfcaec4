import { describe, expect, test } from 'vitest'

import { collectRequirements, toScopesModule, type SecuredDocument } from '../../../src/dev/scopes-module.js'

describe('the requirements of a document', () => {
  test('are each operation’s own, verbatim: alternatives in order, schemes and scopes of each', () => {
    const alternatives = [{ token: ['a', 'b'] }, { token: ['c'], key: [] }, {}]
    const document = { paths: { '/x': { get: { operationId: 'getX', security: alternatives } } } }
    expect(collectRequirements(document).get('getX')).toEqual(alternatives)
  })

  test('fall back to the document’s where an operation states none', () => {
    const document = {
      security: [{ token: ['a'] }],
      paths: { '/x': { get: { operationId: 'getX' }, put: { operationId: 'putX', security: [] } } },
    }
    expect([...collectRequirements(document)]).toEqual([
      ['getX', [{ token: ['a'] }]],
      ['putX', []],
    ])
  })

  test('are refused where neither states any, rather than taken for anonymous', () => {
    const document = { paths: { '/x': { get: { operationId: 'getX' } } } }
    expect(() => collectRequirements(document)).toThrow('getX states no security')
  })

  test('are refused where two operations share an operationId', () => {
    const operation = { operationId: 'getX', security: [] }
    const document = { paths: { '/x': { get: operation }, '/y': { get: operation } } }
    expect(() => collectRequirements(document)).toThrow('getX occurs twice')
  })

  test('are keyed by method and path where there is no operationId', () => {
    const document = { paths: { '/x/{id}': { delete: { security: [] } } } }
    expect([...collectRequirements(document).keys()]).toEqual(['DELETE /x/{id}'])
  })

  test('cover the methods that OpenAPI 3.2 adds', () => {
    const document = {
      paths: {
        '/x': {
          query: { operationId: 'queryX', security: [] },
          additionalOperations: { LINK: { security: [{ token: [] }] } },
        },
      },
    }
    expect([...collectRequirements(document).keys()]).toEqual(['LINK /x', 'queryX'])
  })

  test('leave out what is no operation', () => {
    const document = {
      paths: {
        '/x': {
          summary: 'X',
          parameters: [{ name: 'id' }],
          servers: [],
          get: { operationId: 'x', security: [] },
        },
      },
    }
    expect([...collectRequirements(document).keys()]).toEqual(['x'])
  })

  test('come in order of key by code unit, whatever the order of the document', () => {
    const operation = (operationId: string) => ({ get: { operationId, security: [] } })
    const document = { paths: { '/1': operation('b'), '/2': operation('a'), '/3': operation('B') } }
    expect([...collectRequirements(document).keys()]).toEqual(['B', 'a', 'b'])
  })

  test('are none for a document without paths', () => {
    expect(collectRequirements({}).size).toBe(0)
  })
})

describe('the module', () => {
  const tableOf = (document: SecuredDocument): string => {
    const text = toScopesModule(document)
    return text.slice(text.indexOf('export'))
  }

  test.each([
    { title: 'anonymous', security: [], want: '[]' },
    { title: 'any valid token', security: [{ token: [] }], want: '[{ token: [] }]' },
    { title: 'all of', security: [{ token: ['a', 'b'], key: [] }], want: `[{ token: ['a', 'b'], key: [] }]` },
    { title: 'any of', security: [{ token: ['a'] }, { key: [] }], want: `[{ token: ['a'] }, { key: [] }]` },
    { title: 'optional', security: [{}, { token: ['a'] }], want: `[{}, { token: ['a'] }]` },
    { title: 'a scheme that is no identifier', security: [{ 'api-key': [] }], want: `[{ 'api-key': [] }]` },
    {
      title: 'quotes and backslashes',
      security: [{ token: [`'"\\\n`] }],
      want: `[{ token: ['\\'"\\\\\\n'] }]`,
    },
  ])('writes $title as it is', ({ security, want }) => {
    const document = { paths: { '/x': { get: { operationId: 'getX', security } } } }
    expect(tableOf(document)).toBe(`export const scopes = {\n  getX: ${want},\n} as const\n`)
  })

  test('keeps an operationId that would set the prototype a member', () => {
    const document = { paths: { '/x': { get: { operationId: '__proto__', security: [] } } } }
    expect(tableOf(document)).toContain(`  ['__proto__']: [],\n`)
  })

  test('says that it is generated', () => {
    expect(toScopesModule({})).toMatch(/^\/\/ Generated .* Do not edit\.\n/)
  })
})
