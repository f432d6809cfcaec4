import { describe, expect, it } from 'vitest'
import { BodyLimitError } from '../../../../src/contract/bodies/body-format.js'
import { createBodyReader, faults, type BodyReaderOptions } from '../../../support/bodies.js'

const type = 'application/x-www-form-urlencoded'

async function readForm(
  schema: unknown,
  sent: string | Uint8Array,
  encoding: object = {},
  options: BodyReaderOptions = {},
): ReturnType<Awaited<ReturnType<typeof createBodyReader>>['read']> {
  const reader = await createBodyReader({ [type]: { schema, encoding } }, options)
  return reader.read(type, sent)
}

const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more })
const string = { type: 'string' }
const integer = { type: 'integer' }
const strings = { type: 'array', items: string }
const integers = { type: 'array', items: integer }
const colour = object({ R: integer, G: integer })

describe('members of a urlencoded form', () => {
  it.each([
    { schema: object({ a: string }), sent: 'a=1', value: { a: '1' } },
    { schema: object({ a: string }), sent: 'a=x+y%2Bz%C3%BC', value: { a: 'x y+zü' } },
    { schema: object({ a: string }), sent: 'a=ü', value: { a: 'ü' } },
    { schema: object({ a: string }), sent: 'a', value: { a: '' } },
    { schema: object({ a: string }), sent: '', value: {} },
    { schema: object({ a: string }), sent: '&&a=1&', value: { a: '1' } },
    { schema: object({ 'a b': string }), sent: 'a+b=1', value: { 'a b': '1' } },
    {
      schema: object({ n: integer, b: { type: 'boolean' } }),
      sent: 'n=7&b=false',
      value: { n: 7, b: false },
    },
    { schema: object({ n: { type: 'number' } }), sent: 'n=-1.5e3', value: { n: -1500 } },
    { schema: object({ n: { ...integer, default: 5 } }), sent: '', value: { n: 5 } },
    {
      schema: { allOf: [object({ n: integer }), object({ a: string })] },
      sent: 'n=1&a=1',
      value: { n: 1, a: '1' },
    },
    { schema: { $ref: '#/components/schemas/Form' }, sent: 'n=1', value: { n: 1 } },
    { schema: object({ a: strings }), sent: 'a=1&a=2', value: { a: ['1', '2'] } },
    { schema: object({ a: integers }), sent: 'a=1&a=2', value: { a: [1, 2] } },
    { schema: object({ a: integers }), sent: 'a=1', value: { a: [1] } },
    { schema: object({ a: { type: ['string', 'array'], items: string } }), sent: 'a=1', value: { a: ['1'] } },
    { schema: object({}), sent: 'x=1&y=2&x=3', value: { x: ['1', '3'], y: '2' } },
    { schema: object({}, { additionalProperties: integer }), sent: 'x=1', value: { x: 1 } },
    { schema: undefined, sent: 'x=1', value: { x: '1' } },
    {
      schema: object(
        { a: string },
        { patternProperties: { '^n': integer, '^l': integers }, additionalProperties: false },
      ),
      sent: 'a=1&n1=1&n2=2&l=3',
      value: { a: '1', n1: 1, n2: 2, l: [3] },
    },
    {
      schema: object({}, { patternProperties: { '^c': colour } }),
      sent: 'c=%7B%22R%22:1%7D',
      value: { c: { R: 1 } },
    },
  ])('of $sent by $schema', async ({ schema, sent, value }) => {
    const components = { schemas: { Form: object({ n: integer }) } }
    expect(await readForm(schema, sent, {}, { components })).toEqual({ value, violations: [] })
  })

  it.each([
    { schema: object({ n: integer }), sent: 'n=', want: ['/n type'] },
    { schema: object({ n: integer }), sent: 'n=1.5', want: ['/n type'] },
    { schema: object({ n: integer }), sent: 'n=0x1', want: ['/n type'] },
    { schema: object({ b: { type: 'boolean' } }), sent: 'b=1', want: ['/b type'] },
    { schema: object({ a: string }), sent: 'a=1&a=2', want: ['/a type'] },
    { schema: object({ a: integers }), sent: 'a=1&a=x', want: ['/a/1 type'] },
    { schema: object({ a: string }, { required: ['a'] }), sent: '', want: ['/a required'] },
    {
      schema: object({ a: string }, { additionalProperties: false }),
      sent: 'b=1',
      want: ['/b additionalProperties'],
    },
    { schema: object({ 'a/b': { ...string, maxLength: 1 } }), sent: 'a/b=12', want: ['/a~1b maxLength'] },
    { schema: object({ a: { ...string, readOnly: true } }), sent: 'a=1', want: ['/a readOnly'] },
    { schema: object({ a: string }), sent: 'a=%zz', want: ['/a encoding'] },
    { schema: object({ a: string }), sent: 'a=%00', want: ['/a encoding'] },
    { schema: object({ a: string }), sent: '%zz=a', want: [' encoding'] },
    { schema: object({ a: string }), sent: 'a=%C3%28', want: ['/a encoding'] },
    { schema: object({ a: string }), sent: Uint8Array.of(0x61, 0x3d, 0xff), want: [' encoding'] },
  ])('that do not fit are named: $sent by $schema', async ({ schema, sent, want }) => {
    expect(faults(await readForm(schema, sent))).toEqual(want)
  })
})

