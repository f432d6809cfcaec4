import { describe, expect, it } from 'vitest'
import type { OpenApiVersion } from '../../../../src/contract/document/openapi-version.js'
import { defectsOf, testedSchema, type SchemaOptions } from '../../../support/schemas.js'

const at = '#/components/schemas/Tested'

interface Row extends SchemaOptions {
  readonly of: string
  readonly schema: unknown
  readonly want: readonly string[]
}

const everywhere: readonly Row[] = [
  { of: 'a schema that is none', schema: 'string', want: [`invalid-schema ${at}`] },
  { of: 'a type that is none', schema: { type: 'strin' }, want: [`invalid-schema ${at}/type`] },
  { of: 'a bound in quotes', schema: { minimum: '3' }, want: [`invalid-schema ${at}/minimum`] },
  { of: 'a length below 0', schema: { maxLength: -1 }, want: [`invalid-schema ${at}/maxLength`] },
  { of: 'a count with a fraction', schema: { minItems: 1.5 }, want: [`invalid-schema ${at}/minItems`] },
  { of: 'a multiple of 0', schema: { multipleOf: 0 }, want: [`invalid-schema ${at}/multipleOf`] },
  { of: 'required: true', schema: { required: true }, want: [`invalid-schema ${at}/required`] },
  { of: 'a name required twice', schema: { required: ['a', 'a'] }, want: [`invalid-schema ${at}/required`] },
  { of: 'an enum that is no list', schema: { enum: 'a' }, want: [`invalid-schema ${at}/enum`] },
  { of: 'an empty allOf', schema: { allOf: [] }, want: [`invalid-schema ${at}/allOf`] },
  { of: 'a list of items', schema: { items: [{}] }, want: [`invalid-schema ${at}/items`] },
  {
    of: 'properties that are a list',
    schema: { properties: ['a'] },
    want: [`invalid-schema ${at}/properties`],
  },
  {
    of: 'a property that is no schema, deep inside',
    schema: { items: { properties: { 'a/b': { allOf: [{ properties: { c: null } }] } } } },
    want: [`invalid-schema ${at}/items/properties/a~1b/allOf/0/properties/c`],
  },
  { of: 'readOnly in quotes', schema: { readOnly: 'yes' }, want: [`invalid-schema ${at}/readOnly`] },
  { of: 'a pattern that is none', schema: { pattern: '(' }, want: [`invalid-pattern ${at}/pattern`] },
  {
    of: 'a pattern that backtracks',
    schema: { pattern: '^(a+)+$' },
    want: [`vulnerable-pattern ${at}/pattern`],
  },
  { of: 'a format that nobody knows', schema: { format: 'sku' }, want: [`unknown-format ${at}/format`] },
  {
    of: 'a reference that leads nowhere',
    schema: { items: { $ref: '#/components/schemas/Gone' } },
    want: [`unresolvable-reference ${at}/items`],
  },
  {
    of: 'a default that does not fit',
    schema: { properties: { a: { type: 'integer', default: 'x' } } },
    want: [`invalid-default ${at}/properties/a/default`],
  },
  {
    of: 'a description that is none',
    schema: { description: 1 },
    want: [`invalid-schema ${at}/description`],
  },
  { of: 'xml that is none', schema: { xml: { name: 1 } }, want: [`invalid-schema ${at}/xml`] },
  {
    of: 'a link without an address',
    schema: { externalDocs: { description: 'x' } },
    want: [`invalid-schema ${at}/externalDocs`],
  },
]

const versions: readonly OpenApiVersion[] = ['3.0', '3.1', '3.2']

describe.each(versions)('a fault in a schema of %s is a defect at the very keyword', (version) => {
  it.each(everywhere)('$of', ({ schema, want }) => {
    expect(defectsOf(schema, { version })).toEqual(want)
  })

  it('and all of them are told', () => {
    const schema = { type: 'strin', minimum: '3', properties: { a: { maxLength: 'x' } } }
    expect(defectsOf(schema, { version })).toEqual([
      `invalid-schema ${at}/type`,
      `invalid-schema ${at}/minimum`,
      `invalid-schema ${at}/properties/a/maxLength`,
    ])
  })
})

