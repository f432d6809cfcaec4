import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testedSchema } from '../support/schemas.js'

/*
 * The evaluator against Ajv, on schemas and values that nobody thought of. Never drawn is where Ajv 8 goes wrong: the
 * unevaluated keywords; `contains`, which remembers the array before; and members named like those of every object, on which it
 * throws.
 */
describe('Ajv and the evaluator agree', () => {
  const names = ['a', 'b', 'c', 'd']
  const name = fc.constantFrom(...names)
  const scalar = fc.oneof(
    fc.constantFrom(null, true, false, 0, 1, 2, -1, 1.5, 10, '', 'a', 'b', 'ab', 'abc', '👍'),
    fc.integer({ min: -5, max: 15 }),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  const count = fc.nat({ max: 3 })
  const { schema } = fc.letrec((tie) => {
    const inner = tie('schema')
    const several = fc.array(inner, { minLength: 1, maxLength: 3 })
    const byName = fc.dictionary(name, inner, { maxKeys: 3, noNullPrototype: true })
    const types = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']
    const keywords = {
      type: fc.oneof(
        fc.constantFrom(...types),
        fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }),
      ),
      enum: fc.array(value, { minLength: 1, maxLength: 3 }),
      const: value,
      minimum: fc.integer({ min: -2, max: 5 }),
      exclusiveMaximum: fc.integer({ min: -2, max: 5 }),
      multipleOf: fc.constantFrom(1, 2, 0.5),
      minLength: count,
      maxLength: count,
      pattern: fc.constantFrom('^a', 'b$', '^.$'),
      minItems: count,
      maxItems: count,
      uniqueItems: fc.boolean(),
      items: inner,
      minProperties: count,
      maxProperties: count,
      required: fc.uniqueArray(name, { maxLength: 2 }),
      properties: byName,
      patternProperties: fc.dictionary(fc.constantFrom('^a', 'b|c', 'S'), inner, {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      additionalProperties: inner,
      propertyNames: inner,
      dependentRequired: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 }), {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      dependentSchemas: byName,
      allOf: several,
      anyOf: several,
      oneOf: several,
      not: inner,
      if: inner,
      then: inner,
      else: inner,
    }
    return {
      schema: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constantFrom(true, false, { $ref: '#/$defs/one' }, { $ref: '#/$defs/two' }),
        fc
          .tuple(fc.subarray(Object.keys(keywords), { maxLength: 4 }), fc.record(keywords))
          .map(([kept, all]) =>
            Object.fromEntries(kept.map((keyword) => [keyword, all[keyword as keyof typeof all]])),
          ),
      ),
    }
  })

  it('on any schema and any value', () => {
    fc.assert(
      fc.property(schema, schema, fc.array(value, { minLength: 1, maxLength: 8 }), (given, one, values) => {
        const two = { properties: { a: { $ref: '#/$defs/two' } }, maxProperties: 2 }
        const whole = {
          $id: 'https://tested.example/schema',
          allOf: [given],
          $defs: { one: withoutReferences(one), two },
        }
        const { fits } = testedSchema(whole, { direction: 'reply' })
        const verdictOf = compileByAjv(whole)
        for (const each of values) expect(fits(each), JSON.stringify([whole, each])).toBe(verdictOf(each))
      }),
      { numRuns: 1_000 },
    )
  }, 60_000)
})

function compileByAjv(schema: object): (value: unknown) => boolean {
  const ajv = new Ajv2020({
    strict: false,
    ownProperties: true,
    inlineRefs: false,
    logger: false,
    validateSchema: false,
  })
  // It keeps account of what alternatives have looked at, mixes that up and throws. No keyword here asks for the account.
  ajv.opts.unevaluated = false
  return ajv.compile(schema)
}

/** `#/$defs/one` must not come back to itself. */
function withoutReferences(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('{"$ref":"#/$defs/one"}', 'true'))
}
