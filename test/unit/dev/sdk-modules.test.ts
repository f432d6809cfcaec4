import { describe, expect, it } from 'vitest'
import { getUrl } from '../../../generated/client/core/utils.gen.js'
import { DevelopmentError } from '../../../src/dev/development-error.js'
import { findPages } from '../../../src/dev/sdk-pages.js'
import { toSdkModules } from '../../../src/dev/sdk-modules.js'
import { readSdkNames } from '../../../src/dev/sdk-names.js'
import { toPackageFiles } from '../../../src/dev/sdk-package.js'

describe('the names of the SDK', () => {
  it.each([
    {
      info: { title: 'Notes API', version: '1.2.0' },
      want: { packageName: 'notes-api-client', client: 'NotesAPIClient', environmentPrefix: 'NOTES_API' },
    },
    {
      info: {
        title: 'x',
        version: '1.2.0-rc.1',
        'x-sdk': { name: '@acme/notes', client: 'Notes', environmentPrefix: 'ACME' },
      },
      want: { packageName: '@acme/notes', client: 'Notes', environmentPrefix: 'ACME', version: '1.2.0-rc.1' },
    },
  ])('of $info are $want', ({ info, want }) => {
    expect(readSdkNames(info)).toMatchObject(want)
  })

  it('that cannot be used are named together, with what would do', () => {
    const info = { title: 'x', version: 'v1', 'x-sdk': { name: 'Acme Notes', client: 'notes', prefix: 'A' } }
    expect(() => readSdkNames(info)).toThrow(
      /info\.x-sdk\.name.*@acme[^]*info\.x-sdk\.client.*OrdersClient[^]*info\.version.*"v1"[^]*info\.x-sdk\.prefix. has no meaning/,
    )
  })
})

const reply = {
  content: {
    'application/json': {
      schema: {
        allOf: [
          { properties: { rows: { type: 'array', items: {} } } },
          { properties: { after: { type: 'string' } } },
        ],
      },
    },
  },
}
const document = {
  info: { title: 'Notes', version: '1.0.0' },
  components: {
    parameters: { Key: { name: 'idempotency-key', in: 'header' } },
    securitySchemes: {
      login: { type: 'http', scheme: 'Bearer' },
      bound: { type: 'http', scheme: 'DPoP' },
      key: { type: 'apiKey' },
    },
  },
  paths: {
    '/notes': {
      parameters: [{ $ref: '#/components/parameters/Key' }],
      post: {
        operationId: 'create_note',
        description: 'Keeps a note.',
        security: [{ login: ['notes:write'] }],
      },
      get: {
        operationId: 'listNotes',
        summary: 'Lists notes /* all */',
        description: 'Not shown.',
        deprecated: true,
        security: [],
        parameters: [{ name: 'from', in: 'query' }],
        responses: { '200': reply },
        'x-pagination': { cursor: 'from', items: 'rows', nextCursor: 'after' },
      },
    },
  },
}
const calls = `export const createNote = <ThrowOnError extends boolean = false>(options?: Options<CreateNoteData, ThrowOnError>) => (options?.client ?? client).post<CreateNoteResponses, unknown, ThrowOnError>({ url: '/notes', ...options });
export const listNotes = <ThrowOnError extends boolean = false>(options?: Options<ListNotesData, ThrowOnError>) => (options?.client ?? client).get<ListNotesResponses, ListNotesErrors, ThrowOnError>({ url: '/notes', ...options });`

