import { describe, expect, it } from 'vitest'
import { testedSchema, type SchemaOptions } from '../../../support/schemas.js'

interface Row extends SchemaOptions {
  readonly of: string
  readonly schema: unknown
  readonly fits?: readonly unknown[]
  readonly refused?: readonly unknown[]
}

function holds({ schema, fits = [], refused = [], ...options }: Row): void {
  const tested = testedSchema(schema, options)
  expect(tested.defects).toEqual([])
  for (const value of fits) expect(tested.violations(value), JSON.stringify(value)).toEqual([])
  for (const value of refused) expect(tested.violations(value), JSON.stringify(value)).not.toEqual([])
}

describe('an OpenAPI 3.0 schema means what OpenAPI 3.0 says', () => {
  const pet = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
  const table: readonly Row[] = [
    {
      of: 'nullable beside a type',
      schema: { type: 'string', nullable: true },
      fits: ['a', null],
      refused: [1],
    },
    { of: 'nullable: false', schema: { type: 'string', nullable: false }, fits: ['a'], refused: [null] },
    {
      of: 'nullable beside an enum without null',
      schema: { type: 'string', nullable: true, enum: ['a'] },
      fits: ['a'],
      refused: [null, 'b'],
    },
    {
      of: 'nullable beside an enum with null',
      schema: { type: 'string', nullable: true, enum: ['a', null] },
      fits: ['a', null],
      refused: ['b'],
    },
    ...(['allOf', 'anyOf', 'oneOf'] as const).map((keyword) => ({
      of: `nullable beside ${keyword}`,
      schema: { nullable: true, [keyword]: [{ $ref: '#/components/schemas/Pet' }] },
      schemas: { Pet: pet },
      fits: [null, { name: 'a' }],
      refused: [{}, 1],
    })),
    {
      of: 'nullable beside a type and allOf',
      schema: { type: 'object', nullable: true, allOf: [{ $ref: '#/components/schemas/Pet' }] },
      schemas: { Pet: pet },
      fits: [null, { name: 'a' }],
      refused: [{}],
    },
    {
      of: 'nullable beside allOf and an enum without null',
      schema: { nullable: true, enum: ['a'], allOf: [{ type: 'string' }] },
      fits: ['a'],
      refused: [null],
    },
    {
      of: 'exclusiveMinimum: true',
      schema: { minimum: 1, exclusiveMinimum: true },
      fits: [1.5],
      refused: [1, 0],
    },
    {
      of: 'exclusiveMinimum: false',
      schema: { minimum: 1, exclusiveMinimum: false },
      fits: [1],
      refused: [0],
    },
    {
      of: 'exclusiveMaximum: true',
      schema: { maximum: 1, exclusiveMaximum: true },
      fits: [0.5],
      refused: [1],
    },
    { of: 'exclusiveMaximum alone', schema: { exclusiveMaximum: true }, fits: [1, 1e300] },
    {
      of: 'an example, which asserts nothing',
      schema: { type: 'string', example: 1 },
      fits: ['a'],
      refused: [1],
    },
    {
      of: 'what stands beside a reference, which is ignored',
      schema: { $ref: '#/components/schemas/Pet', required: ['age'], maxProperties: 0, const: 1 },
      schemas: { Pet: pet },
      fits: [{ name: 'a' }],
      refused: [{ age: 1 }],
    },
    { of: 'no type, which lets null through', schema: { minLength: 2 }, fits: [null, 'ab'], refused: ['a'] },
    {
      of: 'additionalProperties: false',
      schema: { ...pet, additionalProperties: false },
      fits: [{ name: 'a' }],
      refused: [{ name: 'a', age: 1 }],
    },
  ]
  it.each(table)('$of', (row) => {
    holds({ ...row, version: '3.0' })
  })
})

