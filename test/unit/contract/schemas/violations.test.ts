import { describe, expect, it } from 'vitest'
import { testedSchema } from '../../../support/schemas.js'

const line = {
  type: 'object',
  required: ['sku', 'quantity'],
  properties: { sku: { type: 'string', pattern: '^[A-Z]+$' }, quantity: { type: 'integer', minimum: 1 } },
  additionalProperties: false,
}

describe('violations', () => {
  const table = [
    {
      of: 'are in the order of the value, whatever the order of the schema',
      schema: {
        properties: { a: { type: 'string' }, b: { type: 'string' }, c: { items: { type: 'string' } } },
      },
      given: { c: ['x', 1, 2], b: 1, a: 2 },
      want: ['/c/1 type', '/c/2 type', '/b type', '/a type'],
    },
    {
      of: 'are in the order of the value across the parts of a schema',
      schema: {
        allOf: [{ properties: { b: { type: 'string' } } }, { properties: { a: { type: 'string' } } }],
      },
      given: { a: 1, b: 2 },
      want: ['/a type', '/b type'],
    },
    {
      of: 'name what is missing before what is there',
      schema: line,
      given: { quantity: 0 },
      want: ['/sku required', '/quantity minimum'],
    },
    {
      of: 'name the member that is too much',
      schema: line,
      given: { sku: 'A', quantity: 1, 'a/b~c': 1 },
      want: ['/a~1b~0c additionalProperties'],
    },
    {
      of: 'name members like those of every object',
      schema: line,
      given: JSON.parse('{"sku": "A", "quantity": 1, "__proto__": 1, "constructor": 2, "toString": 3}'),
      want: [
        '/__proto__ additionalProperties',
        '/constructor additionalProperties',
        '/toString additionalProperties',
      ],
    },
    {
      of: 'are told once, though two parts find the same',
      schema: { allOf: [{ required: ['a'] }, { required: ['a'] }] },
      given: {},
      want: ['/a required'],
    },
    {
      of: 'say of a value of another type that it is one, and no more',
      schema: { type: 'string', minLength: 3, enum: ['abc'], pattern: '^a' },
      given: 1,
      want: ['type'],
    },
    {
      of: 'say everything of a value of the right type',
      schema: { type: 'string', pattern: '^a', format: 'uuid' },
      given: 'bc',
      want: ['pattern', 'format'],
    },
    {
      of: 'name a member whose name does not fit',
      schema: { propertyNames: { maxLength: 2 } },
      given: { ab: 1, abc: 1 },
      want: ['/abc propertyNames'],
    },
    {
      of: 'name a member that must stand beside another',
      schema: { dependentRequired: { card: ['address'] } },
      given: { card: 1 },
      want: ['/address dependentRequired'],
    },
    { of: 'tell `false`', schema: { properties: { a: false } }, given: { a: 1 }, want: ['/a false'] },
  ]
  it.each(table)('$of', ({ schema, given, want }) => {
    expect(testedSchema(schema).findings(given)).toEqual(want)
  })

  it('say where equal items stand', () => {
    const { violations } = testedSchema({ uniqueItems: true })
    expect(violations([{ a: 1, b: [0] }, 1, { b: [-0], a: 1 }])).toEqual([
      {
        in: 'body',
        pointer: '',
        keyword: 'uniqueItems',
        detail: 'must have no equal items, but 0 and 2 are equal',
      },
    ])
  })

  it('begin with the prefix of the value', () => {
    const { validate } = testedSchema(line)
    expect(validate({ sku: 1, quantity: 1 }, 'query', '/filter')).toMatchObject([
      { in: 'query', pointer: '/filter/sku' },
    ])
  })
})