describe('the modules of the SDK', () => {
  const modules = toSdkModules(document, calls)

  it('have operations by the names that the generated calls have', () => {
    expect(modules['operations.ts']).toContain(
      `createNote: { security: scopes['create_note'], idempotencyKey: 'idempotency-key' },`,
    )
    expect(modules['operations.ts']).toContain(
      `listNotes: { security: scopes['listNotes'], idempotencyKey: 'idempotency-key', pages: { cursor: 'from', items: 'rows', nextCursor: 'after' } },`,
    )
    expect(modules['operations.ts']).toContain(`tokenSchemes: readonly string[] = ['login', 'bound']`)
    expect(modules['operations.ts']).toContain('readonly createNote: unknown\n')
  })

  it('keep the styles of path parameters, which the generated calls lose', () => {
    const parameters = [
      { name: 'a', in: 'path', style: 'matrix', explode: true },
      { name: 'b', in: 'path', style: 'label' },
      { name: 'c', in: 'path', style: 'simple' },
      { name: 'a', in: 'query' },
    ]
    const paths = { '/x/{a}/{b}/{c}': { get: { operationId: 'getX', parameters } } }
    const text = `export const getX = <T>(options: Options<D, T>) => client.get<R, E, ThrowOnError>({ url: '/x/{a}/{b}/{c}' });`
    expect(toSdkModules({ ...document, paths }, text)['operations.ts']).toContain(
      "getX: { security: scopes['getX'], path: '/x/{;a*}/{.b}/{c}' }",
    )
    const path = { a: ['1', '2'], b: 'é', c: ['3', '4'] }
    const querySerializer = () => ''
    expect(getUrl({ url: '/x/{;a*}/{.b}/{c}', path, querySerializer })).toBe('/x/;a=1;a=2/.%C3%A9/3,4')
  })

  it('say of each operation what the document says, where an editor shows it', () => {
    expect(modules['operations.ts']).toContain(
      '  /** Keeps a note. */\n  readonly createNote: types.CreateNoteData\n',
    )
    expect(modules['operations.ts']).toContain(
      '  /**\n   * Lists notes /* all *\\/\n   * @deprecated\n   */\n  readonly listNotes: types.ListNotesData\n',
    )
  })

  const modulesOf = (ids: Readonly<Record<string, string>>) => {
    const names = Object.entries(ids)
    const paths = Object.fromEntries(
      names.map(([name, operationId]) => [`/${name}`, { get: { operationId } }]),
    )
    const text = names.map(
      ([name]) =>
        `export const ${name} = <T>(options?: Options<D, T>) => client.get<R, E, ThrowOnError>({ url: '/${name}' });`,
    )
    return toSdkModules({ ...document, paths }, text.join('\n'))
  }

  it('have no two operations of one name, whichever is numbered', () => {
    expect(() => modulesOf({ getScans: 'getScans', getScans2: 'get-scans', getScans3: 'get_scans' })).toThrow(
      /^getScans and get-scans would both be getScans: give one another operationId\ngetScans and get_scans/,
    )
    expect(() => modulesOf({ list2: 'list2', list22: 'list-2' })).toThrow(
      /^list2 and list-2 would both be list2/,
    )
    expect(() => modulesOf({ list: 'list', list2: 'list2', list22: 'list22' })).not.toThrow()
  })

  it('export the client under the names of the document', () => {
    expect(modules['index.ts']).toContain('createClient as createNotesClient')
  })
})

describe('x-pagination', () => {
  it.each([
    { given: { cursor: 'from' }, want: / names what it does not declare: the query parameter from, items/ },
    {
      given: { cursor: 'from', items: 'rows' },
      want: /: the query parameter from, rows \(a list\) and next/,
    },
    {
      given: { curser: 'from' },
      want: / is {"curser":"from"}: it must be false, or .*cursor, items and next/,
    },
    { given: { cursor: 1 }, want: / is {"cursor":1}: it must be/ },
    { given: true, want: / is true: it must be false/ },
    { given: ['cursor'], want: / is \["cursor"\]: it must be/ },
  ])('$given is refused, with what would do', ({ given, want }) => {
    const operation = { parameters: [], responses: {}, 'x-pagination': given }
    expect(() => findPages(document, 'list', operation)).toThrow(DevelopmentError)
    expect(() => findPages(document, 'list', operation)).toThrow(want)
    expect(() => findPages(document, 'list', operation)).toThrow(/^x-pagination of list /)
  })

  it('can say that there are no pages', () => {
    const { get } = document.paths['/notes']
    expect(findPages(document, 'listNotes', { ...get, 'x-pagination': false })).toBeUndefined()
  })
})

describe('the package', () => {
  it('is described by the document', () => {
    const files = toPackageFiles(document, calls)
    expect(JSON.parse(files['package.json'] ?? '')).toMatchObject({ name: 'notes-client', version: '1.0.0' })
    expect(JSON.parse(files['package.json'] ?? '')).not.toHaveProperty('dependencies')
    expect(files['README.md']).toContain('NOTES_BASE_URL')
  })

  it('lists methods by the names that callers use, with what each needs', () => {
    const securitySchemes = {
      login: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
    }
    const post = {
      operationId: 'create_note',
      security: [{ login: ['notes:write'], key: [] }, { login: [] }],
    }
    const paths = { '/notes': { post, get: { deprecated: true, security: [] } } }
    const readme = toPackageFiles({ ...document, components: { securitySchemes }, paths }, calls)['README.md']
    expect(readme).toContain(
      '| `createNote` (`create_note`) | notes:write and an API key in the header `X-Key`, or any access token |',
    )
    expect(readme).toContain('| `listNotes` (`GET /notes`), deprecated | none needed |')
    expect(toPackageFiles(document, calls)['README.md']).toContain(
      '| `listNotes`, deprecated | none needed |',
    )
  })
})
