import { describe, expect, it } from 'vitest'
import { BodyLimitError } from '../../../../src/contract/bodies/body-format.js'
import {
  createBodyReader,
  faults,
  multipart,
  plain,
  type BodyReaderOptions,
  type Part,
} from '../../../support/bodies.js'

const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more })
const string = { type: 'string' }
const integer = { type: 'integer' }
const file = { type: 'string', format: 'binary' }
const address = object({ zip: string }, { additionalProperties: false })
const octets = 'application/octet-stream'

async function readParts(
  schema: unknown,
  parts: readonly Part[] | Buffer,
  encoding: object = {},
  options: BodyReaderOptions = {},
): ReturnType<Awaited<ReturnType<typeof createBodyReader>>['read']> {
  const reader = await createBodyReader({ 'multipart/form-data': { schema, encoding } }, options)
  const sent = Buffer.isBuffer(parts) ? parts : multipart(parts)
  return reader.read('multipart/form-data; boundary=XX', sent)
}

describe('parts', () => {
  const png = { name: 'a', value: 'PNG', filename: 'a.png', type: 'image/png' }
  const asFile = { file: 'PNG', mediaType: 'image/png', filename: 'a.png' }

  it.each<{ a: unknown; part: Part; value: unknown; version?: '3.0.4' }>([
    { a: string, part: { name: 'a', value: '1' }, value: '1' },
    { a: string, part: { name: 'a', value: 'ü', type: 'text/plain; charset=UTF-8' }, value: 'ü' },
    { a: string, part: { name: 'a', value: '' }, value: '' },
    { a: integer, part: { name: 'a', value: '7' }, value: 7 },
    { a: { type: 'boolean' }, part: { name: 'a', value: 'true' }, value: true },
    {
      a: { ...string, contentEncoding: 'base64' },
      part: { name: 'a', value: 'AAE=', type: octets },
      value: 'AAE=',
    },
    {
      a: { ...string, format: 'byte' },
      part: { name: 'a', value: 'AAE=', headers: ['Content-Transfer-Encoding: base64'] },
      value: 'AAE=',
      version: '3.0.4',
    },
    { a: address, part: { name: 'a', value: '{"zip":"1"}' }, value: { zip: '1' } },
    {
      a: address,
      part: { name: 'a', value: '{"zip":"1"}', type: 'application/json' },
      value: { zip: '1' },
    },
    {
      a: address,
      part: { name: 'a', value: '{"zip":"1"}', type: 'application/json', filename: 'blob' },
      value: { zip: '1' },
    },
    { a: { type: 'array', items: integer }, part: { name: 'a', value: '7' }, value: [7] },
    { a: { type: 'array', items: address }, part: { name: 'a', value: '{}' }, value: [{}] },
    { a: { type: 'array', items: address }, part: { name: 'a', value: '[{}]' }, value: [{}] },
    { a: file, part: png, value: asFile },
    { a: file, part: png, value: asFile, version: '3.0.4' },
    { a: {}, part: png, value: asFile },
    { a: {}, part: { name: 'a', value: '1' }, value: { file: '1', mediaType: 'text/plain' } },
    { a: {}, part: png, value: asFile, version: '3.0.4' },
    { a: {}, part: { name: 'a', value: '1' }, value: '1', version: '3.0.4' },
    { a: { ...string, contentMediaType: octets }, part: png, value: asFile },
    { a: { ...string, contentMediaType: 'text/html' }, part: { name: 'a', value: '<p>' }, value: '<p>' },
    { a: { anyOf: [file, { type: 'null' }] }, part: png, value: asFile },
    { a: { type: 'array', items: file }, part: png, value: [asFile] },
    {
      a: file,
      part: { name: 'a', value: '', filename: '' },
      value: { file: '', mediaType: octets, filename: '' },
    },
    {
      a: file,
      part: { name: 'a', value: 'x', filename: 'C:\\\\dir\\\\f.txt' },
      value: { file: 'x', mediaType: octets, filename: 'f.txt' },
    },
    {
      a: file,
      part: { name: 'a', value: 'x', filename: '../../ü \\"a\\".txt' },
      value: { file: 'x', mediaType: octets, filename: 'ü "a".txt' },
    },
  ])('of $part are $value by $a in $version', async ({ a, part, value, version }) => {
    const decoded = await readParts(object({ a }), [part], {}, version ? { version } : {})
    expect(decoded?.violations).toEqual([])
    expect(await plain(decoded?.value)).toEqual({ a: value })
  })

  it.each<{ a: unknown; part: Part; want: readonly string[] }>([
    { a: integer, part: { name: 'a', value: 'x' }, want: ['/a type'] },
    { a: integer, part: { name: 'a', value: '' }, want: ['/a type'] },
    { a: string, part: { name: 'a', value: '"1"', type: 'application/json' }, want: ['/a contentType'] },
    { a: string, part: { name: 'a', value: 'x', type: 'garbage' }, want: ['/a contentType'] },
    {
      a: string,
      part: { name: 'a', value: 'x', type: 'text/plain; charset=iso-8859-1' },
      want: ['/a encoding'],
    },
    { a: string, part: { name: 'a', value: Uint8Array.of(0xff) }, want: ['/a encoding'] },
    {
      a: string,
      part: { name: 'a', value: 'eA==', headers: ['Content-Transfer-Encoding: base64'] },
      want: ['/a contentEncoding'],
    },
    {
      a: string,
      part: { name: 'a', type: 'text/plain', headers: ['Content-Type: text/html'] },
      want: ['/a contentType'],
    },
    { a: address, part: { name: 'a', value: '{"zip":1}' }, want: ['/a/zip type'] },
    { a: address, part: { name: 'a', value: '{"more":1}' }, want: ['/a/more additionalProperties'] },
    { a: address, part: { name: 'a', value: '{' }, want: ['/a json'] },
    { a: address, part: { name: 'a', value: '<a/>', type: 'application/xml' }, want: ['/a contentType'] },
    { a: { type: 'array', items: integer }, part: { name: 'a', value: 'x' }, want: ['/a/0 type'] },
    { a: { ...file, minLength: 3 }, part: { name: 'a', value: 'éx', filename: 'f' }, want: [] },
    { a: { ...file, minLength: 4 }, part: { name: 'a', value: 'éx', filename: 'f' }, want: ['/a minLength'] },
    { a: { ...file, maxLength: 2 }, part: { name: 'a', value: 'éx', filename: 'f' }, want: ['/a maxLength'] },
    {
      a: {
        anyOf: [
          { ...file, maxLength: 3 },
          { ...file, minLength: 6 },
        ],
      },
      part: { name: 'a', value: 'é', filename: 'f' },
      want: [],
    },
    {
      a: {
        anyOf: [
          { ...file, maxLength: 3 },
          { ...file, minLength: 6 },
        ],
      },
      part: { name: 'a', value: 'éxx', filename: 'f' },
      want: ['/a anyOf'],
    },
    {
      a: {
        anyOf: [
          { ...file, maxLength: 3 },
          { ...file, minLength: 6 },
        ],
      },
      part: { name: 'a', value: 'éxxxx', filename: 'f' },
      want: [],
    },
    {
      a: {
        oneOf: [
          { ...file, maxLength: 3 },
          { ...file, minLength: 3 },
        ],
      },
      part: { name: 'a', value: 'éx', filename: 'f' },
      want: ['/a oneOf'],
    },
    {
      a: { type: 'array', items: file, minItems: 2 },
      part: { name: 'a', filename: 'f' },
      want: ['/a minItems'],
    },
    { a: { ...file, readOnly: true }, part: { name: 'a', filename: 'f' }, want: ['/a readOnly'] },
  ])('of $part do not fit $a', async ({ a, part, want }) => {
    expect(faults(await readParts(object({ a }), [part]))).toEqual(want)
  })

  it('of one name become a list, in their order', async () => {
    const parts = [
      { name: 'a', value: '1', filename: '1' },
      { name: 'n', value: '1' },
      { name: 'a', value: '2', filename: '2' },
      { name: 'n', value: '2' },
    ]
    const lists = object({ a: { type: 'array', items: file }, n: { type: 'array', items: integer } })
    expect(await plain((await readParts(lists, parts))?.value)).toEqual({
      a: [
        { file: '1', mediaType: octets, filename: '1' },
        { file: '2', mediaType: octets, filename: '2' },
      ],
      n: [1, 2],
    })
    expect(faults(await readParts(object({ a: file, n: integer }), parts))).toEqual(['/a type', '/n type'])
  })

  it('that are not declared are what they were sent as, where the schema lets them be', async () => {
    const parts: readonly Part[] = [
      { name: 'text', value: '1' },
      { name: 'json', value: '{"n":1}', type: 'application/json' },
      { name: 'file', value: 'x', filename: 'f', type: 'text/plain' },
      { name: '__proto__', value: 'p' },
    ]
    const decoded = await readParts(object({}), parts)
    const value = decoded?.value as object
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.entries((await plain(value)) as object)).toEqual([
      ['text', '1'],
      ['json', { n: 1 }],
      ['file', { file: 'x', mediaType: 'text/plain', filename: 'f' }],
      ['__proto__', 'p'],
    ])
    expect(faults(await readParts(object({}, { additionalProperties: false }), parts))).toEqual(
      parts.map(({ name }) => `/${name} additionalProperties`),
    )
    expect(
      await readParts(object({}, { additionalProperties: integer }), [{ name: 'n', value: '1' }]),
    ).toMatchObject({
      value: { n: 1 },
    })
    const files = object({}, { additionalProperties: file })
    expect(await plain((await readParts(files, [{ name: 'n', value: '1' }]))?.value)).toEqual({
      n: { file: '1', mediaType: 'text/plain' },
    })
  })

  it('that are missing are named, or have their default', async () => {
    const schema = object({ a: file, n: { ...integer, default: 5 } }, { required: ['a'] })
    expect(faults(await readParts(schema, []))).toEqual(['/a required'])
    const decoded = await readParts(schema, [{ name: 'a', value: 'x', filename: 'f' }])
    expect(await plain(decoded?.value)).toEqual({ a: { file: 'x', mediaType: octets, filename: 'f' }, n: 5 })
  })
})

