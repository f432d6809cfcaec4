import { describe, expect, it } from 'vitest'
import { testedSchema, type SchemaOptions } from '../../../support/schemas.js'

interface Row extends SchemaOptions {
  readonly of: string
  readonly schema: unknown
  readonly given: unknown
  readonly want: unknown
}

describe('a request gets the defaults of the members that it leaves out', () => {
  const size = { type: 'integer', default: 20 }
  const table: readonly Row[] = [
    { of: 'in an object', schema: { properties: { size } }, given: {}, want: { size: 20 } },
    {
      of: 'and keeps what is there',
      schema: { properties: { size } },
      given: { size: 1 },
      want: { size: 1 },
    },
    {
      of: 'also null',
      schema: { properties: { a: { type: ['string', 'null'], default: 'x' } } },
      given: { a: null },
      want: { a: null },
    },
    {
      of: 'in items, in further members and by pattern',
      schema: {
        properties: {
          list: { prefixItems: [{ properties: { first: { default: 1 } } }], items: { properties: { size } } },
          map: {
            patternProperties: { '^p': { properties: { p: { default: 1 } } } },
            additionalProperties: { properties: { size } },
          },
        },
      },
      given: { list: [{}, {}], map: { p: {}, q: {} } },
      want: { list: [{ first: 1 }, { size: 20 }], map: { p: { p: 1 }, q: { size: 20 } } },
    },
    {
      of: 'by reference, in parts and beside them',
      schema: {
        $ref: '#/components/schemas/Base',
        allOf: [{ properties: { a: { default: 1 } } }],
        properties: { b: { $ref: '#/components/schemas/Size' } },
      },
      schemas: { Base: { properties: { base: { default: true } } }, Size: size },
      given: {},
      want: { base: true, a: 1, b: 20 },
    },
    {
      of: 'of the alternative that holds',
      schema: {
        oneOf: [
          { properties: { kind: { const: 'a' }, x: { default: 1 } }, required: ['kind'] },
          { properties: { kind: { const: 'b' }, x: { default: 2 } }, required: ['kind'] },
        ],
      },
      given: { kind: 'b' },
      want: { kind: 'b', x: 2 },
    },
    {
      of: 'of the schema that is picked',
      schema: {
        oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }],
        discriminator: { propertyName: 'kind' },
      },
      schemas: { A: { properties: { x: { default: 1 } } }, B: { properties: { x: { default: 2 } } } },
      given: { kind: 'B' },
      want: { kind: 'B', x: 2 },
    },
    {
      of: 'by a condition',
      schema: {
        if: { required: ['a'] },
        then: { properties: { b: { default: 1 } } },
        else: { properties: { c: { default: 2 } } },
      },
      given: {},
      want: { c: 2 },
    },
    {
      of: 'in a circular schema',
      schema: { properties: { size, child: { $ref: '#/components/schemas/Tested' } } },
      given: { child: { child: {} } },
      want: { child: { child: { size: 20 }, size: 20 }, size: 20 },
    },
    {
      of: 'though they are required',
      schema: { properties: { size }, required: ['size'] },
      given: {},
      want: { size: 20 },
    },
    {
      of: 'but not of members that it must not have',
      schema: { properties: { id: { type: 'string', readOnly: true, default: 'x' } } },
      given: {},
      want: {},
    },
    {
      of: 'in OpenAPI 3.0, where nothing counts beside a reference',
      version: '3.0',
      schema: { properties: { a: { $ref: '#/components/schemas/Size', default: 1 } } },
      schemas: { Size: size },
      given: {},
      want: { a: 20 },
    },
    {
      of: 'by the name __proto__',
      schema: { properties: JSON.parse('{"__proto__": {"default": 1}}') },
      given: {},
      want: JSON.parse('{"__proto__": 1}'),
    },
  ]
  it.each(table)('$of', ({ of: _, schema, given, want, ...options }) => {
    const { violations, defects } = testedSchema(schema, options)
    expect(defects).toEqual([])
    const value: unknown = structuredClone(given)
    expect(violations(value)).toEqual([])
    expect(JSON.stringify(value)).toEqual(JSON.stringify(want))
  })

  it('each its own copy', () => {
    const { violations } = testedSchema({ properties: { tags: { default: ['a'] } } })
    const [one, other]: [{ tags?: string[] }, { tags?: string[] }] = [{}, {}]
    violations(one)
    one.tags?.push('b')
    violations(other)
    expect(other).toEqual({ tags: ['a'] })
  })

  it('once, however many ways lead to a value', () => {
    const child = { properties: { child: { $ref: '#/components/schemas/Tested' } } }
    const { violations } = testedSchema({ allOf: [child, child], properties: { size: { default: 1 } } })
    const readsAt = (depth: number): number => {
      let reads = 0
      let value: object = {}
      for (let level = 0; level < depth; level++) {
        const inner = value
        value = {
          get child() {
            reads++
            return inner
          },
        }
      }
      violations(value)
      return reads / depth
    }
    expect(readsAt(14)).toBe(readsAt(7))
  })
})

describe('a default never decides what fits', () => {
  it('because it is filled in afterwards', () => {
    const { violations } = testedSchema({
      properties: { a: { default: 1 }, b: { default: 2 } },
      maxProperties: 1,
    })
    const value = { a: 0 }
    expect(violations(value)).toEqual([])
    expect(value).toEqual({ a: 0, b: 2 })
  })

  it('and is not filled in where it does not fit itself, which is a defect', () => {
    const { violations, defects, findings } = testedSchema({
      properties: { a: { type: 'integer', default: 'x' }, b: { minLength: 3, default: 'y' } },
      required: ['b'],
    })
    expect(defects.map(({ code }) => code)).toEqual(['invalid-default', 'invalid-default'])
    const value = { b: 'yes' }
    expect(violations(value)).toEqual([])
    expect(value).toEqual({ b: 'yes' })
    expect(findings({})).toEqual(['/b required'])
  })

  it('and a value that does not fit is left alone', () => {
    const { violations } = testedSchema({ properties: { a: { default: 1 }, b: { type: 'string' } } })
    const value = { b: 1 }
    expect(violations(value)).not.toEqual([])
    expect(value).toEqual({ b: 1 })
  })

  it('and replies get none', () => {
    const { violations, findings } = testedSchema(
      { properties: { a: { default: 1 } }, required: ['a'] },
      { direction: 'reply' },
    )
    const value = { a: 2 }
    expect(violations(value)).toEqual([])
    expect(findings({})).toEqual(['/a required'])
  })
})