describe('members of a urlencoded form, by their encoding', () => {
  it.each([
    { a: colour, encoding: {}, sent: 'a=%7B%22R%22%3A1%7D', value: { a: { R: 1 } } },
    { a: string, encoding: { contentType: 'application/json' }, sent: 'a=%22x%22', value: { a: 'x' } },
    {
      a: { type: 'array', items: colour },
      encoding: {},
      sent: 'a={"R":1}&a={"R":2}',
      value: { a: [{ R: 1 }, { R: 2 }] },
    },
    { a: integers, encoding: { contentType: 'application/json' }, sent: 'a=[1,2]', value: { a: [1, 2] } },
    { a: { type: 'array', items: integers }, encoding: {}, sent: 'a=[1,2]', value: { a: [[1, 2]] } },
    {
      a: { type: 'string', contentEncoding: 'base64' },
      encoding: { contentType: 'image/png' },
      sent: 'a=AAE%3D',
      value: { a: 'AAE=' },
    },
    { a: integers, encoding: { explode: false }, sent: 'a=1,2', value: { a: [1, 2] } },
    { a: strings, encoding: { explode: false }, sent: 'a=1%2C2,3', value: { a: ['1,2', '3'] } },
    { a: strings, encoding: { style: 'pipeDelimited' }, sent: 'a=1|2', value: { a: ['1', '2'] } },
    { a: strings, encoding: { style: 'spaceDelimited' }, sent: 'a=1+2', value: { a: ['1', '2'] } },
    { a: strings, encoding: { allowReserved: true }, sent: 'a=/x?&a=y', value: { a: ['/x?', 'y'] } },
    { a: colour, encoding: { style: 'form' }, sent: 'R=1&G=2', value: { a: { R: 1, G: 2 } } },
    { a: colour, encoding: { explode: false }, sent: 'a=R,1,G,2', value: { a: { R: 1, G: 2 } } },
    { a: colour, encoding: { style: 'deepObject' }, sent: 'a[R]=1&a%5BG%5D=2', value: { a: { R: 1, G: 2 } } },
    {
      a: object({ t: strings }),
      encoding: { style: 'form' },
      sent: 't=1&t=2',
      value: { a: { t: ['1', '2'] } },
    },
  ])('$encoding: $sent is $value', async ({ a, encoding, sent, value }) => {
    expect(await readForm(object({ a, z: string }), sent, { a: encoding })).toEqual({ value, violations: [] })
  })

  it.each([
    { a: colour, encoding: {}, sent: 'a=R', want: ['/a json'] },
    { a: colour, encoding: {}, sent: 'a={"R":"1"}', want: ['/a/R type'] },
    { a: strings, encoding: { explode: false }, sent: 'a=1&a=2', want: ['/a style'] },
    { a: colour, encoding: { explode: false }, sent: 'a=R,1,G', want: ['/a style'] },
    { a: colour, encoding: { style: 'form' }, sent: 'R=1&R=2', want: ['/a style'] },
    { a: colour, encoding: { style: 'deepObject' }, sent: 'a[R]=x', want: ['/a/R type'] },
    { a: colour, encoding: { style: 'deepObject' }, sent: 'a=1', want: ['/a style'] },
    { a: colour, encoding: { style: 'deepObject' }, sent: `a${'[b]'.repeat(65)}=1`, want: ['/a style'] },
    { a: colour, encoding: { style: 'deepObject' }, sent: 'a[R]=%zz', want: ['/a encoding'] },
  ])('$encoding: $sent does not fit', async ({ a, encoding, sent, want }) => {
    expect(faults(await readForm(object({ a, z: string }), sent, { a: encoding }))).toEqual(want)
  })

  it('gives an open object that is written out the members that the form does not declare', async () => {
    const encoding = { a: { style: 'form' } }
    expect(await readForm(object({ a: colour, z: string }), 'R=1&z=2&x=3', encoding)).toMatchObject({
      value: { a: { R: 1, x: '3' }, z: '2' },
    })
    const closed = object({ a: { ...colour, additionalProperties: false } })
    expect(await readForm(closed, 'R=1&x=3', encoding)).toMatchObject({ value: { a: { R: 1 }, x: '3' } })
  })

  it('is the same in 3.0, where objects are JSON too unless a style is named', async () => {
    const options = { version: '3.0.4' as const }
    expect(await readForm(object({ a: colour }), 'a={"R":1}', {}, options)).toMatchObject({
      value: { a: { R: 1 } },
    })
    expect(await readForm(object({ a: colour }), 'R=1', { a: { explode: true } }, options)).toMatchObject({
      value: { a: { R: 1 } },
    })
  })
})

describe('a urlencoded form', () => {
  it('has no prototype, and takes no member for one', async () => {
    const decoded = await readForm(object({}), '__proto__=1&constructor=2&__proto__=3')
    const value = decoded?.value as Record<string, unknown>
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.entries(value)).toEqual([
      ['__proto__', ['1', '3']],
      ['constructor', '2'],
    ])
    expect(({} as Record<string, unknown>)['1']).toBeUndefined()
  })

  it('has its prototype-like members refused where it is closed', async () => {
    const closed = object({}, { additionalProperties: false })
    expect(faults(await readForm(closed, '__proto__=1'))).toEqual(['/__proto__ additionalProperties'])
  })

  it('may have as many members as the limit says', async () => {
    const limits = { members: 3 }
    expect(await readForm(object({}), 'a=1&b=2&c=3', {}, { limits })).toMatchObject({ violations: [] })
    await expect(readForm(object({}), 'a&'.repeat(100_000), {}, { limits })).rejects.toThrow(BodyLimitError)
  })
})