describe('parts, by their encoding', () => {
  it.each<{ a: unknown; encoding: object; type?: string; value?: string; want: readonly string[] }>([
    { a: file, encoding: { contentType: 'image/png, image/jpeg' }, type: 'image/jpeg', want: [] },
    { a: file, encoding: { contentType: 'image/*' }, type: 'image/webp', want: [] },
    { a: file, encoding: { contentType: 'image/png' }, type: 'image/svg+xml', want: ['/a contentType'] },
    { a: file, encoding: { contentType: 'image/png' }, want: ['/a contentType'] },
    { a: { type: 'array', items: file }, encoding: { contentType: 'image/png' }, want: ['/a/0 contentType'] },
    { a: string, encoding: { contentType: 'text/csv' }, type: 'text/csv; header=present', want: [] },
    { a: string, encoding: { contentType: 'text/csv' }, type: 'text/plain', want: ['/a contentType'] },
    {
      a: string,
      encoding: { contentType: 'application/json' },
      type: 'application/json',
      value: '"x"',
      want: [],
    },
    {
      a: string,
      encoding: { contentType: 'application/json' },
      type: 'application/json',
      value: '1',
      want: ['/a type'],
    },
    {
      a: {},
      encoding: { contentType: 'application/json, text/plain' },
      type: 'application/json',
      value: '{',
      want: ['/a json'],
    },
    { a: {}, encoding: { contentType: 'application/json, text/plain' }, value: '{', want: [] },
  ])('$encoding holds $type against $a', async ({ a, encoding, type, value = 'x', want }) => {
    const part = { name: 'a', value, ...(type !== undefined && { type }) }
    expect(faults(await readParts(object({ a }), [part], { a: encoding }))).toEqual(want)
  })

  it('may be written in a style from 3.1 on, without percent-encoding', async () => {
    const schema = object({ a: { type: 'array', items: integer }, b: address })
    const encoding = { a: { explode: false }, b: { style: 'deepObject' } }
    const parts = [
      { name: 'a', value: '1,2' },
      { name: 'b[zip]', value: '%41' },
    ]
    expect(await readParts(schema, parts, encoding)).toMatchObject({
      value: { a: [1, 2], b: { zip: '%41' } },
    })
    const old = object({ a: { type: 'array', items: string } })
    const sent = [{ name: 'a', value: '1,2' }]
    expect(await readParts(old, sent, { a: { explode: false } }, { version: '3.0.4' })).toMatchObject({
      value: { a: ['1,2'] },
    })
  })

  it('may be those of members that are declared together', async () => {
    const schema = object({}, { additionalProperties: file })
    const encoding = { avatar: { contentType: 'image/png' } }
    const read = (name: string, type: string): ReturnType<typeof readParts> =>
      readParts(schema, [{ name, type, filename: 'f' }], encoding)
    expect(faults(await read('avatar', 'text/plain'))).toEqual(['/avatar contentType'])
    expect(faults(await read('other', 'text/plain'))).toEqual([])
    expect(await plain((await read('avatar', 'image/png'))?.value)).toEqual({
      avatar: { file: '', mediaType: 'image/png', filename: 'f' },
    })
    const pages = object({}, { additionalProperties: { type: 'array', items: file } })
    expect(
      await plain(
        (await readParts(pages, [{ name: 'p', filename: 'f' }], { p: { contentType: '*/*' } }))?.value,
      ),
    ).toEqual({
      p: [{ file: '', mediaType: octets, filename: 'f' }],
    })
  })

  describe('have headers', () => {
    const headers = {
      'X-Size': { required: true, schema: integer },
      'X-Tags': { schema: { type: 'array', items: string } },
      'X-Meta': { content: { 'application/json': { schema: object({ n: integer }) } } },
      'Content-Type': { required: true, schema: { const: 'ignored' } },
    }
    const read = (...lines: readonly string[]): ReturnType<typeof readParts> =>
      readParts(object({ a: file }), [{ name: 'a', filename: 'f', headers: lines }], { a: { headers } })

    it('that reach the handler decoded, by names in lower case', async () => {
      const decoded = await read('x-size: 7', 'X-TAGS: a, b', 'X-Meta: {"n":1}', 'X-Other: 1')
      expect(decoded?.violations).toEqual([])
      expect((decoded?.value as { a: { headers: object } }).a.headers).toEqual({
        'x-size': 7,
        'x-tags': ['a', 'b'],
        'x-meta': { n: 1 },
      })
    })

    it.each([
      { lines: [], keyword: 'required', detail: '`X-Size`' },
      { lines: ['X-Size: many'], keyword: 'type', detail: '`X-Size`' },
      { lines: ['X-Size: 1', 'X-Meta: {'], keyword: 'style', detail: '`X-Meta`' },
      { lines: ['X-Size: 1', 'X-Meta: {"n":"1"}'], keyword: 'type', detail: '`X-Meta`' },
    ])('that are refused at the pointer of the part: $lines', async ({ lines, keyword, detail }) => {
      expect((await read(...lines))?.violations).toMatchObject([
        { in: 'body', pointer: '/a', keyword, detail: expect.stringContaining(detail) as string },
      ])
    })
  })
})

