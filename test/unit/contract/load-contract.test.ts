import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ContractError } from '../../../src/contract/defect.js'
import { loadContract } from '../../../src/contract/load-contract.js'
import { anonymous, documentWith } from '../../support/document.js'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'contract-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

const info = { title: 'Test', version: '1.0.0' }

const oauth = {
  components: {
    securitySchemes: {
      oauth: {
        type: 'oauth2',
        flows: { clientCredentials: { tokenUrl: '/token', scopes: { 'a:read': 'Read.' } } },
      },
    },
  },
}
const path = (name: string, schema: unknown = { type: 'string' }): object => ({
  name,
  in: 'path',
  required: true,
  schema,
})
const query = (rest: object): object => ({ name: 'q', in: 'query', ...rest })

describe('a document that cannot be enforced is refused with the code and the pointer of the defect', () => {
  const table: readonly { defect: string; pointer: string; given: unknown }[] = [
    { defect: 'unsupported-version', pointer: '#', given: { swagger: '2.0', paths: {} } },
    { defect: 'unsupported-version', pointer: '#', given: { openapi: '4.0.0', paths: {} } },
    {
      defect: 'missing-security',
      pointer: '#/paths/~1a/get',
      given: {
        openapi: '3.1.0',
        info,
        paths: { '/a': { get: { responses: { 204: { description: 'Done.' } } } } },
      },
    },
    {
      defect: 'undeclared-scheme',
      pointer: '#/paths/~1a/get/security/0/nobody',
      given: documentWith({ '/a': { get: { ...anonymous, security: [{ nobody: [] }] } } }),
    },
    {
      defect: 'undeclared-scheme',
      pointer: '#/paths/~1a/get/security',
      given: documentWith({ '/a': { get: { ...anonymous, security: null } } }),
    },
    {
      defect: 'undeclared-scope',
      pointer: '#/paths/~1a/get/security/0/oauth/1',
      given: documentWith(
        { '/a': { get: { ...anonymous, security: [{ oauth: ['a:read', 'a:write'] }] } } },
        oauth,
      ),
    },
    {
      defect: 'duplicate-operation-id',
      pointer: '#/paths/~1b/get',
      given: documentWith({
        '/a': { get: { ...anonymous, operationId: 'same' } },
        '/b': { get: { ...anonymous, operationId: 'same' } },
      }),
    },
    {
      defect: 'path-collision',
      pointer: '#/paths/~1a~1{y}',
      given: documentWith({
        '/a/{x}': { get: { ...anonymous, parameters: [path('x')] } },
        '/a/{y}': { post: { ...anonymous, parameters: [path('y')] } },
      }),
    },
    {
      defect: 'invalid-path-template',
      pointer: '#/paths/~1a~1{x',
      given: documentWith({ '/a/{x': { get: anonymous } }),
    },
    {
      defect: 'undeclared-path-parameter',
      pointer: '#/paths/~1a~1{x}/get/parameters/x',
      given: documentWith({ '/a/{x}': { get: anonymous } }),
    },
    {
      defect: 'unused-path-parameter',
      pointer: '#/paths/~1a/get/parameters/0',
      given: documentWith({ '/a': { get: { ...anonymous, parameters: [path('x')] } } }),
    },
    {
      defect: 'duplicate-parameter',
      pointer: '#/paths/~1a/get/parameters/1',
      given: documentWith({
        '/a': { get: { ...anonymous, parameters: [query({ schema: {} }), query({ schema: {} })] } },
      }),
    },
    {
      defect: 'unsupported-style',
      pointer: '#/paths/~1a/get/parameters/0/style',
      given: documentWith({
        '/a': { get: { ...anonymous, parameters: [query({ style: 'matrix', schema: {} })] } },
      }),
    },
    {
      defect: 'unknown-format',
      pointer: '#/paths/~1a/get/parameters/0/schema/format',
      given: documentWith({
        '/a': { get: { ...anonymous, parameters: [query({ schema: { type: 'string', format: 'sku' } })] } },
      }),
    },
    {
      defect: 'invalid-pattern',
      pointer: '#/paths/~1a/get/parameters/0/schema/pattern',
      given: documentWith({
        '/a': { get: { ...anonymous, parameters: [query({ schema: { pattern: '(' } })] } },
      }),
    },
    {
      defect: 'invalid-schema',
      pointer: '#/paths/~1a/get/parameters/0/schema/type',
      given: documentWith({
        '/a': { get: { ...anonymous, parameters: [query({ schema: { type: 'strin' } })] } },
      }),
    },
    {
      defect: 'unresolvable-reference',
      pointer: '#/paths/~1a/get/parameters/0',
      given: documentWith({
        '/a': { get: { ...anonymous, parameters: [{ $ref: '#/components/parameters/gone' }] } },
      }),
    },
    {
      defect: 'unresolvable-reference',
      pointer: '#/paths/~1a/get/parameters/0/schema',
      given: documentWith({
        '/a': {
          get: { ...anonymous, parameters: [query({ schema: { $ref: '#/components/schemas/gone' } })] },
        },
      }),
    },
    {
      defect: 'unsupported-media-type',
      pointer: '#/paths/~1a/get/responses/200/content/application~1xml/schema',
      given: documentWith({
        '/a': {
          get: {
            ...anonymous,
            responses: {
              200: { description: 'It.', content: { 'application/xml': { schema: { type: 'object' } } } },
            },
          },
        },
      }),
    },
    {
      defect: 'unsupported-media-type',
      pointer: '#/paths/~1a/get/responses/200/content/image~1png/schema',
      given: documentWith({
        '/a': {
          get: {
            ...anonymous,
            responses: {
              200: { description: 'It.', content: { 'image/png': { schema: { type: 'object' } } } },
            },
          },
        },
      }),
    },
    {
      defect: 'unsupported-media-type',
      pointer: '#/paths/~1a/post/requestBody/content/multipart~1mixed',
      given: documentWith({
        '/a': { post: { ...anonymous, requestBody: { content: { 'multipart/mixed': {} } } } },
      }),
    },
  ]

  it.each(table)('$defect at $pointer', async ({ defect, pointer, given }) => {
    const refusal = await loadContract(given as Record<string, unknown>).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ContractError)
    const { defects } = refusal as ContractError
    expect(defects.map((found) => [found.code, found.pointer])).toContainEqual([defect, pointer])
  })

  it('names every defect at once', async () => {
    const given = documentWith({
      '/a': { get: { ...anonymous, security: [{ nobody: [] }] } },
      '/b/{x}': { get: anonymous },
    })
    const refusal = (await loadContract(given).catch((error: unknown) => error)) as ContractError
    expect(refusal.defects.map(({ code }) => code)).toEqual([
      'undeclared-scheme',
      'undeclared-path-parameter',
    ])
    expect(refusal.message).toContain('#/paths/~1b~1{x}/get')
  })

  it('can be told to warn of a defect instead, and a missing `security` then lets anyone in', async () => {
    const given = {
      openapi: '3.1.0',
      info,
      paths: { '/a': { get: { responses: { 204: { description: 'Done.' } } } } },
    }
    const contract = await loadContract(given, { onDefect: { 'missing-security': 'warn' } })
    expect(contract.warnings.map(({ code }) => code)).toEqual(['missing-security'])
    expect(contract.operations.get('GET /a')?.security).toEqual([])
  })

  it('cannot be told to let an undeclared scheme or scope pass', async () => {
    const scheme = documentWith({ '/a': { get: { ...anonymous, security: [{ nobody: [] }] } } })
    const scope = documentWith({ '/a': { get: { ...anonymous, security: [{ oauth: ['b'] }] } } }, oauth)
    await expect(loadContract(scheme, { onDefect: 'warn' })).rejects.toThrow('undeclared-scheme')
    await expect(loadContract(scope, { onDefect: { 'undeclared-scope': 'warn' } })).rejects.toThrow(
      'undeclared-scope',
    )
  })

  it('says which file is missing', async () => {
    await expect(loadContract('/nowhere/openapi.yaml')).rejects.toThrow(
      /openapi\.yaml: there is no such file/,
    )
  })
})

