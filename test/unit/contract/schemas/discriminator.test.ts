import { describe, expect, it } from 'vitest'
import { defectsOf, testedSchema } from '../../../support/schemas.js'

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` })
const cat = {
  type: 'object',
  properties: { kind: { type: 'string' }, lives: { type: 'integer' } },
  required: ['kind', 'lives'],
}
const dog = {
  type: 'object',
  properties: { kind: { type: 'string' }, bark: { type: 'string' } },
  required: ['kind', 'bark'],
}
const schemas = { Cat: cat, Dog: dog }
const byKind = { propertyName: 'kind' }

describe.each(['oneOf', 'anyOf'] as const)('beside %s', (keyword) => {
  const alternatives = { [keyword]: [ref('Cat'), ref('Dog')] }

  const table = [
    {
      of: 'names of schemas',
      schema: { ...alternatives, discriminator: byKind },
      fits: [{ kind: 'Cat', lives: 9 }],
      refused: [
        { given: { kind: 'Cat', bark: 'wuff' }, want: ['/lives required'] },
        { given: { kind: 'Dog', bark: 1 }, want: ['/bark type'] },
        { given: { kind: 'cat', lives: 9 }, want: ['/kind discriminator'] },
        { given: { kind: 1 }, want: ['/kind discriminator'] },
        { given: { lives: 9 }, want: ['/kind required'] },
        { given: 'Cat', want: ['type'].map(() => keyword) },
      ],
    },
    {
      of: 'a mapping, by name or by reference, beside which the names still count',
      schema: {
        ...alternatives,
        discriminator: { ...byKind, mapping: { mouser: 'Cat', hound: '#/components/schemas/Dog' } },
      },
      fits: [
        { kind: 'mouser', lives: 9 },
        { kind: 'hound', bark: 'x' },
        { kind: 'Dog', bark: 'x' },
      ],
      refused: [
        { given: { kind: 'hound', lives: 9 }, want: ['/bark required'] },
        { given: { kind: 'bird' }, want: ['/kind discriminator'] },
      ],
    },
    {
      of: 'constants of the alternatives, which need no names',
      schema: {
        [keyword]: [
          { properties: { kind: { const: 'a' }, size: { type: 'integer' } }, required: ['kind'] },
          { properties: { kind: { enum: ['b', 'c'] } }, required: ['kind', 'size'] },
        ],
        discriminator: byKind,
      },
      fits: [
        { kind: 'a', size: 1 },
        { kind: 'c', size: 'x' },
      ],
      refused: [
        { given: { kind: 'a', size: 'x' }, want: ['/size type'] },
        { given: { kind: 'b' }, want: ['/size required'] },
        { given: { kind: 'd' }, want: ['/kind discriminator'] },
      ],
    },
    {
      of: 'an alternative that is no object',
      schema: { [keyword]: [ref('Cat'), ref('Dog'), { type: 'null' }], discriminator: byKind },
      fits: [null, { kind: 'Cat', lives: 9 }],
      refused: [{ given: { kind: 'null' }, want: ['/kind discriminator'] }],
    },
    {
      of: 'members that no alternative looks at',
      schema: { ...alternatives, discriminator: byKind, unevaluatedProperties: false },
      fits: [{ kind: 'Cat', lives: 9 }],
      refused: [
        { given: { kind: 'Cat', lives: 9, bark: 'x' }, want: ['/bark unevaluatedProperties'] },
        { given: { kind: 'bird', lives: 9 }, want: ['/kind discriminator'] },
      ],
    },
  ]
  it.each(table)('the member picks by $of', ({ schema, fits, refused }) => {
    const { findings, defects } = testedSchema(schema, { schemas })
    expect(defects).toEqual([])
    for (const value of fits) expect(findings(value), JSON.stringify(value)).toEqual([])
    for (const { given, want } of refused) expect(findings(given), JSON.stringify(given)).toEqual(want)
  })

  it('lists the values that it takes', () => {
    const { violations } = testedSchema({ ...alternatives, discriminator: byKind }, { schemas })
    expect(violations({ kind: 'bird' })).toEqual([
      { in: 'body', pointer: '/kind', keyword: 'discriminator', detail: 'must be one of "Cat", "Dog"' },
    ])
  })

  it('leaves the choice to the alternatives where the member is withheld', () => {
    const kept = { ...cat, properties: { ...cat.properties, kind: { type: 'string', readOnly: true } } }
    const schema = { [keyword]: [ref('Cat'), ref('Dog')], discriminator: byKind }
    const request = testedSchema(schema, { schemas: { Cat: kept, Dog: dog } })
    expect(request.findings({ lives: 9 })).toEqual([])
    const reply = testedSchema(schema, { schemas: { Cat: kept, Dog: dog }, direction: 'reply' })
    expect(reply.findings({ lives: 9 })).toEqual(['/kind required'])
  })

  it('takes a default mapping where the member is missing or names nothing', () => {
    const { findings } = testedSchema(
      { [keyword]: [ref('Cat'), ref('Other')], discriminator: { ...byKind, defaultMapping: 'Other' } },
      { version: '3.2', schemas: { ...schemas, Other: { required: ['other'] } } },
    )
    expect(findings({ kind: 'bird' })).toEqual(['/other required'])
    expect(findings({})).toEqual(['/other required'])
  })
})

describe('on a schema that others build on', () => {
  const family = {
    Pet: {
      type: 'object',
      required: ['kind'],
      properties: { kind: { type: 'string' } },
      discriminator: byKind,
    },
    Cat: { allOf: [ref('Pet'), { required: ['lives'] }] },
    Kitten: { allOf: [ref('Cat'), { properties: { lives: { const: 9 } } }] },
    Dog: { allOf: [ref('Pet'), { required: ['bark'] }] },
  }
  const table = [
    { of: 'a child', given: { kind: 'Dog', bark: 1 }, want: [] },
    { of: 'a child that does not fit', given: { kind: 'Dog', lives: 1 }, want: ['/bark required'] },
    { of: 'a grandchild', given: { kind: 'Kitten', lives: 9 }, want: [] },
    { of: 'a grandchild that does not fit', given: { kind: 'Kitten', lives: 8 }, want: ['/lives const'] },
    { of: 'the schema itself', given: { kind: 'Pet' }, want: [] },
    { of: 'nothing', given: { kind: 'Bird' }, want: ['/kind discriminator'] },
    { of: 'no kind', given: {}, want: ['/kind required'] },
    { of: 'no object', given: 1, want: ['type'] },
  ]
  it.each(table)('the member picks $of', ({ given, want }) => {
    const { findings, defects } = testedSchema({ properties: { pet: ref('Pet') } }, { schemas: family })
    expect(defects).toEqual([])
    expect(findings({ pet: given })).toEqual(
      want.map((one) => (one.startsWith('/') ? `/pet${one}` : `/pet ${one}`)),
    )
  })

  it('does not pick again for a child that is asked for by its own name', () => {
    const { findings } = testedSchema(ref('Cat'), { schemas: family })
    expect(findings({ kind: 'Cat', lives: 1 })).toEqual([])
    expect(findings({ kind: 'Cat' })).toEqual(['/lives required'])
  })

  it('picks inside of members again', () => {
    const schemas = {
      ...family,
      Cat: { allOf: [ref('Pet'), { properties: { friend: ref('Pet') } }] },
    }
    const { findings } = testedSchema(ref('Pet'), { schemas })
    expect(findings({ kind: 'Cat', friend: { kind: 'Dog' } })).toEqual(['/friend/bark required'])
  })

  it('holds a schema that the mapping names and that does not build on it to both', () => {
    const schemas = {
      Pet: { ...family.Pet, discriminator: { ...byKind, mapping: { fish: 'Fish' } } },
      Fish: { required: ['fins'] },
    }
    const { findings } = testedSchema(ref('Pet'), { schemas })
    expect(findings({ kind: 'fish' })).toEqual(['/fins required'])
    expect(findings({ kind: 'fish', fins: 2 })).toEqual([])
  })

  it('takes a schema whose alternatives are also its children, a circle for plain JSON Schema', () => {
    const schemas = {
      Pet: { ...family.Pet, oneOf: [ref('Cat'), ref('Dog')] },
      Cat: family.Cat,
      Dog: family.Dog,
    }
    const { findings, defects } = testedSchema(ref('Pet'), { schemas })
    expect(defects).toEqual([])
    expect(findings({ kind: 'Dog', bark: 1 })).toEqual([])
    expect(findings({ kind: 'Dog' })).toEqual(['/bark required'])
  })
})

describe('a discriminator that cannot be enforced is a defect', () => {
  const at = '#/components/schemas/Tested/discriminator'
  const table = [
    {
      of: 'without a propertyName',
      schema: { oneOf: [ref('Cat')], discriminator: {} },
      want: [`invalid-discriminator ${at}`],
    },
    {
      of: 'with a mapping that leads nowhere',
      schema: {
        oneOf: [ref('Cat')],
        discriminator: { ...byKind, mapping: { 'a/b': '#/components/schemas/Gone' } },
      },
      want: [`invalid-discriminator ${at}/mapping/a~1b`],
    },
    {
      of: 'beside an alternative that no value leads to',
      schema: { oneOf: [ref('Cat'), { type: 'object' }], discriminator: byKind },
      want: [`invalid-discriminator ${at}`],
    },
    {
      of: 'on a schema that nothing builds on',
      schema: { type: 'object', discriminator: byKind },
      want: [`invalid-discriminator ${at}`],
    },
    {
      of: 'with a default mapping that leads nowhere',
      schema: { oneOf: [ref('Cat')], discriminator: { ...byKind, defaultMapping: 'Gone' } },
      want: [`invalid-discriminator ${at}/defaultMapping`],
    },
  ]
  it.each(table)('$of', ({ schema, want }) => {
    expect(defectsOf(schema, { schemas })).toEqual(want)
  })

  it('and where that is only warned of, schemas hold without it', () => {
    const beside = testedSchema({ oneOf: [ref('Cat'), ref('Dog')], discriminator: {} }, { schemas })
    expect(beside.fits({ kind: 'x', lives: 9 })).toBe(true)
    expect(beside.fits({ kind: 'x' })).toBe(false)
    const alone = testedSchema({ type: 'object', discriminator: byKind })
    expect([alone.fits({ kind: 'x' }), alone.fits('x')]).toEqual([true, false])
  })
})
