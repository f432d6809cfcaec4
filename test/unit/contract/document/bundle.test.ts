import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ContractError } from '../../../../src/contract/defect.js'
import { defaultLimits } from '../../../../src/contract/limits.js'
import { loadContract, type Contract } from '../../../../src/contract/load-contract.js'

type Files = Readonly<Record<string, unknown>>

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

/** Texts are written as they are, which is how YAML comes in. */
async function load(files: Files): Promise<Contract> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return loadContract(join(folder, 'openapi.json'))
}

/** A document whose one operation takes a body of this schema. */
function taking(schema: unknown, rest: object = {}): object {
  const responses = { 204: { description: 'Done.' } }
  return {
    openapi: '3.1.0',
    info: { title: 'Test', version: '1.0.0' },
    security: [],
    paths: { '/a': { post: { requestBody: { content: { 'application/json': { schema } } }, responses } } },
    ...rest,
  }
}

/** Whether a body fits, by the request that would carry it. */
function takes(contract: Contract, body: unknown): boolean {
  const format = contract.operations.get('POST /a')?.requestBody?.find('application/json')
  if (format?.kind !== 'whole') throw new Error('the operation takes no JSON')
  return format.decode(Buffer.from(JSON.stringify(body)), defaultLimits).violations.length === 0
}

const count = { type: 'integer' }
const text = { type: 'string' }
const n = (schema: unknown): object => ({ type: 'object', properties: { n: schema } })