describe('of alternatives of which none holds', () => {
  const schemas = {
    Card: { type: 'object', required: ['number', 'month'], properties: { number: { type: 'string' } } },
    Bank: { type: 'object', required: ['iban'], properties: { iban: { type: 'string' } } },
  }
  const pay = { anyOf: [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Bank' }] }
  const table = [
    {
      of: 'the one that came furthest is told',
      schema: pay,
      given: { iban: 1, number: 2 },
      want: ['/iban type'],
    },
    {
      of: 'the only one of the type is told',
      schema: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Card' }] },
      given: { number: 1 },
      want: ['/month required', '/number type'],
    },
    {
      of: 'the one of the same kind is told, though it has more findings',
      schema: {
        oneOf: [
          { properties: { kind: { const: 'a' } } },
          { properties: { kind: { const: 'b' }, x: { type: 'string' }, y: { type: 'string' } } },
        ],
      },
      given: { kind: 'b', x: 1, y: 2 },
      want: ['/x type', '/y type'],
    },
    {
      of: 'the member that tells the kind is told, where it tells none of them',
      schema: {
        oneOf: [{ properties: { kind: { const: 'a' } } }, { properties: { kind: { const: 'b' } } }],
      },
      given: { kind: 'c' },
      want: ['/kind oneOf'],
    },
    {
      of: 'one finding stands for all that came equally far',
      schema: { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      given: {},
      want: ['oneOf'],
    },
    {
      of: 'one finding stands for all types',
      schema: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      given: 1,
      want: ['anyOf'],
    },
  ]
  it.each(table)('$of', ({ schema, given, want }) => {
    expect(testedSchema(schema, { schemas }).findings(given)).toEqual(want)
  })

  it('the one finding says what each would have wanted', () => {
    const detailOf = (schema: unknown, given: unknown): string | undefined =>
      testedSchema(schema).violations(given)[0]?.detail
    expect(detailOf({ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1)).toBe(
      'must be a string, or must be null',
    )
    expect(detailOf({ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, {})).toBe(
      '/a is required, or /b is required',
    )
    expect(detailOf({ oneOf: [{ minimum: 1 }, { maximum: 9 }] }, 5)).toBe(
      'fits several alternatives and must fit exactly one',
    )
  })
})

describe('a value that is wrong all over', () => {
  const order = { properties: { lines: { type: 'array', items: line } } }
  const cpuMs = (run: () => void): number => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  }

  it('has at most twenty violations, or as many as the option says', () => {
    const given = { lines: Array.from({ length: 30 }, () => 1) }
    expect(testedSchema(order).findings(given)).toEqual(
      given.lines.slice(0, 20).map((_, at) => `/lines/${at} type`),
    )
    expect(testedSchema(order, { violationLimit: 2 }).findings(given)).toEqual([
      '/lines/0 type',
      '/lines/1 type',
    ])
  })

  it('always has one, whatever the option says', () => {
    expect(testedSchema(order, { violationLimit: 0 }).findings({ lines: 1 })).toEqual(['/lines type'])
  })

  it('is left after the twentieth: a hundred thousand bad items take no longer', () => {
    const { violations } = testedSchema(order)
    const given = { lines: Array.from({ length: 100_000 }, () => ({ sku: 'x', quantity: 0 })) }
    violations({ lines: [{ sku: 'x' }] })
    const before = process.memoryUsage().heapUsed
    expect(cpuMs(() => expect(violations(given)).toHaveLength(20))).toBeLessThan(50)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000)
  })

  it('is compared in a moment, though it nests alternatives sixty deep with what tells them apart at the end', () => {
    const node = (kind: string): object => ({
      required: ['kind'],
      properties: { child: { $ref: '#/components/schemas/Node' }, kind: { const: kind } },
    })
    const { findings } = testedSchema(
      { $ref: '#/components/schemas/Node' },
      { schemas: { Node: { oneOf: [node('a'), node('b')] } } },
    )
    const nested = (innermost: string): object => {
      let value: object = { kind: innermost }
      for (let depth = 0; depth < 60; depth++) value = { child: value, kind: depth % 2 === 0 ? 'a' : 'b' }
      return value
    }
    expect(cpuMs(() => expect(findings(nested('a'))).toEqual([]))).toBeLessThan(200)
    expect(
      cpuMs(() => expect(findings(nested('c'))).toEqual([`${'/child'.repeat(60)}/kind oneOf`])),
    ).toBeLessThan(500)
  })

  it('is found to have ten thousand different objects in milliseconds', () => {
    const { findings } = testedSchema({ uniqueItems: true })
    const items = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `item ${id}`, at: [id, { id }] }))
    expect(cpuMs(() => expect(findings(items)).toEqual([]))).toBeLessThan(500)
    expect(findings([...items, { at: [1, { id: 1 }], name: 'item 1', id: 1 }])).toEqual(['uniqueItems'])
  })
})
