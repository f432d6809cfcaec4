import { describe, expect, it } from 'vitest'
import { anonymous, documentWith } from '../../support/document.js'
import { gatehouse } from './gatehouse.js'

const oauth = {
  type: 'oauth2',
  flows: { clientCredentials: { tokenUrl: '/token', scopes: { 'a:read': 'Read.' } } },
}
const key = { type: 'apiKey', in: 'header', name: 'X-Key' }
const responses = { 204: { description: 'Done.' } }
/** Does not say who may call. */
const unsecured = { responses }
/** Asks for a scope that its scheme does not declare. */
const beyond = { security: [{ oauth: ['a:write'] }], responses }
const unformatted = {
  ...anonymous,
  parameters: [{ name: 'q', in: 'query', schema: { type: 'string', format: 'sku' } }],
}

/** A document that says nothing of security by itself. */
const document = (paths: object): object => ({
  openapi: '3.1.0',
  info: { title: 'Test', version: '1.0.0' },
  paths,
  components: { securitySchemes: { oauth, key } },
})

const check = (given: unknown, ...options: string[]) =>
  gatehouse(['check', 'api.json', ...options], { files: { 'api.json': given } })

describe('checking a document that can be enforced', () => {
  const given = document({
    '/open': { get: { ...anonymous, operationId: 'getOpen' }, delete: anonymous },
    '/either': { get: { operationId: 'getEither', security: [{ oauth: ['a:read'] }, {}], responses } },
    '/closed': { get: { operationId: 'getClosed', security: [{ oauth: ['a:read'] }], responses } },
  })

  it('says so, with the operations counted, the schemes named, and whatever anyone may call', async () => {
    expect(await check(given)).toEqual({
      code: 0,
      err: '',
      out: [
        'api.json can be enforced: 0 defects.',
        '  Operations        4',
        '  Schemes           oauth (oauth2), key (apiKey)',
        '  Anonymous         getOpen, DELETE /open',
        '  Anonymous or not  getEither',
        '',
      ].join('\n'),
    })
  })

  it('says the same as JSON', async () => {
    const { code, out } = await check(given, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      file: 'api.json',
      enforceable: true,
      operations: 4,
      schemes: [
        { name: 'oauth', type: 'oauth2' },
        { name: 'key', type: 'apiKey' },
      ],
      anonymous: ['getOpen', 'DELETE /open'],
      optional: ['getEither'],
      defects: [],
      warnings: [],
    })
  })

  it('says where there is nothing to serve', async () => {
    expect((await check(document({}))).out).toContain('It declares no operation')
  })

  it.each(['3.0.3', '3.1.1', '3.2.0'])('reads OpenAPI %s', async (openapi) => {
    expect(await check(documentWith({ '/a': { get: anonymous } }, { openapi }))).toMatchObject({ code: 0 })
  })

  it('reads YAML, and what its references lead to', async () => {
    const files = {
      'api.yaml':
        'openapi: 3.1.0\ninfo: {title: T, version: "1"}\nsecurity: []\npaths:\n  /a: {$ref: a.yaml}\n',
      'a.yaml': 'get: {operationId: getA, responses: {"204": {description: Done.}}}\n',
    }
    const { code, out } = await gatehouse(['check', 'api.yaml'], { files })
    expect(code).toBe(0)
    expect(out).toContain('Anonymous   getA')
  })
})

describe('checking a document with defects', () => {
  const given = document({
    '/a': { get: unsecured, put: beyond },
    '/b': { get: unformatted, put: unsecured },
  })

  it('names each by class, the gravest first, and says once what several share', async () => {
    const { code, out, err } = await check(given)
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out.split('\n')).toEqual([
      'undeclared-scope (1)',
      expect.stringMatching(/^ {2}scope `a:write` is not declared by `oauth`: /),
      '    #/paths/~1a/put/security/0/oauth/0',
      '',
      'missing-security (2)',
      expect.stringMatching(
        /^ {2}neither the operation nor the document says who may call it: add `security`/,
      ),
      '    #/paths/~1a/get',
      '    #/paths/~1b/put',
      '',
      'unknown-format (1)',
      expect.stringContaining('`sku`'),
      '    #/paths/~1b/get/parameters/0/schema/format',
      '',
      'api.json cannot be enforced: 4 defects.',
      '  To be only warned of what can be left for later: --warn missing-security,unknown-format',
      '',
    ])
  })

  it('names each as JSON', async () => {
    const { code, out } = await check(given, '--json')
    expect(code).toBe(1)
    const result = JSON.parse(out) as { readonly defects: readonly object[] }
    expect(result).toMatchObject({ file: 'api.json', enforceable: false, warnings: [] })
    expect(result).not.toHaveProperty('anonymous')
    expect(result.defects).toHaveLength(4)
    expect(result.defects).toContainEqual({
      code: 'missing-security',
      pointer: '#/paths/~1b/put',
      message: expect.stringContaining('add `security`') as string,
    })
  })

  it('names the file of a place that was read from another one', async () => {
    const files = {
      'api.json': document({ '/a': { $ref: 'a.json' }, '/b': { get: unsecured } }),
      'a.json': { get: unsecured },
    }
    const { out } = await gatehouse(['check', 'api.json'], { files })
    expect(out).toContain('\n    #/paths/~1a/get, in a.json\n    #/paths/~1b/get\n')
  })

  it('gives no advice to warn where nothing can be only warned of', async () => {
    const { out } = await check(document({ '/a': { put: beyond } }))
    expect(out).toContain('cannot be enforced: 1 defect.\n')
    expect(out).not.toContain('--warn')
  })

  it('takes what a terminal would act on out of what the document says', async () => {
    const { out } = await check(document({ '/\u001b[2J\u202e': { get: unsecured } }))
    expect(out).toContain(String.raw`#/paths/~1\u{1b}[2J\u{202e}/get`)
  })

  it('is in colours where those are wanted', async () => {
    const files = { 'api.json': given }
    const { out } = await gatehouse(['check', 'api.json'], { files, colors: true })
    expect(out).toContain('\u001b[31mundeclared-scope\u001b[39m')
    // eslint-disable-next-line no-control-regex -- the sequences are what is looked for
    expect(out.replace(/\u001b\[\d+m/g, '')).toBe((await check(given)).out)
  })
})