describe('in OpenAPI 3.0', () => {
  const table: readonly Row[] = [
    { of: 'no list of types', schema: { type: ['string', 'null'] }, want: [`invalid-schema ${at}/type`] },
    { of: 'no type null', schema: { type: 'null' }, want: [`invalid-schema ${at}/type`] },
    {
      of: 'no exclusive bound by number',
      schema: { exclusiveMinimum: 1 },
      want: [`invalid-schema ${at}/exclusiveMinimum`],
    },
    { of: 'no boolean schema', schema: { items: true }, want: [`invalid-schema ${at}/items`] },
    { of: 'a boolean for additionalProperties', schema: { additionalProperties: true }, want: [] },
    {
      of: 'no keyword of later versions, which would not be enforced',
      schema: { const: 1, patternProperties: { a: {} }, 'x-own': 1 },
      want: [`unknown-keyword ${at}/const`, `unknown-keyword ${at}/patternProperties`],
    },
    {
      of: 'nothing counts beside a reference',
      schema: { $ref: '#/components/schemas/Text', type: 'strin', const: 1 },
      schemas: { Text: { type: 'string' } },
      want: [],
    },
  ]
  it.each(table)('there is $of', ({ of: _, want, schema, ...options }) => {
    expect(defectsOf(schema, { ...options, version: '3.0' })).toEqual(want)
  })
})

describe('in OpenAPI 3.1', () => {
  const draft07 = 'http://json-schema.org/draft-07/schema#'
  const table: readonly Row[] = [
    {
      of: 'no exclusive bound by flag',
      schema: { exclusiveMinimum: true },
      want: [`invalid-schema ${at}/exclusiveMinimum`],
    },
    { of: 'no empty list of types', schema: { type: [] }, want: [`invalid-schema ${at}/type`] },
    { of: 'no type named twice', schema: { type: ['null', 'null'] }, want: [`invalid-schema ${at}/type`] },
    {
      of: 'no pattern of a name that is none',
      schema: { patternProperties: { '(': {} } },
      want: [`invalid-pattern ${at}/patternProperties/(`],
    },
    {
      of: 'no pattern of a name that backtracks',
      schema: { patternProperties: { '^(a|a)*$': {} } },
      want: [`vulnerable-pattern ${at}/patternProperties/^(a|a)*$`],
    },
    {
      of: 'no pattern that backtracks among names',
      schema: { propertyNames: { pattern: '^(a|a)*$' } },
      want: [`vulnerable-pattern ${at}/propertyNames/pattern`],
    },
    { of: 'no anchor with a slash', schema: { $anchor: 'a/b' }, want: [`invalid-schema ${at}/$anchor`] },
    { of: 'no $id with a fragment', schema: { $id: 'a#b' }, want: [`invalid-schema ${at}/$id`] },
    {
      of: 'no anchor twice in one resource',
      schema: { $anchor: 'a', items: { $anchor: 'a' } },
      want: [`invalid-schema ${at}/items/$anchor`],
    },
    {
      of: 'an anchor twice in two resources',
      schema: { $anchor: 'a', items: { $id: 'https://example.com/b', $anchor: 'a' } },
      want: [],
    },
    {
      of: 'no $id twice',
      schema: { $id: 'https://example.com/a', items: { $id: 'https://example.com/a' } },
      want: [`invalid-schema ${at}/items/$id`],
    },
    {
      of: 'no $dynamicRef that leads nowhere',
      schema: { items: { $dynamicRef: '#gone' } },
      want: [`unresolvable-reference ${at}/items`],
    },
    { of: 'no other dialect', schema: { $schema: draft07 }, want: [`unsupported-dialect ${at}/$schema`] },
    {
      of: 'JSON Schema 2020-12 and the OpenAPI base dialects',
      schema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        items: {
          $schema: 'https://spec.openapis.org/oas/3.1/dialect/base',
          items: { $schema: 'https://spec.openapis.org/oas/3.2/dialect/2025-09-17' },
        },
      },
      want: [],
    },
    {
      of: 'no other dialect of the whole document',
      document: { jsonSchemaDialect: draft07 },
      schema: {},
      want: ['unsupported-dialect #/jsonSchemaDialect'],
    },
    { of: 'any keyword that nobody knows', schema: { unit: 'kg', 'x-own': 1 }, want: [] },
    {
      of: 'nodeType in place of the older flags',
      schema: { xml: { nodeType: 'attribute', attribute: true } },
      want: [`invalid-schema ${at}/xml`],
    },
  ]
  it.each(table)('there is $of', ({ of: _, want, schema, ...options }) => {
    expect(defectsOf(schema, options)).toEqual(want)
  })

  it('faults are found wherever a schema stands, in use or not', () => {
    const bad = { schema: { type: 'strin' } }
    const document = {
      paths: {
        '/a': {
          parameters: [{ name: 'p', in: 'query', ...bad }],
          get: {
            requestBody: {
              content: { 'application/json': { ...bad, encoding: { f: { headers: { h: bad } } } } },
            },
            responses: {
              200: { headers: { 'x-a': bad }, content: { 'text/plain': { itemSchema: bad.schema } } },
            },
            callbacks: { c: { '{$request.body}': { post: { parameters: [bad] } } } },
          },
        },
      },
      webhooks: { w: { post: { requestBody: { content: { 'application/json': bad } } } } },
    }
    const type = (place: string): string => `invalid-schema #/${place}/type`
    expect(defectsOf({ example: { type: 'strin' }, 'x-own': bad }, { document }).toSorted()).toEqual(
      [
        type('paths/~1a/parameters/0/schema'),
        type('paths/~1a/get/requestBody/content/application~1json/schema'),
        type('paths/~1a/get/requestBody/content/application~1json/encoding/f/headers/h/schema'),
        type('paths/~1a/get/responses/200/headers/x-a/schema'),
        type('paths/~1a/get/responses/200/content/text~1plain/itemSchema'),
        type('paths/~1a/get/callbacks/c/{$request.body}/post/parameters/0/schema'),
        type('webhooks/w/post/requestBody/content/application~1json/schema'),
      ].toSorted(),
    )
  })
})

