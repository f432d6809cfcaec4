import { describe, expect, it } from 'vitest'
import { ContractError } from '../../../../src/contract/defect.js'
import type { LinesError } from '../../../../src/contract/bodies/lines.js'
import { loadContract } from '../../../../src/contract/load-contract.js'
import { createBodyReader, documentTaking, faults, plain, type Version } from '../../../support/bodies.js'

const schema = (given: object): object => ({ schema: given })

describe('a text body', () => {
  it.each([
    { media: {}, sent: 'grüße', value: 'grüße' },
    { media: {}, sent: '', value: '' },
    { media: schema({ type: 'string', maxLength: 3 }), sent: 'abc', value: 'abc' },
    { media: schema({ type: 'integer' }), sent: '42', value: 42 },
    { media: schema({ type: 'boolean' }), sent: 'true', value: true },
    { media: schema({ type: ['integer', 'null'] }), sent: 'null', value: null },
    { media: schema({ type: 'string' }), sent: '42', value: '42' },
  ])('of $sent becomes $value by $media', async ({ media, sent, value }) => {
    const reader = await createBodyReader({ 'text/plain': media })
    expect(await reader.read('text/plain', sent)).toEqual({ value, violations: [] })
  })

  it.each([
    { media: schema({ type: 'string', maxLength: 3 }), sent: 'abcd', want: [' maxLength'] },
    { media: schema({ type: 'integer' }), sent: '4.2', want: [' type'] },
    { media: schema({ type: 'integer' }), sent: '', want: [' type'] },
    { media: schema({ type: 'boolean' }), sent: '1', want: [' type'] },
    { media: {}, sent: Uint8Array.of(0xff, 0xfe), want: [' encoding'] },
  ])('of $sent does not fit $media', async ({ media, sent, want }) => {
    const reader = await createBodyReader({ 'text/plain': media })
    expect(faults(await reader.read('text/plain; charset=utf-8', sent))).toEqual(want)
  })

  it('in another charset is not accepted', async () => {
    const reader = await createBodyReader({ 'text/*': {} })
    expect(await reader.read('text/plain; charset=iso-8859-1', 'x')).toBeUndefined()
  })

  it('may be XML where no schema asks for more', async () => {
    const reader = await createBodyReader({ 'application/xml': {}, 'application/atom+xml': {} })
    expect(await reader.read('application/xml', '<a/>')).toEqual({ value: '<a/>', violations: [] })
    expect(await reader.read('application/atom+xml', '<a/>')).toEqual({ value: '<a/>', violations: [] })
  })
})

describe('a binary body', () => {
  const octets = 'application/octet-stream'

  it.each([
    { media: {} },
    { media: schema({}) },
    { media: schema({ type: 'string', format: 'binary' }) },
    { media: schema({ type: 'string', contentMediaType: octets, minLength: 2, maxLength: 3 }) },
  ])('is handed on with its media type and size by $media', async ({ media }) => {
    const reader = await createBodyReader({ [octets]: media, 'image/*': media })
    const decoded = await reader.read('image/png; x="a b"', Uint8Array.of(1, 2, 0xff))
    expect(decoded?.value).toMatchObject({ size: 3, mediaType: 'image/png; x="a b"' })
    expect(await plain((await reader.read(octets, 'abc'))?.value)).toEqual({ file: 'abc', mediaType: octets })
  })

  it.each([
    { sent: '', want: [' minLength'] },
    { sent: 'é', want: [] },
    { sent: 'éé', want: [' maxLength'] },
  ])('has its length counted in bytes: $sent', async ({ sent, want }) => {
    const reader = await createBodyReader({
      [octets]: schema({ type: 'string', minLength: 1, maxLength: 3 }),
    })
    expect(faults(await reader.read(octets, sent))).toEqual(want)
  })
})