describe('--warn', () => {
  const given = document({ '/a': { get: { ...unsecured, operationId: 'getA' } }, '/b': { get: unformatted } })

  it.each([
    { options: ['--warn', 'missing-security,unknown-format'] },
    { options: ['--warn', 'missing-security', '--warn', 'unknown-format'] },
    { options: ['--warn', 'all'] },
  ])('$options lets those defects pass, and still names them', async ({ options }) => {
    const { code, out } = await check(given, ...options)
    expect(code).toBe(0)
    expect(out).toMatch(/^Only warned of\n\nmissing-security \(1\)\n/)
    expect(out).toContain('    #/paths/~1b/get/parameters/0/schema/format\n')
    expect(out).toContain('api.json can be enforced: 0 defects, 2 warnings.')
    // A missing `security` that is waved through lets anyone in.
    expect(out).toContain('Anonymous   getA, GET /b')
  })

  it('leaves the other defects what they are', async () => {
    const { code, out } = await check(given, '--warn', 'missing-security', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      enforceable: false,
      defects: [{ code: 'unknown-format' }],
      warnings: [{ code: 'missing-security', pointer: '#/paths/~1a/get' }],
    })
  })

  it('`all` does not let security pass that cannot be enforced', async () => {
    const { code, out } = await check(document({ '/a': { get: unsecured, put: beyond } }), '--warn', 'all')
    expect(code).toBe(1)
    expect(out).toContain('cannot be enforced: 1 defect, 1 warning.')
  })

  it.each([
    { code: 'undeclared-scheme', want: '`undeclared-scheme` is always refused' },
    { code: 'missing-securty', want: 'There is no class of defects `missing-securty`' },
    { code: 'missing-handler', want: 'There is no class of defects `missing-handler`' },
    { code: '', want: 'There is no class of defects ``' },
  ])('`$code` is a wrong call', async ({ code, want }) => {
    const called = await check(given, '--warn', code)
    expect(called).toMatchObject({ code: 2, out: '' })
    expect(called.err).toContain(want)
  })
})

it('says where a file that is referred to is neither JSON nor YAML, and what to do', async () => {
  const files = {
    'api.json': documentWith({ '/a': { $ref: 'a.yaml' } }),
    'a.yaml': 'get:\n  tags: [Notes\n  security: []\n',
  }
  const { code, out } = await gatehouse(['check', 'api.json'], { files })
  expect(code).toBe(1)
  expect(out).toMatch(
    /\$ref: a\.yaml` leads nowhere \(it is neither JSON nor YAML: .+ at line 3, column 3\): correct it\n/,
  )
})

describe('a file that is no such document is told of in one sentence', () => {
  it.each([
    { file: 'gone.yaml', text: undefined, want: 'gone.yaml: there is no such file.' },
    {
      file: 'a.yaml',
      text: 'a: b: c\n',
      want: /^a\.yaml: it is neither JSON nor YAML: .+ at line 1, column 4\.$/,
    },
    { file: 'a.txt', text: 'Some prose.', want: 'a.txt: an OpenAPI document is an object.' },
    {
      file: 'a.json',
      text: '{"name": "package"}',
      want: /^a\.json: `openapi` must name a version from 3\.0 to 3\.2\.$/,
    },
    {
      file: 'a.json',
      text: '{"swagger": "2.0", "paths": {}}',
      want: /^a\.json: OpenAPI 2 is not supported: .+\.$/,
    },
    { file: 'a.json', text: '{"openapi": "4.0.0"}', want: /^a\.json: `openapi` must name a version/ },
    { file: '.', text: undefined, want: /^\.: it cannot be read \(EISDIR\)\.$/ },
  ])('$file holding $text', async ({ file, text, want }) => {
    const files = text === undefined ? {} : { [file]: text }
    const { code, out, err } = await gatehouse(['check', file], { files })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err.split('\n')).toEqual([expect.stringMatching(want), ''])
  })

  it('or as JSON', async () => {
    const { code, out, err } = await gatehouse(['check', 'gone.yaml', '--json'])
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(JSON.parse(out)).toMatchObject({ enforceable: false, defects: [{ code: 'unreadable' }] })
  })
})

describe('a wrong call', () => {
  it.each([
    { argv: ['check'], want: 'FILE is missing.' },
    { argv: ['check', 'a.yaml', 'b.yaml'], want: '`b.yaml` is too much.' },
    { argv: ['check', 'a.yaml', '--warn'], want: "Option '--warn <value>' argument missing." },
    { argv: ['check', 'a.yaml', '--strict'], want: "Unknown option '--strict'." },
  ])('$argv is answered with what is wrong and the usage', async ({ argv, want }) => {
    const { code, out, err } = await gatehouse(argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err.split('\n')[0]).toContain(want)
    expect(err).toContain('Usage: npm run gatehouse -- check FILE [--warn CODE[,CODE…]] [--json]\n')
  })

  it('--help explains the call and every class of defects', async () => {
    const { code, out } = await gatehouse(['check', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('Usage: npm run gatehouse -- check FILE')
    expect(out).toMatch(/^ {2}undeclared-scope +.+ \(always refused\)$/m)
    expect(out).toMatch(/^ {2}missing-security +.+ who may call it$/m)
  })
})
