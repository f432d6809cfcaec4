import { describe, expect, it } from 'vitest'
import { testedSchema, type SchemaOptions } from '../../../support/schemas.js'

interface Row extends SchemaOptions {
  readonly of: string
  readonly schema: unknown
  readonly given: unknown
  readonly want: unknown
}

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` })
const user = {
  type: 'object',
  properties: { name: { type: 'string' }, password: { type: 'string', writeOnly: true } },
  additionalProperties: false,
}
const schemas = { User: user }

describe('a reply leaves without what the document keeps back', () => {
  const table: readonly Row[] = [
    { of: 'writeOnly members', schema: user, given: { name: 'a', password: 'x' }, want: { name: 'a' } },
    {
      of: 'members that a closed object does not declare',
      schema: user,
      given: { name: 'a', hash: 'x' },
      want: { name: 'a' },
    },
    {
      of: 'at any depth',
      schema: {
        properties: {
          users: { type: 'array', items: ref('User') },
          by: { additionalProperties: ref('User') },
        },
      },
      given: { users: [{ password: 1 }, { name: 'a' }], by: { x: { hash: 1 } }, else: 1 },
      want: { users: [{}, { name: 'a' }], by: { x: {} }, else: 1 },
    },
    {
      of: 'a member whose schema is writeOnly by reference',
      schema: { properties: { a: ref('Secret') } },
      given: { a: 1, b: 2 },
      want: { b: 2 },
    },
    {
      of: 'members that none of several parts declares',
      schema: { allOf: [{ properties: { a: {} } }, { properties: { b: {} } }], unevaluatedProperties: false },
      given: { a: 1, b: 2, c: 3 },
      want: { a: 1, b: 2 },
    },
    {
      of: 'what is writeOnly in one part and declared in another',
      schema: { allOf: [{ properties: { a: {} } }, { properties: { a: { writeOnly: true } } }] },
      given: { a: 1 },
      want: {},
    },
    {
      of: 'members of the alternatives that the value does not fit',
      schema: {
        oneOf: [
          { properties: { kind: { const: 'a' }, x: {} }, required: ['kind'], additionalProperties: false },
          { properties: { kind: { const: 'b' }, y: { writeOnly: true } }, required: ['kind'] },
        ],
      },
      given: { kind: 'b', x: 1, y: 2 },
      want: { kind: 'b', x: 1 },
    },
    {
      of: 'what any alternative withholds, where the value fits none',
      schema: {
        oneOf: [
          { properties: { a: { type: 'string' }, s: { writeOnly: true } }, required: ['a'] },
          { properties: { b: {} }, required: ['b'], additionalProperties: false },
        ],
      },
      given: { a: 1, s: 2, c: 3 },
      want: { a: 1 },
    },
    {
      of: 'nothing that a pattern declares',
      schema: {
        patternProperties: { '^x': { properties: { s: { writeOnly: true } } } },
        additionalProperties: false,
      },
      given: { x1: { s: 1, t: 2 }, y: 1 },
      want: { x1: { t: 2 } },
    },
    {
      of: 'nothing of what further members may be',
      schema: { properties: { s: { writeOnly: true } }, additionalProperties: { type: 'integer' } },
      given: { s: 1, a: 2 },
      want: { a: 2 },
    },
    {
      of: 'in a circular schema',
      schema: { properties: { s: { writeOnly: true }, child: ref('Tested') } },
      given: { s: 1, child: { s: 1, child: { s: 1, a: 1 } } },
      want: { child: { child: { a: 1 } } },
    },
    {
      of: 'of the child that a discriminator picks',
      schema: ref('Pet'),
      schemas: {
        Pet: {
          properties: { kind: { type: 'string' } },
          required: ['kind'],
          discriminator: { propertyName: 'kind' },
        },
        Cat: { allOf: [ref('Pet'), { properties: { chip: { writeOnly: true } } }] },
      },
      given: { kind: 'Cat', chip: 1, name: 'x' },
      want: { kind: 'Cat', name: 'x' },
    },
    {
      of: 'by position',
      schema: { prefixItems: [ref('User')], items: { properties: { s: { writeOnly: true } } } },
      given: [{ password: 1 }, { s: 1, password: 1 }],
      want: [{}, { password: 1 }],
    },
    {
      of: 'and a member named __proto__ is one like any other',
      schema: { properties: { s: { writeOnly: true } } },
      given: JSON.parse('{"__proto__": 1, "s": 2}'),
      want: JSON.parse('{"__proto__": 1}'),
    },
    {
      of: 'and what writes itself as JSON is left to do so',
      schema: user,
      given: new Date(0),
      want: new Date(0),
    },
    { of: 'and what is no object stays', schema: user, given: 'x', want: 'x' },
  ]
  it.each(table)('$of', ({ of: _, schema, given, want, ...options }) => {
    const { validators } = testedSchema(schema, {
      schemas: { ...schemas, Secret: { writeOnly: true } },
      ...options,
    })
    const keep = validators.keepFor('#/components/schemas/Tested')
    expect(JSON.stringify(keep?.(given))).toEqual(JSON.stringify(want))
  })

  it('and the value itself is not touched', () => {
    const { validators } = testedSchema(user)
    const value = { name: 'a', password: 'x' }
    validators.keepFor('#/components/schemas/Tested')?.(value)
    expect(value).toEqual({ name: 'a', password: 'x' })
  })

  it.each([
    { of: 'an open object', schema: { properties: { a: {} } } },
    { of: 'readOnly members', schema: { properties: { a: { readOnly: true } } } },
    { of: 'a circular schema that withholds nothing', schema: { properties: { a: ref('Tested') } } },
  ])('and is not copied where nothing can be withheld: $of', ({ schema }) => {
    const { validators } = testedSchema(schema)
    expect(validators.keepFor('#/components/schemas/Tested')).toBeUndefined()
  })
})
