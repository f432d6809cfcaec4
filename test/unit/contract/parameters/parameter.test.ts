import { describe, expect, it } from 'vitest'
import { loadContract } from '../../../../src/contract/load-contract.js'
import { parseCookies } from '../../../../src/contract/parameters/query-string.js'
import { splitTarget } from '../../../../src/http/raw-parts.js'
import { parseQuery } from '../../../../src/contract/parameters/query-string.js'
import { anonymous, documentWith } from '../../../support/document.js'

const color = { type: 'string' }
const colors = { type: 'array', items: { type: 'string' } }
const rgb = {
  type: 'object',
  properties: { R: { type: 'integer' }, G: { type: 'integer' }, B: { type: 'integer' } },
  additionalProperties: false,
}
const values = { primitive: 'blue', array: ['blue', 'black', 'brown'], object: { R: 100, G: 200, B: 150 } }
const schemas = { primitive: color, array: colors, object: rgb }

interface Sent {
  /** For a path parameter the last segment, else the query, header or cookie. */
  readonly sent: string
}

async function decode(
  parameter: Readonly<Record<string, unknown>>,
  { sent }: Sent,
): Promise<ReturnType<typeof decodeWith>> {
  return decodeWith(parameter, sent)
}

async function decodeWith(
  parameter: Readonly<Record<string, unknown>>,
  sent: string,
): Promise<{ readonly value: unknown; readonly violations: readonly string[] }> {
  const name = parameter['name'] as string
  const place = parameter['in'] as 'path' | 'query' | 'header' | 'cookie'
  const path = place === 'path' ? `/p/{${name}}` : '/p'
  const contract = await loadContract(
    documentWith({ [path]: { get: { ...anonymous, parameters: [parameter] } } }),
  )
  const target = splitTarget(place === 'path' ? `/p/${sent}` : place === 'query' ? `/p?${sent}` : '/p')
  const found = contract.find('GET', target.path)
  if (found.kind !== 'operation') return { value: undefined, violations: [found.kind] }
  const { decoded, violations } = found.operation.parameters.decode(
    {
      path: found.rawParameters,
      queryString: target.query,
      query: parseQuery(target.query),
      headers: place === 'header' ? { [name.toLowerCase()]: [sent] } : {},
      cookies: place === 'cookie' ? parseCookies(sent) : [],
    },
    'refuse',
  )
  const group = {
    path: decoded.params,
    query: decoded.query,
    header: decoded.headers,
    cookie: decoded.cookies,
  }[place]
  return {
    value: group[place === 'header' ? name.toLowerCase() : name],
    violations: violations.map(({ pointer, keyword }) => `${pointer} ${keyword}`),
  }
}

