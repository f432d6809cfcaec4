import { describe, expect, it } from 'vitest'
import { describeSchema } from '../../../src/cli/describe-schema.js'
import { createDefectLog } from '../../../src/contract/defect.js'
import { createResolver } from '../../../src/contract/document/reference.js'

const schemas = {
  Item: { type: 'object', properties: { sku: {} } },
  Shape: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
  Sku: { type: 'string', maxLength: 64 },
  Skus: { type: 'array', items: { $ref: '#/components/schemas/Sku' } },
  Alias: { $ref: '#/components/schemas/Sku' },
  Endless: { type: 'array', items: { $ref: '#/components/schemas/Endless' } },
  'a/b c': { type: 'object' },
}
const resolver = createResolver({ components: { schemas } }, createDefectLog('warn'))
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

describe('a schema in a few words', () => {
  it.each([
    { given: undefined, want: 'anything' },
    { given: true, want: 'anything' },
    { given: {}, want: 'anything' },
    { given: false, want: 'nothing' },
    { given: { type: 'boolean' }, want: 'boolean' },
    { given: { type: 'string', format: 'uuid' }, want: 'string (uuid)' },
    { given: { type: 'string', minLength: 1 }, want: 'string of at least 1 character' },
    { given: { type: 'string', minLength: 2, maxLength: 8 }, want: 'string of 2 to 8 characters' },
    { given: { type: 'string', minLength: 8, maxLength: 8 }, want: 'string of 8 characters' },
    { given: { type: 'string', pattern: '^a$' }, want: 'string that matches `^a$`' },
    { given: { type: 'integer', minimum: 1, maximum: 9 }, want: 'integer from 1 to 9' },
    { given: { type: 'number', maximum: 9 }, want: 'number up to 9' },
    { given: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, want: 'number above 0 below 1' },
    { given: { type: 'number', minimum: 0, exclusiveMinimum: true }, want: 'number above 0' },
    { given: { type: ['integer', 'null'] }, want: 'integer or null' },
    { given: { type: 'string', nullable: true }, want: 'string or null' },
    { given: { const: 'a' }, want: '"a"' },
    { given: { type: 'string', enum: ['a', 'b', 3] }, want: 'one of a, b or 3' },
    { given: { enum: [1, 2, 3, 4, 5, 6, 7, 8] }, want: 'one of 1, 2, 3, 4, 5, 6 or 2 more' },
    { given: { type: 'array', items: { type: 'string' } }, want: 'list of string' },
    { given: { type: 'array', minItems: 1, maxItems: 3 }, want: 'list of 1 to 3 items: anything' },
    { given: { items: { type: 'string' } }, want: 'list of string' },
    { given: { type: 'object' }, want: 'object' },
    { given: { properties: { a: {}, b: {}, c: {} } }, want: 'object of a, b and c' },
    { given: { oneOf: [ref('Item'), { type: 'string' }, { type: 'string' }] }, want: 'Item or string' },
    { given: { anyOf: [{ type: 'string' }, { type: 'null' }] }, want: 'string or null' },
    { given: { allOf: [ref('Item'), { properties: { a: {} } }] }, want: 'Item and object of a' },
    { given: ref('Item'), want: 'Item' },
    { given: ref('Shape'), want: 'Shape' },
    { given: ref('Sku'), want: 'string of at most 64 characters' },
    { given: ref('Alias'), want: 'string of at most 64 characters' },
    { given: ref('Skus'), want: 'list of string of at most 64 characters' },
    { given: ref('Endless'), want: 'list of Endless' },
    { given: ref('a~1b%20c'), want: 'a/b c' },
    { given: ref('Gone'), want: 'Gone' },
  ])('$given: $want', ({ given, want }) => {
    expect(describeSchema(resolver, given, '#/x')).toBe(want)
  })
})