describe('a body under a range', () => {
  const object = schema({ type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] })

  it.each([
    { contentType: 'application/json', sent: '{"n":1}', value: { n: 1 } },
    { contentType: 'application/hal+json; charset=utf-8', sent: '{"n":1}', value: { n: 1 } },
    { contentType: 'application/x-www-form-urlencoded', sent: 'n=1', value: { n: 1 } },
    { contentType: 'text/html', sent: '<p>', value: '<p>' },
    { contentType: 'image/png', sent: 'PNG', value: { file: 'PNG', mediaType: 'image/png' } },
  ])('is read as its own media type says: $contentType', async ({ contentType, sent, value }) => {
    const isObject = typeof value === 'object' && 'n' in value
    const reader = await createBodyReader({ '*/*': isObject ? object : schema({ type: 'string' }) })
    const decoded = await reader.read(contentType, sent)
    expect(decoded?.violations).toEqual([])
    expect(await plain(decoded?.value)).toEqual(value)
  })

  it.each(['text/html', 'image/png', 'application/xml', 'multipart/form-data; boundary=XX'])(
    'that cannot be what the schema asks for is refused: %s',
    async (contentType) => {
      const reader = await createBodyReader({ '*/*': object })
      expect(faults(await reader.read(contentType, 'x'))).toEqual([' type'])
    },
  )

  it('is read by the closest declaration', async () => {
    const reader = await createBodyReader({
      '*/*': schema({ const: 'any' }),
      'text/*': schema({ const: 'text' }),
      'text/csv': schema({ const: 'csv' }),
    })
    expect(faults(await reader.read('text/csv', 'csv'))).toEqual([])
    expect(faults(await reader.read('text/html', 'text'))).toEqual([])
    expect(faults(await reader.read('text/html', 'csv'))).toEqual([' const'])
  })
})

describe('a sequence of JSON texts', () => {
  const line = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }
  const RS = '\x1e'
  const collected = async (
    media: object,
    type: string,
    sent: string,
    version: Version = '3.1.1',
  ): Promise<unknown> => {
    const reader = await createBodyReader({ [type]: media }, { version, chunkBytes: 5 })
    try {
      return (await reader.read(type, sent))?.value
    } catch (error) {
      return faults(error as LinesError)
    }
  }

  it.each([
    {
      type: 'application/x-ndjson',
      sent: '{"n":1}\n\n{"n":2}\r\n{"n":3}',
      want: [{ n: 1 }, { n: 2 }, { n: 3 }],
    },
    { type: 'application/jsonl', sent: '', want: [] },
    { type: 'application/json-seq', sent: `${RS}{"n":1}\n${RS}{\n"n":2}\n`, want: [{ n: 1 }, { n: 2 }] },
    { type: 'application/geo+json-seq', sent: `${RS}${RS}{"n":1}`, want: [{ n: 1 }] },
    { type: 'application/x-ndjson', sent: '{"n":1}\n{"n":"2"}\nno\n', want: ['/1/n type', '/2 json'] },
    { type: 'application/json-seq', sent: `${RS}{"n":1}\n${RS}{"n"`, want: ['/1 json'] },
    { type: 'application/json-seq', sent: '{"n":1}\n', want: ['/0 json-seq'] },
  ])('as $type is read line by line', async ({ type, sent, want }) => {
    expect(await collected(schema(line), type, sent)).toEqual(want)
  })

  it('may be cut off behind a number, which only a newline tells (RFC 7464 section 2.4)', async () => {
    const type = 'application/json-seq'
    expect(await collected({}, type, `${RS}12\n${RS}"a"${RS}3`)).toEqual(['/2 json-seq'])
    expect(await collected({}, type, `${RS}12\n${RS}"a"${RS}3\n`)).toEqual([12, 'a', 3])
  })

  it('is described line by line by `itemSchema` in 3.2, and as a list by `schema`', async () => {
    const type = 'application/x-ndjson'
    const list = { type: 'array', maxItems: 1 }
    expect(await collected({ itemSchema: line }, type, '{"n":1}\n{}', '3.2.0')).toEqual(['/1/n required'])
    const reader = await createBodyReader(
      { [type]: { schema: list, itemSchema: line } },
      { version: '3.2.0' },
    )
    expect(await reader.read(type, '{"n":1}\n')).toEqual({ value: [{ n: 1 }], violations: [] })
    expect(faults(await reader.read(type, '{"n":1}\n{"n":2}'))).toEqual([' maxItems'])
    expect(faults(await reader.read(type, '{"n":1}\n{}\nno'))).toEqual(['/1/n required', '/2 json'])
  })

  it('ends with an error at the twentieth violation', async () => {
    const found = await collected(schema(line), 'application/jsonl', 'no\n'.repeat(100))
    expect(found).toHaveLength(20)
  })
})