describe('Style Examples of the specification', () => {
  type Row = readonly [string, string, boolean, keyof typeof schemas, string]
  const table: readonly Row[] = [
    ['path', 'matrix', false, 'primitive', ';color=blue'],
    ['path', 'matrix', false, 'array', ';color=blue,black,brown'],
    ['path', 'matrix', false, 'object', ';color=R,100,G,200,B,150'],
    ['path', 'matrix', true, 'primitive', ';color=blue'],
    ['path', 'matrix', true, 'array', ';color=blue;color=black;color=brown'],
    ['path', 'matrix', true, 'object', ';R=100;G=200;B=150'],
    ['path', 'label', false, 'primitive', '.blue'],
    ['path', 'label', false, 'array', '.blue,black,brown'],
    ['path', 'label', false, 'object', '.R,100,G,200,B,150'],
    ['path', 'label', true, 'primitive', '.blue'],
    ['path', 'label', true, 'array', '.blue.black.brown'],
    ['path', 'label', true, 'object', '.R=100.G=200.B=150'],
    ['path', 'simple', false, 'primitive', 'blue'],
    ['path', 'simple', false, 'array', 'blue,black,brown'],
    ['path', 'simple', false, 'object', 'R,100,G,200,B,150'],
    ['path', 'simple', true, 'primitive', 'blue'],
    ['path', 'simple', true, 'array', 'blue,black,brown'],
    ['path', 'simple', true, 'object', 'R=100,G=200,B=150'],
    ['header', 'simple', false, 'primitive', 'blue'],
    ['header', 'simple', false, 'array', 'blue, black, brown'],
    ['header', 'simple', false, 'object', 'R,100,G,200,B,150'],
    ['header', 'simple', true, 'object', 'R=100,G=200,B=150'],
    ['query', 'form', false, 'primitive', 'color=blue'],
    ['query', 'form', false, 'array', 'color=blue,black,brown'],
    ['query', 'form', false, 'object', 'color=R,100,G,200,B,150'],
    ['query', 'form', true, 'primitive', 'color=blue'],
    ['query', 'form', true, 'array', 'color=blue&color=black&color=brown'],
    ['query', 'form', true, 'object', 'R=100&G=200&B=150'],
    ['query', 'spaceDelimited', false, 'array', 'color=blue%20black%20brown'],
    ['query', 'spaceDelimited', false, 'array', 'color=blue+black+brown'],
    ['query', 'spaceDelimited', false, 'object', 'color=R%20100%20G%20200%20B%20150'],
    ['query', 'pipeDelimited', false, 'array', 'color=blue%7Cblack%7Cbrown'],
    ['query', 'pipeDelimited', false, 'array', 'color=blue|black|brown'],
    ['query', 'pipeDelimited', false, 'object', 'color=R|100|G|200|B|150'],
    ['query', 'deepObject', true, 'object', 'color[R]=100&color[G]=200&color[B]=150'],
    ['query', 'deepObject', true, 'object', 'color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
    ['cookie', 'form', false, 'primitive', 'color=blue'],
    ['cookie', 'form', false, 'array', 'color=blue,black,brown'],
    ['cookie', 'form', true, 'primitive', 'color=blue'],
    ['cookie', 'form', true, 'object', 'R=100; G=200; B=150'],
  ]
  it.each(table)('%s %s, explode %s, %s: %s', async (place, style, explode, kind, sent) => {
    const parameter = {
      name: 'color',
      in: place,
      style,
      explode,
      required: place === 'path',
      schema: schemas[kind],
    }
    expect(await decode(parameter, { sent })).toEqual({ value: values[kind], violations: [] })
  })
})

describe('values that do not have the form of their style', () => {
  it.each([
    { in: 'path', style: 'label', schema: color, sent: 'blue' },
    { in: 'path', style: 'matrix', schema: color, sent: 'blue' },
    { in: 'path', style: 'matrix', schema: color, sent: ';colour=blue' },
    { in: 'path', style: 'simple', schema: rgb, sent: 'R,100,G' },
    { in: 'query', style: 'form', explode: false, schema: rgb, sent: 'color=R,100,R,100' },
    { in: 'query', style: 'form', schema: color, sent: 'color=a&color=b' },
    { in: 'query', style: 'deepObject', schema: rgb, sent: 'color=blue' },
    { in: 'cookie', style: 'form', schema: color, sent: 'color=a; color=b' },
  ])('are refused: $in $style $sent', async ({ sent, ...parameter }) => {
    const { violations } = await decode(
      { name: 'color', required: parameter.in === 'path', ...parameter },
      { sent },
    )
    expect(violations).toEqual(['/color style'])
  })
})

describe('percent-encoding', () => {
  it.each([
    { in: 'path', schema: color, sent: 'a%2Fb', want: 'a/b' },
    { in: 'path', schema: color, sent: 'a+b', want: 'a+b' },
    { in: 'path', schema: color, sent: '%2525', want: '%25' },
    { in: 'path', schema: colors, sent: 'a%2Cb,c', want: ['a,b', 'c'] },
    { in: 'query', schema: color, sent: 'color=a+b%2Bc', want: 'a b+c' },
    { in: 'query', schema: color, sent: 'color=%C3%A9%F0%9F%94%A9', want: 'é🔩' },
    { in: 'query', schema: { ...colors }, explode: false, sent: 'color=a%2Cb,c', want: ['a,b', 'c'] },
    { in: 'query', schema: color, sent: 'color=a=b', want: 'a=b' },
    { in: 'query', schema: color, sent: 'color=/?:@', want: '/?:@' },
    { in: 'query', allowReserved: true, schema: color, sent: "color=/?:@!$'()*,;", want: "/?:@!$'()*,;" },
    { in: 'header', schema: color, sent: 'a%20b', want: 'a%20b' },
  ])('is undone once, after the style: $in $sent', async ({ sent, want, ...parameter }) => {
    const { value } = await decode(
      { name: 'color', required: parameter.in === 'path', ...parameter },
      { sent },
    )
    expect(value).toEqual(want)
  })
})

describe('coercion by the declared type', () => {
  const table: readonly { schema: object; sent: string; want?: unknown; keyword?: string }[] = [
    { schema: { type: 'integer' }, sent: '7', want: 7 },
    { schema: { type: 'integer' }, sent: '-7', want: -7 },
    { schema: { type: 'integer' }, sent: '7.0', want: 7 },
    { schema: { type: 'integer' }, sent: '1e2', want: 100 },
    { schema: { type: 'integer' }, sent: '7.5', keyword: 'type' },
    { schema: { type: 'integer' }, sent: '', keyword: 'type' },
    { schema: { type: 'integer' }, sent: ' 7', keyword: 'type' },
    { schema: { type: 'integer' }, sent: '+7', keyword: 'type' },
    { schema: { type: 'integer' }, sent: '0x7', keyword: 'type' },
    { schema: { type: 'integer' }, sent: '07', keyword: 'type' },
    { schema: { type: 'integer' }, sent: 'NaN', keyword: 'type' },
    { schema: { type: 'number' }, sent: '0.5', want: 0.5 },
    { schema: { type: 'number' }, sent: '.5', keyword: 'type' },
    { schema: { type: 'number' }, sent: '1e400', keyword: 'type' },
    { schema: { type: 'number' }, sent: 'Infinity', keyword: 'type' },
    { schema: { type: 'boolean' }, sent: 'true', want: true },
    { schema: { type: 'boolean' }, sent: 'false', want: false },
    { schema: { type: 'boolean' }, sent: '1', keyword: 'type' },
    { schema: { type: 'boolean' }, sent: 'TRUE', keyword: 'type' },
    { schema: { type: 'boolean' }, sent: '', keyword: 'type' },
    { schema: { type: 'string' }, sent: '7', want: '7' },
    { schema: { type: 'string' }, sent: 'true', want: 'true' },
    { schema: { type: 'string' }, sent: '', want: '' },
    { schema: { type: ['integer', 'null'] }, sent: 'null', want: null },
    { schema: { type: ['string', 'null'] }, sent: 'null', want: 'null' },
    { schema: { type: ['integer', 'string'] }, sent: '7', want: 7 },
    { schema: { type: ['string', 'integer'] }, sent: '7', want: '7' },
    { schema: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] }, sent: 'true', want: true },
    {
      schema: {
        oneOf: [
          { type: 'integer', maximum: 5 },
          { type: 'string', minLength: 3 },
        ],
      },
      sent: '4',
      want: 4,
    },
    { schema: { allOf: [{ type: 'integer' }, { minimum: 5 }] }, sent: '4', keyword: 'minimum' },
    { schema: { enum: [1, 2] }, sent: '2', want: 2 },
    { schema: { const: 'x' }, sent: 'x', want: 'x' },
    { schema: {}, sent: '7', want: '7' },
  ]
  it.each(table)('$schema reads "$sent" as $want$keyword', async ({ schema, sent, want, keyword }) => {
    const { value, violations } = await decode(
      { name: 'v', in: 'query', schema },
      { sent: `v=${sent.replaceAll('+', '%2B')}` },
    )
    if (keyword) expect(violations).toEqual([`/v ${keyword}`])
    else expect([value, violations]).toEqual([want, []])
  })

  it('fills in the default of what is left out', async () => {
    const parameter = { name: 'v', in: 'query', schema: { type: 'integer', default: 20 } }
    expect(await decode(parameter, { sent: 'v=3' })).toMatchObject({ value: 3 })
    expect(await decode(parameter, { sent: '' })).toMatchObject({ value: 20 })
  })
})