describe('a reference to another file means what it says there', () => {
  interface Row {
    readonly given: string
    /** Of the body. */
    readonly schema: unknown
    readonly files: Files
    readonly rest?: object
    /** Default: an object with a number. */
    readonly fits?: unknown
    /** Default: an object with a text. */
    readonly fails?: unknown
  }
  const order = { $id: 'https://example.com/order', ...n({ $ref: '#/$defs/n' }), $defs: { n: count } }
  const table: readonly Row[] = [
    {
      given: 'a pointer inside of a schema with an `$id` begins at that schema',
      schema: { $ref: 'defs.json#/$defs/order' },
      files: { 'defs.json': { $defs: { order, n: text } } },
    },
    {
      given: 'a pointer into the middle of a schema with an `$id`',
      schema: { $ref: 'order.json#/properties/n' },
      files: { 'order.json': order },
      fits: 1,
      fails: 'x',
    },
    {
      given: 'a schema with an `$id` inside of one without',
      schema: { $ref: 'outer.json' },
      files: { 'outer.json': { properties: { order }, $defs: { n: text } } },
      fits: { order: { n: 1 } },
      fails: { order: { n: 'x' } },
    },
    {
      given: 'the same embedded schema by two ways',
      schema: { allOf: [{ $ref: 'outer.json' }, n({ $ref: 'outer.json#/$defs/order/$defs/n' })] },
      files: { 'outer.json': { properties: { order: { $ref: '#/$defs/order' } }, $defs: { order } } },
    },
    {
      given: 'an anchor of a schema file',
      schema: n({ $ref: 'defs.json#whole' }),
      files: { 'defs.json': { $defs: { a: { $anchor: 'whole', ...count } } } },
    },
    {
      given: 'an anchor inside of its own file',
      schema: { $ref: 'thing.json' },
      files: { 'thing.json': { ...n({ $ref: '#whole' }), $defs: { a: { $anchor: 'whole', ...count } } } },
    },
    {
      given: 'an anchor of a schema with an `$id`, not that of the file around it',
      schema: { $ref: 'defs.json#/$defs/in' },
      files: {
        'defs.json': {
          $defs: {
            in: { $id: 'in', ...n({ $ref: '#a' }), $defs: { a: { $anchor: 'a', ...count } } },
            out: { $anchor: 'a', ...text },
          },
        },
      },
    },
    {
      given: 'anchors of one name in two files',
      schema: { allOf: [{ $ref: 'a.json' }, { $ref: 'b.json' }] },
      files: {
        'a.json': { ...n({ $ref: '#v' }), $defs: { v: { $anchor: 'v', ...count } } },
        'b.json': { properties: { m: { $ref: '#v' } }, $defs: { v: { $anchor: 'v', ...text } } },
      },
      fits: { n: 1, m: 'x' },
      fails: { n: 1, m: 1 },
    },
    {
      given: 'the `$id` of a schema in a file that is read later',
      schema: { allOf: [n({ $ref: 'https://example.com/count' }), { $ref: 'later.json' }] },
      files: { 'later.json': { $id: 'https://example.com/later', $defs: { c: { $id: 'count', ...count } } } },
    },
    {
      given: 'the `$id` of a schema of the document',
      schema: { $ref: 'thing.json' },
      files: { 'thing.json': n({ $ref: 'https://example.com/count' }) },
      rest: { components: { schemas: { Count: { $id: 'https://example.com/count', ...count } } } },
    },
    {
      given: 'a file beside that of a schema with an `$id`',
      schema: { $ref: 'schemas/thing.json' },
      files: {
        'schemas/thing.json': { $id: 'https://example.com/thing', ...n({ $ref: 'count.yaml' }) },
        'schemas/count.yaml': 'type: integer',
      },
    },
    {
      given: 'a file that stands for a neighbour of `$self`',
      schema: n({ $ref: 'https://example.com/api/count.json' }),
      files: { 'count.json': count },
      rest: { openapi: '3.2.0', $self: 'https://example.com/api/openapi.json' },
    },
    {
      given: 'the document by its `$self`',
      schema: { $ref: 'thing.json' },
      files: { 'thing.json': n({ $ref: 'https://example.com/api#/components/schemas/Count' }) },
      rest: {
        openapi: '3.2.0',
        $self: 'https://example.com/api',
        components: { schemas: { Count: count } },
      },
    },
    {
      given: 'percent-encoding, `~1` and `~0` in a pointer',
      schema: n({ $ref: 'defs.yaml#/a~1b%20c/~0%25' }),
      files: { 'defs.yaml': '"a/b c":\n  "~%": {type: integer}\n' },
    },
    {
      given: 'the same characters in a schema with an `$id`',
      schema: n({ $ref: 'defs.json#/$defs/a%25b' }),
      files: { 'defs.json': { $id: 'https://example.com/defs', $defs: { 'a%b': count } } },
    },
    {
      given: 'a whole file that is `false`',
      schema: { type: 'object', additionalProperties: { $ref: 'never.json' } },
      files: { 'never.json': 'false' },
      fits: {},
    },
    {
      given: 'references in a circle over files',
      schema: { $ref: 'a.json' },
      files: {
        'a.json': { ...n(count), properties: { n: count, b: { $ref: 'b.yaml' } } },
        'b.yaml': 'properties: {a: {$ref: a.json}}\n',
      },
      fits: { b: { a: { n: 1 } } },
      fails: { b: { a: { n: 'x' } } },
    },
    {
      given: '`$dynamicRef` over files that extend each other',
      schema: { $ref: 'numbers.json' },
      files: {
        'tree.json': {
          $dynamicAnchor: 'node',
          properties: { children: { type: 'array', items: { $dynamicRef: '#node' } } },
        },
        'numbers.json': {
          $dynamicAnchor: 'node',
          $ref: 'tree.json',
          properties: { n: count },
        },
      },
      fits: { children: [{ n: 1 }] },
      fails: { children: [{ n: 'x' }] },
    },
    {
      given: '`$dynamicRef` that names the file of its anchor',
      schema: { $ref: 'list.json' },
      files: {
        'list.json': {
          $dynamicAnchor: 'item',
          $id: 'https://example.com/list',
          type: ['array', 'integer'],
          items: { $dynamicRef: 'base.json#item' },
        },
        'base.json': { $dynamicAnchor: 'item', type: 'string' },
      },
      fits: [1],
      fails: ['x'],
    },
    {
      given: 'the mapping of a discriminator in a schema with an `$id`',
      schema: { $ref: 'pet.json' },
      files: {
        'pet.json': {
          $id: 'https://example.com/pet',
          oneOf: [{ $ref: '#/$defs/cat' }],
          discriminator: { propertyName: 'kind', mapping: { tom: '#/$defs/cat' } },
          $defs: { cat: { ...n(count), required: ['kind'] } },
        },
      },
      fits: { kind: 'tom', n: 1 },
      fails: { kind: 'tom', n: 'x' },
    },
    {
      given: 'a component of the document that says more beside its reference',
      schema: { $ref: '#/components/schemas/Thing' },
      files: { 'thing.json': { ...n(count), required: ['n'] } },
      rest: { components: { schemas: { Thing: { $ref: 'thing.json', required: ['m'] } } } },
      fits: { n: 1, m: 1 },
      fails: { m: 1 },
    },
  ]
  it.each(table)('$given', async ({ schema, files, rest, fits = { n: 1 }, fails = { n: 'x' } }) => {
    const contract = await load({ 'openapi.json': taking(schema, rest), ...files })
    expect([takes(contract, fits), takes(contract, fails)]).toEqual([true, false])
  })
})