describe('where a fault is only warned of', () => {
  const table = [
    { of: 'nothing fits the schema', schema: { type: 'strin' }, given: 'x' },
    { of: 'nothing fits a schema whose dialect is another', schema: { $schema: 'urn:other' }, given: 1 },
    {
      of: 'a body is refused for its part',
      schema: { properties: { a: { minimum: '3' } } },
      given: { a: 5 },
    },
    { of: 'negation does not let it through', schema: { not: { type: 'strin' } }, given: 1 },
    { of: 'a condition does not let it through', schema: { if: { pattern: '(' }, then: {} }, given: 1 },
    { of: 'an alternative does not let it through', schema: { oneOf: [{ required: true }, {}] }, given: 1 },
    { of: 'a reference to nowhere lets nothing through', schema: { $ref: '#/gone' }, given: 1 },
  ]
  it.each(table)('$of', ({ schema, given }) => {
    const { fits, defects } = testedSchema(schema)
    expect(defects).not.toEqual([])
    expect(fits(given)).toBe(false)
  })

  it('what has no such member is checked by the rest', () => {
    const { findings } = testedSchema({ properties: { a: { minimum: '3' } }, required: ['b'] })
    expect(findings({ b: 1 })).toEqual([])
    expect(findings({ a: 1 })).toEqual(['/b required', '/a schema'])
  })

  it.each([
    { of: 'a format is not enforced', schema: { format: 'sku' }, version: '3.1' as const },
    { of: 'a keyword that 3.0 lacks is not enforced', schema: { const: 1 }, version: '3.0' as const },
    { of: 'a description changes nothing', schema: { description: 1 }, version: '3.1' as const },
  ])('$of', ({ schema, version }) => {
    expect(testedSchema(schema, { version }).fits('anything')).toBe(true)
  })

  it('a pattern that backtracks is enforced all the same', () => {
    const { findings } = testedSchema({ pattern: '^(a+)+$' })
    expect(findings('aa')).toEqual([])
    expect(findings('b')).toEqual(['pattern'])
  })
})