describe('a JSON parameter', () => {
  const parameter = {
    name: 'v',
    in: 'query',
    content: { 'application/json': { schema: { type: 'object', required: ['a'] } } },
  }

  it.each([
    { sent: `v=${encodeURIComponent('{"a":1}')}`, want: { value: { a: 1 }, violations: [] } },
    { sent: 'v=%7B%7D', want: { value: undefined, violations: ['/v/a required'] } },
    { sent: 'v=nope', want: { value: undefined, violations: ['/v style'] } },
  ])('is parsed and checked: $sent', async ({ sent, want }) => {
    expect(await decode(parameter, { sent })).toEqual(want)
  })
})

describe('lists inside an object', () => {
  const schema = { type: 'object', properties: { ids: { type: 'array', items: { type: 'integer' } } } }

  it.each([
    { style: 'deepObject', sent: 'o[ids]=1', want: { ids: [1] } },
    { style: 'deepObject', sent: 'o[ids]=1&o[ids]=2', want: { ids: [1, 2] } },
    { style: 'deepObject', sent: 'o[ids][]=1&o[ids][]=2', want: { ids: [1, 2] } },
    { style: 'deepObject', sent: 'o[ids][0]=1&o[ids][1]=2', want: { ids: [1, 2] } },
    { style: 'form', sent: 'ids=1&ids=2', want: { ids: [1, 2] } },
  ])('$style: $sent', async ({ style, sent, want }) => {
    expect(await decode({ name: 'o', in: 'query', style, explode: true, schema }, { sent })).toEqual({
      value: want,
      violations: [],
    })
  })

  it('are never reached through the prototype', async () => {
    const open = { name: 'o', in: 'query', style: 'deepObject', schema: { type: 'object' } }
    const { value } = await decode(open, { sent: 'o[__proto__][polluted]=1&o[constructor]=2' })
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