describe('what is bundled', () => {
  const namesOf = ({ document }: Contract): readonly string[] =>
    Object.keys((document['components'] as { readonly schemas: object }).schemas)

  it.each([
    { given: ['a.json', './a.json', 'x/../a.json', '%61.json', 'a.json#'], want: ['a'] },
    { given: ['a.json#/$defs/b', 'a.json#/%24defs/b', 'a.json#b'], want: ['b'] },
    { given: ['a.json', 'x/a.json'], want: ['a', 'a-2'] },
    { given: ['a.json#/$defs/__proto__'], want: ['__proto__'] },
  ])('has each place once, under a name of its own: $given', async ({ given, want }) => {
    const contract = await load({
      'openapi.json': taking({ allOf: given.map(($ref) => ({ $ref })) }),
      'a.json': '{"type": "object", "$defs": {"b": {"$anchor": "b"}, "__proto__": {"type": "object"}}}',
      'x/a.json': { maxProperties: 1 },
    })
    expect(namesOf(contract)).toEqual(want)
  })

  it('leaves the names of the document alone', async () => {
    const contract = await load({
      'openapi.json': taking({ $ref: 'a.json' }, { components: { schemas: { a: text } } }),
      'a.json': n(count),
    })
    expect(namesOf(contract)).toEqual(['a', 'a-2'])
    expect(takes(contract, { n: 'x' })).toBe(false)
  })

  it('takes what a path item that refers to itself in a callback says once', async () => {
    const item = {
      post: {
        requestBody: { content: { 'application/json': { schema: n(count) } } },
        callbacks: { done: { '{$request.body#/n}': { $ref: 'a.json' } } },
        responses: { 204: { description: 'Done.' } },
      },
    }
    const document = { ...taking({}), paths: { '/a': { $ref: 'a.json' } } }
    expect(takes(await load({ 'openapi.json': document, 'a.json': item }), { n: 'x' })).toBe(false)
  })

  it('takes a schema out of a path of another document', async () => {
    const contract = await load({
      'openapi.json': taking({
        $ref: 'other.json#/paths/~1a/post/requestBody/content/application~1json/schema',
      }),
      'other.json': taking(n({ $ref: '#/components/schemas/N' }), { components: { schemas: { N: count } } }),
    })
    expect([takes(contract, { n: 1 }), takes(contract, { n: 'x' })]).toEqual([true, false])
  })

  it('lets `$id` and `$anchor` mean nothing in OpenAPI 3.0', async () => {
    const files = { 'a.json': { $ref: '#/n' }, 'b.json': { ...n({ $ref: '#/n' }), $id: 'b', n: count } }
    const given = taking({ $ref: 'b.json' }, { openapi: '3.0.3' })
    const refusal = await load({ 'openapi.json': given, ...files }).catch((error: unknown) => error)
    expect((refusal as ContractError).defects.map(({ code }) => code)).toContain('unknown-keyword')
  })
})

describe('a fault in another file is told with its pointer and that file', () => {
  const body = '#/paths/~1a/post/requestBody/content/application~1json/schema'
  const table: readonly { given: string; schema: unknown; files: Files; want: object }[] = [
    {
      given: 'a file that is not there',
      schema: { $ref: 'x/a.json' },
      files: { 'x/a.json': n({ $ref: 'gone.json' }) },
      want: { file: 'x/a.json', pointer: '#/components/schemas/a/properties/n' },
    },
    {
      given: 'a pointer that leads nowhere',
      schema: { $ref: 'a.json#/gone' },
      files: { 'a.json': {} },
      want: { pointer: body, message: expect.stringContaining('nothing at that pointer') as string },
    },
    {
      given: 'an anchor that is not there',
      schema: { $ref: 'a.json#gone' },
      files: { 'a.json': {} },
      want: { pointer: body, message: expect.stringContaining('no anchor `gone`') as string },
    },
    {
      given: 'files that only refer to each other',
      schema: { $ref: 'a.json' },
      files: { 'a.json': { $ref: 'b.json' }, 'b.json': { $ref: 'a.json' } },
      want: { pointer: body, message: expect.stringContaining('refers to itself') as string },
    },
    {
      given: 'a file that is neither JSON nor YAML',
      schema: { $ref: 'a.yaml' },
      files: { 'a.yaml': 'a: [' },
      want: { pointer: body, message: expect.stringContaining('neither JSON nor YAML') as string },
    },
    {
      given: 'a schema that is none',
      schema: { $ref: 'a.yaml' },
      files: { 'a.yaml': 'properties: {n: {type: int}}' },
      want: { code: 'invalid-schema', file: 'a.yaml', pointer: '#/components/schemas/a/properties/n/type' },
    },
    {
      given: 'two schemas of one `$id`',
      schema: { allOf: [{ $ref: 'a.json' }, { $ref: 'b.json' }] },
      files: { 'a.json': { $id: 'https://example.com/a' }, 'b.json': { $id: 'https://example.com/a' } },
      want: { code: 'invalid-schema', file: 'b.json', pointer: '#/components/schemas/b/$id' },
    },
  ]
  it.each(table)('$given', async ({ schema, files, want }) => {
    const refusal = await load({ 'openapi.json': taking(schema), ...files }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ContractError)
    expect((refusal as ContractError).defects).toContainEqual({
      code: 'unresolvable-reference',
      message: expect.any(String) as string,
      ...want,
    })
  })
})