describe('a multipart body', () => {
  const whole = multipart([{ name: 'a', value: 'x' }])

  it.each([
    { slip: 'no boundary', parameter: '', boundary: 'XX' },
    { slip: 'an empty boundary', parameter: '; boundary=""', boundary: '' },
    {
      slip: 'a boundary of 71 characters',
      parameter: `; boundary=${'X'.repeat(71)}`,
      boundary: 'X'.repeat(71),
    },
    { slip: 'a boundary that is not allowed', parameter: '; boundary="a*b"', boundary: 'a*b' },
    { slip: 'another boundary than it has', parameter: '; boundary=YY', boundary: 'XX' },
  ])('with $slip is refused', async ({ parameter, boundary }) => {
    const reader = await createBodyReader({ 'multipart/form-data': {} })
    const sent = multipart([{ name: 'a', value: 'x' }], boundary)
    expect(faults(await reader.read(`multipart/form-data${parameter}`, sent))).toEqual([' multipart'])
  })

  it('with a boundary of 70 characters is read', async () => {
    const reader = await createBodyReader({ 'multipart/form-data': {} })
    const boundary = 'X'.repeat(70)
    const decoded = await reader.read(
      `multipart/form-data; boundary=${boundary}`,
      multipart([{ name: 'a' }], boundary),
    )
    expect(decoded).toMatchObject({ value: { a: '' } })
  })

  it('that ends anywhere before its last boundary is refused', async () => {
    const reader = await createBodyReader({ 'multipart/form-data': {} })
    for (let end = 0; end < whole.length - 2; end++) {
      const decoded = await reader.read('multipart/form-data; boundary=XX', whole.subarray(0, end))
      expect(faults(decoded), `${end} bytes`).toEqual([' multipart'])
    }
  })

  it.each([
    { slip: 'no header', head: '' },
    { slip: 'no Content-Disposition', head: 'Content-Type: text/plain\r\n' },
    { slip: 'no name', head: 'Content-Disposition: form-data\r\n' },
    { slip: 'another disposition', head: 'Content-Disposition: attachment; name="a"\r\n' },
    { slip: 'two names', head: 'Content-Disposition: form-data; name="a"; name="b"\r\n' },
    { slip: 'two dispositions', head: 'Content-Disposition: form-data; name="a"\r\n'.repeat(2) },
    { slip: 'a name in open quotes', head: 'Content-Disposition: form-data; name="a\r\n' },
    {
      slip: 'a header that is not UTF-8',
      head: Buffer.from('Content-Disposition: form-data; name="\xff"\r\n', 'latin1'),
    },
    {
      slip: 'a header too large',
      head: `Content-Disposition: form-data; name="a"\r\nX: ${'x'.repeat(20_000)}\r\n`,
    },
    {
      slip: 'too many headers',
      head: `Content-Disposition: form-data; name="a"\r\n${'X: 1\r\n'.repeat(200)}`,
    },
    { slip: 'a line without a colon first', head: 'garbage\r\nContent-Disposition: form-data; name="a"\r\n' },
  ])('with $slip in a part is refused', async ({ head }) => {
    const sent = Buffer.concat([
      Buffer.from('--XX\r\n'),
      Buffer.from(head as string),
      Buffer.from('\r\nx\r\n--XX--'),
    ])
    expect(faults(await readParts(undefined, sent))).toEqual([' multipart'])
  })

  it.each(['ü', 'a b', 'a\0b', "it's", '%22', 'a;b', 'x'.repeat(1_000)])(
    'may have the name %j',
    async (name) => {
      expect(await readParts(undefined, [{ name, value: '1' }])).toMatchObject({ value: { [name]: '1' } })
    },
  )

  it('may have bytes in front of its parts and behind them (RFC 2046 section 5.1.1)', async () => {
    const sent = Buffer.concat([Buffer.from('preamble\r\n'), whole, Buffer.from('--XX\r\nepilogue')])
    expect(await readParts(undefined, sent)).toMatchObject({ value: { a: 'x' } })
  })

  it('may have as many parts, and as many bytes that are no files, as the limits say', async () => {
    const limits = { parts: 2, fieldBytes: 10 }
    const fields = (...values: readonly string[]): readonly Part[] =>
      values.map((value) => ({ name: 'a', value }))
    expect(await readParts(undefined, fields('12345', '67890'), {}, { limits })).toMatchObject({
      violations: [],
    })
    await expect(readParts(undefined, fields('1', '2', '3'), {}, { limits })).rejects.toThrow(BodyLimitError)
    await expect(readParts(undefined, fields('12345', '678901'), {}, { limits })).rejects.toThrow(
      BodyLimitError,
    )
    const large = { name: 'f', value: 'x'.repeat(100), filename: 'f' }
    expect(await readParts(undefined, [large], {}, { limits })).toMatchObject({ violations: [] })
  })

  it('is read on behind what does not fit, up to twenty violations', async () => {
    const wrong = Array.from({ length: 100 }, () => ({ name: 'a', value: 'x', type: 'image/png' }))
    const decoded = await readParts(object({ a: { type: 'array', items: string } }), wrong)
    expect(faults(decoded)).toEqual(Array.from({ length: 20 }, (_, index) => `/a/${index} contentType`))
  })
})