describe('a document of several files', () => {
  it('is bundled with its references kept', async () => {
    const folder = await folderWith({
      'openapi.yaml': `
openapi: 3.1.0
info: {title: Split, version: 1.0.0}
security: []
paths:
  /things/{id}: {$ref: paths/thing.yaml}
components:
  schemas:
    Thing: {$ref: schemas/Thing.yaml}
`,
      'paths/thing.yaml': `
parameters: [{$ref: ../parameters.yaml#/id}]
put:
  requestBody:
    content:
      application/json:
        schema: {$ref: ../schemas/Thing.yaml}
        examples: {one: {value: {$ref: not a reference}}}
  responses: {'204': {description: Done.}}
`,
      'parameters.yaml': `
id: {name: id, in: path, required: true, schema: {$ref: '#/short'}}
short: {type: string, maxLength: 3}
`,
      'schemas/Thing.yaml': `
type: object
properties:
  children: {type: array, items: {$ref: Thing.yaml}}
  $ref: {type: string}
`,
    })
    const contract = await loadContract(join(folder, 'openapi.yaml'))
    expect(contract.document['components']).toEqual({
      schemas: {
        Thing: {
          type: 'object',
          properties: {
            children: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
            $ref: { type: 'string' },
          },
        },
        short: { type: 'string', maxLength: 3 },
      },
      parameters: {
        id: { name: 'id', in: 'path', required: true, schema: { $ref: '#/components/schemas/short' } },
      },
    })
    expect(contract.find('PUT', '/things/1')).toMatchObject({ kind: 'operation', rawParameters: { id: '1' } })
  })

  it('is refused where a reference leads to a file that is not there', async () => {
    const folder = await folderWith({
      'openapi.yaml':
        'openapi: 3.1.0\ninfo: {title: T, version: "1"}\nsecurity: []\npaths:\n  /a: {$ref: gone.yaml}\n',
    })
    const refusal = await loadContract(join(folder, 'openapi.yaml')).catch((error: unknown) => error)
    expect((refusal as ContractError).defects).toEqual([
      {
        code: 'unresolvable-reference',
        pointer: '#/paths/~1a',
        message: expect.stringContaining('there is no such file') as string,
      },
    ])
  })
})

describe('finding an operation', () => {
  it.each([
    { method: 'GET', path: '/a/1', want: { kind: 'operation', operation: { key: 'GET /a/{x}' } } },
    { method: 'HEAD', path: '/a/1', want: { kind: 'operation', operation: { key: 'GET /a/{x}' } } },
    { method: 'DELETE', path: '/a/1', want: { kind: 'no-method', allow: ['GET', 'HEAD', 'OPTIONS'] } },
    { method: 'GET', path: '/a/fixed', want: { kind: 'no-method', allow: ['POST', 'OPTIONS'] } },
    { method: 'GET', path: '/b', want: { kind: 'no-path' } },
    { method: 'GET', path: '/a/%zz', want: { kind: 'malformed' } },
    { method: 'GET', path: '/a/%00', want: { kind: 'malformed' } },
    { method: 'GET', path: '/a/%C3%28', want: { kind: 'malformed' } },
  ])('$method $path is $want.kind', async ({ method, path: target, want }) => {
    const contract = await loadContract(
      documentWith({
        '/a/{x}': { get: { ...anonymous, parameters: [path('x')] } },
        '/a/fixed': { post: anonymous },
      }),
    )
    expect(contract.find(method, target)).toMatchObject(want)
  })
})