describe('what cannot be enforced is a defect at its pointer', () => {
  const at = '#/paths/~1a/post/requestBody/content'
  const form = (properties: object, encoding: object = {}): object => ({
    schema: { type: 'object', properties, additionalProperties: false },
    encoding,
  })
  const file = { type: 'string', format: 'binary' }
  const urlencoded = 'application/x-www-form-urlencoded'

  it.each([
    { type: 'application/xml', media: schema({ type: 'object' }), pointer: '' },
    { type: 'application/json; charset=utf-16', media: {}, pointer: '' },
    { type: 'text/plain; charset=iso-8859-1', media: {}, pointer: '' },
    { type: 'text/csv', media: schema({ type: 'array' }), pointer: '' },
    { type: 'multipart/mixed', media: schema({ type: 'object' }), pointer: '' },
    { type: 'multipart/*', media: {}, pointer: '' },
    { type: 'multipart/form-data', media: schema({ type: 'array' }), pointer: '' },
    { type: urlencoded, media: schema({ type: 'array' }), pointer: '' },
    { type: 'application/octet-stream', media: schema({ type: 'object' }), pointer: '' },
    { type: 'image/png', media: schema({ type: 'string', pattern: 'x' }), pointer: '' },
    { type: 'image/png', media: schema({ type: 'string', format: 'byte' }), pointer: '' },
    { type: 'text/event-stream', media: { itemSchema: {} }, pointer: '', version: '3.2.0' as const },
    { type: 'application/json', media: { itemSchema: {} }, pointer: '', version: '3.2.0' as const },
    {
      type: 'multipart/form-data',
      media: { schema: { type: 'object' }, itemEncoding: {} },
      pointer: '',
      version: '3.2.0' as const,
    },
    {
      type: 'multipart/form-data',
      media: form({ a: { type: 'object' } }, { a: { contentType: 'application/xml' } }),
      pointer: '/encoding/a/contentType',
    },
    {
      type: 'multipart/form-data',
      media: form({ a: { type: 'integer' } }, { a: { contentType: 'image/png' } }),
      pointer: '/encoding/a/contentType',
    },
    {
      type: 'multipart/form-data',
      media: form({ a: file }, { a: { contentType: 'png' } }),
      pointer: '/encoding/a/contentType',
    },
    {
      type: 'multipart/form-data',
      media: form({ a: { ...file, pattern: 'x' } }),
      pointer: '/schema/properties/a',
    },
    {
      type: 'multipart/form-data',
      media: form({ a: { type: 'array', items: file, uniqueItems: true } }),
      pointer: '/schema/properties/a/uniqueItems',
    },
    {
      type: urlencoded,
      media: form({ a: { type: 'string' } }, { a: { contentType: 'application/json, text/plain' } }),
      pointer: '/encoding/a/contentType',
    },
    {
      type: 'multipart/form-data',
      media: form({ a: file }, { a: { contentType: 'multipart/mixed', itemEncoding: {} } }),
      pointer: '/encoding/a/itemEncoding',
      version: '3.2.0' as const,
    },
  ])('$type with $media', async ({ type, media, pointer, version = '3.1.1' as const }) => {
    const load = loadContract(documentTaking({ [type]: media }, { version }) as never)
    const refusal = (await load.catch((error: unknown) => error)) as ContractError
    expect(refusal).toBeInstanceOf(ContractError)
    const want = `${at}/${type.replaceAll('/', '~1')}${pointer}`
    expect(refusal.defects.map((defect) => [defect.code, defect.pointer])).toContainEqual([
      'unsupported-media-type',
      want,
    ])
  })

  it('of its own code where it is the encoding of no member, or a style', async () => {
    const media = form({ a: { type: 'array' } }, { a: { style: 'matrix' }, b: {} })
    const load = loadContract(documentTaking({ [urlencoded]: media }) as never, {
      onDefect: { 'invalid-structure': 'refuse' },
    })
    const { defects } = (await load.catch((error: unknown) => error)) as ContractError
    const encoding = `${at}/application~1x-www-form-urlencoded/encoding`
    const found = defects.map(({ code, pointer }) => `${code} ${pointer}`)
    expect(found).toContain(`unsupported-style ${encoding}/a/style`)
    expect(found).toContain(`invalid-structure ${encoding}/b`)
  })

  it.each([
    { type: 'application/xml', sent: '<a/>', value: '<a/>' },
    { type: 'text/csv', sent: 'a,b', value: 'a,b' },
    {
      type: 'multipart/mixed',
      sent: '--XX--',
      value: { file: '--XX--', mediaType: 'multipart/mixed' },
    },
  ])('and where that is let pass, handed on unchecked: $type', async ({ type, sent, value }) => {
    const reader = await createBodyReader({ [type]: schema({ type: 'object' }) }, { onDefect: 'warn' })
    expect(reader.warnings).toEqual([`unsupported-media-type ${at}/${type.replace('/', '~1')}`])
    const decoded = await reader.read(type, sent)
    expect(decoded?.violations).toEqual([])
    expect(await plain(decoded?.value)).toEqual(value)
  })
})