describe('a schema of OpenAPI 3.1 is JSON Schema 2020-12', () => {
  const table: readonly Row[] = [
    { of: 'a list of types', schema: { type: ['string', 'null'] }, fits: ['a', null], refused: [1] },
    {
      of: 'an integer written with a point',
      schema: { type: 'integer' },
      fits: [1, JSON.parse('1.0')],
      refused: [1.5],
    },
    { of: 'a number that no double holds', schema: { type: 'number' }, refused: [JSON.parse('1e999')] },
    { of: 'const', schema: { const: { a: [1, 0] } }, fits: [{ a: [1, -0] }], refused: [{ a: [1] }, 'x'] },
    {
      of: 'an enum of objects',
      schema: { enum: [{ a: 1, b: 2 }] },
      fits: [{ b: 2, a: 1 }],
      refused: [{ a: 1 }],
    },
    { of: 'an empty enum', schema: { enum: [] }, refused: [null, 'a', 0, {}, []] },
    { of: 'no nullable', schema: { type: 'string', nullable: true }, fits: ['a'], refused: [null] },
    {
      of: 'multipleOf as it is written',
      schema: { multipleOf: 0.01 },
      fits: [19.99, 0.07, -4.35, 1e20, 0],
      refused: [0.001, 19.999],
    },
    { of: 'multipleOf of an integer', schema: { multipleOf: 10 }, fits: [0, -20, 1e21], refused: [5, 10.5] },
    { of: 'multipleOf beyond integers', schema: { multipleOf: 1e-30 }, fits: [1, 3e-30], refused: [1e-31] },
    {
      of: 'lengths in characters',
      schema: { minLength: 2, maxLength: 2 },
      fits: ['👍👍', 'ab'],
      refused: ['👍', '👍👍👍'],
    },
    {
      of: 'prefixItems and items',
      schema: { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      fits: [[], ['a'], ['a', 1]],
      refused: [[1], ['a', 'b']],
    },
    {
      of: 'contains with its bounds',
      schema: { contains: { type: 'string' }, minContains: 2, maxContains: 3 },
      fits: [['a', 1, 'b']],
      refused: [['a'], ['a', 'b', 'c', 'd']],
    },
    {
      of: 'dependentRequired, dependentSchemas and dependencies',
      schema: {
        dependentRequired: { a: ['b'] },
        dependentSchemas: { c: { required: ['d'] } },
        dependencies: { e: ['f'], g: { maxProperties: 1 } },
      },
      fits: [{}, { a: 1, b: 1 }, { c: 1, d: 1 }, { e: 1, f: 1 }, { g: 1 }],
      refused: [{ a: 1 }, { c: 1 }, { e: 1 }, { g: 1, h: 1 }],
    },
    {
      of: 'propertyNames and patternProperties',
      schema: { propertyNames: { maxLength: 3 }, patternProperties: { '^n': { type: 'number' } } },
      fits: [{ abc: 'x', n: 1 }],
      refused: [{ abcd: 1 }, { n: 'x' }],
    },
    {
      of: 'if, then, else',
      schema: { if: { required: ['a'] }, then: { required: ['b'] }, else: { required: ['c'] } },
      fits: [{ a: 1, b: 1 }, { c: 1 }],
      refused: [{ a: 1, c: 1 }, { b: 1 }],
    },
    {
      of: 'unevaluatedProperties through allOf, if and a reference',
      schema: {
        allOf: [{ $ref: '#/components/schemas/Base' }],
        if: { properties: { kind: { const: 'x' } }, required: ['kind'] },
        then: { properties: { x: {} } },
        unevaluatedProperties: false,
      },
      schemas: { Base: { properties: { id: {} } } },
      fits: [{ id: 1 }, { kind: 'x', x: 1 }],
      refused: [{ other: 1 }, { id: 1, x: 1 }],
    },
    {
      of: 'unevaluatedItems after contains',
      schema: { prefixItems: [true], contains: { type: 'string' }, unevaluatedItems: false },
      fits: [[1, 'a', 'b']],
      refused: [[1, 2, 'a']],
    },
    {
      of: 'unevaluatedItems after an alternative that holds beside another',
      schema: { unevaluatedItems: { type: 'boolean' }, anyOf: [{ items: { type: 'string' } }, true] },
      fits: [['a', 'b'], [true]],
      refused: [['a', 1]],
    },
    {
      of: 'contentEncoding and contentMediaType, which assert nothing',
      schema: { contentEncoding: 'base64', contentMediaType: 'application/json', contentSchema: false },
      fits: ['not base64!'],
    },
    {
      of: 'members that are named like those of every object',
      schema: {
        properties: JSON.parse('{"__proto__": {"type": "number"}, "constructor": {"type": "number"}}'),
        required: ['toString'],
        additionalProperties: false,
      },
      refused: [
        {},
        JSON.parse('{"toString": 1, "__proto__": "x"}'),
        JSON.parse('{"constructor": 1}'),
        { toString: 1 },
      ],
    },
    {
      of: '$anchor and $id, also from elsewhere in the document',
      schema: {
        properties: {
          byId: { $ref: 'https://example.com/schemas/item' },
          byAnchor: { $ref: 'https://example.com/schemas/item#name' },
          relative: { $ref: '#/components/schemas/Item/$defs/name' },
        },
      },
      schemas: {
        Item: {
          $id: 'https://example.com/schemas/item',
          type: 'object',
          properties: { name: { $ref: '#name' }, part: { $ref: 'part' } },
          $defs: { name: { $anchor: 'name', type: 'string' } },
        },
        Part: {
          $id: 'https://example.com/schemas/part',
          $defs: { code: { type: 'integer' } },
          $ref: '#/$defs/code',
        },
      },
      fits: [{ byId: { name: 'a', part: 1 }, byAnchor: 'a', relative: 'a' }],
      refused: [{ byId: { name: 1 } }, { byId: { part: 'a' } }, { byAnchor: 1 }, { relative: 1 }],
    },
    {
      of: 'a pointer from inside a schema with an $id to the components, as bundling writes it',
      schema: { $id: 'https://example.com/outer', properties: { a: { $ref: '#/components/schemas/Text' } } },
      schemas: { Text: { type: 'string' } },
      fits: [{ a: 'x' }],
      refused: [{ a: 1 }],
    },
    {
      of: '$dynamicRef: a generic list, made one of strings',
      schema: {
        $id: 'https://example.com/strings',
        $ref: 'list',
        $defs: { item: { $dynamicAnchor: 'item', type: 'string' } },
      },
      schemas: {
        List: {
          $id: 'https://example.com/list',
          type: 'array',
          items: { $dynamicRef: '#item' },
          $defs: { any: { $dynamicAnchor: 'item' } },
        },
      },
      fits: [['a']],
      refused: [[1]],
    },
    {
      of: 'a circular schema',
      schema: {
        properties: { children: { items: { $ref: '#/components/schemas/Tested' } } },
        required: ['id'],
      },
      fits: [{ id: 1, children: [{ id: 2, children: [] }] }],
      refused: [{ id: 1, children: [{ children: [] }] }],
    },
    {
      of: 'schemas that refer to each other',
      schema: { $ref: '#/components/schemas/A' },
      schemas: {
        A: {
          type: 'object',
          properties: { b: { $ref: '#/components/schemas/B' } },
          additionalProperties: false,
        },
        B: {
          type: 'object',
          properties: { a: { $ref: '#/components/schemas/A' } },
          additionalProperties: false,
        },
      },
      fits: [{ b: { a: { b: {} } } }],
      refused: [{ b: { a: { x: 1 } } }],
    },
  ]
  it.each(table)('$of', holds)

  it('takes 3.1 and 3.2 alike', () => {
    holds({ of: 'const', version: '3.2', schema: { const: 1 }, fits: [1], refused: [2] })
  })
})

describe('readOnly and writeOnly', () => {
  const account = {
    type: 'object',
    properties: {
      id: { type: 'string', readOnly: true },
      secret: { $ref: '#/components/schemas/Secret' },
      name: { type: 'string' },
    },
    required: ['id', 'secret', 'name'],
    unevaluatedProperties: false,
  }
  const schemas = { Secret: { type: 'string', writeOnly: true } }
  const table: readonly Row[] = [
    {
      of: 'a request has no readOnly member, and need not have it',
      schema: account,
      schemas,
      fits: [{ secret: 'x', name: 'a' }],
      refused: [{ id: '1', secret: 'x', name: 'a' }, { name: 'a' }],
    },
    {
      of: 'a reply has no writeOnly member, and need not have it',
      direction: 'reply',
      schema: account,
      schemas,
      fits: [{ id: '1', name: 'a' }],
      refused: [
        { id: '1', secret: 'x', name: 'a' },
        { secret: 'x', name: 'a' },
      ],
    },
    {
      of: 'a part that requires what another part withholds',
      schema: { allOf: [{ properties: { id: { readOnly: true } } }, { required: ['id', 'name'] }] },
      fits: [{ name: 'a' }],
      refused: [{ id: 1, name: 'a' }, {}],
    },
    {
      of: 'a reference that requires what stands beside it',
      schema: { $ref: '#/components/schemas/Named', properties: { id: { readOnly: true } } },
      schemas: { Named: { required: ['id', 'name'] } },
      fits: [{ name: 'a' }],
      refused: [{}],
    },
    {
      of: 'an alternative of a member',
      schema: { properties: { a: { anyOf: [{ type: 'string', readOnly: true }, { type: 'null' }] } } },
      fits: [{ a: null }],
      refused: [{ a: 'x' }],
    },
    {
      of: 'a body as a whole, or an item, which are no members',
      schema: { type: 'array', readOnly: true, items: { type: 'string', readOnly: true } },
      fits: [['a']],
    },
  ]
  it.each(table)('$of', holds)

  it('is told with the member and the keyword, and nothing else is told of it', () => {
    const { findings } = testedSchema(account, { schemas })
    expect(findings({ id: 1, secret: 'x', name: 'a' })).toEqual(['/id readOnly'])
  })
})

describe('a schema that comes back to itself without going into the value', () => {
  const table = [
    { of: 'a reference to itself', schema: { $ref: '#/components/schemas/Tested' } },
    { of: 'a part of itself', schema: { allOf: [{ $ref: '#/components/schemas/Tested' }] } },
    {
      of: 'by way of another',
      schema: { anyOf: [{ type: 'string' }, { $ref: '#/components/schemas/Other' }] },
      schemas: { Other: { not: { $ref: '#/components/schemas/Tested' } } },
    },
  ]
  it.each(table)('is a defect: $of', ({ schema, schemas = {} }) => {
    const { defects, findings } = testedSchema(schema, { schemas })
    expect(defects.map(({ code }) => code)).toEqual(['invalid-schema'])
    expect(findings({})).not.toEqual([])
  })
})

describe('a value that circular schemas lead to in several ways', () => {
  const tested = { $ref: '#/components/schemas/Tested' }
  const child = { properties: { child: tested } }
  const table: readonly { readonly of: string; readonly schema: object; readonly schemas?: object }[] = [
    { of: 'parts', schema: { allOf: [child, child], properties: { leaf: true } } },
    {
      of: 'a reference and what stands beside it',
      schema: { $ref: '#/components/schemas/Other', ...child },
      schemas: { Other: child },
    },
    { of: 'a name and a pattern', schema: { ...child, patternProperties: { '^child$': tested } } },
    { of: 'another member', schema: { ...child, dependentSchemas: { child } } },
    {
      of: 'dynamic references among alternatives',
      schema: {
        $dynamicAnchor: 'node',
        oneOf: [1, 2].map((kind) => ({
          properties: { child: { $dynamicRef: '#node' }, kind: { const: kind } },
        })),
      },
    },
    {
      of: 'parts, one of which is closed',
      schema: {
        allOf: [1, 2].map(() => ({ properties: { child: { $ref: '#/components/schemas/Closed' } } })),
      },
      schemas: {
        Closed: { allOf: [tested], properties: { kind: true, leaf: true }, unevaluatedProperties: false },
      },
    },
  ]

  it.each(table)('is looked at no more often the deeper it stands: $of', ({ schema, schemas = {} }) => {
    const { findings, defects } = testedSchema(
      { ...schema, anyOf: [{ properties: { leaf: { type: 'integer' } } }] },
      { schemas: { ...schemas } },
    )
    expect(defects).toEqual([])
    const readsAt = (depth: number): number => {
      let reads = 0
      let value: object = Object.defineProperty({ kind: 1 }, 'leaf', {
        enumerable: true,
        get: () => ++reads,
      })
      for (let level = 0; level < depth; level++) value = { child: value, kind: 1 }
      expect(findings(value)).toEqual([])
      return reads
    }
    expect(readsAt(0)).toBeGreaterThan(0)
    expect(readsAt(14)).toBe(readsAt(4))
  })

  it('is refused with one violation, and at once', () => {
    const { findings } = testedSchema({ type: 'object', allOf: [child, child] })
    let value: unknown = 1
    for (let level = 0; level < 60; level++) value = { child: value }
    expect(findings(value)).toEqual([`${'/child'.repeat(60)} type`])
  })
})
