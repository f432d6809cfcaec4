import { describe, expect, it } from 'vitest'
import type { OpenApiDocument } from '../../../src/contract/document/read-document.js'
import { toDocsDocument } from '../../../src/http/docs-document.js'

const token = { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://issuer.example/token' } } }
const key = { type: 'apiKey', in: 'header', name: 'X-Key' }

function documentOf(parts: Record<string, unknown>, securitySchemes: Record<string, unknown> = { token }) {
  return { openapi: '3.1.1', info: { title: 'T', version: '1' }, components: { securitySchemes }, ...parts }
}

/** The description of `GET /a`, which has this security and no description of its own. */
function accessOf(security: unknown, schemes?: Record<string, unknown>, shared?: unknown): unknown {
  const operation = security === undefined ? {} : { security }
  const document = documentOf({ security: shared, paths: { '/a': { get: operation } } }, schemes)
  return descriptionsOf(toDocsDocument(document))['/paths//a/get']
}

/** Pointer -> description, for every description in the document. */
function descriptionsOf(value: unknown, pointer = ''): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.assign(
    'description' in value ? { [pointer]: value.description } : {},
    ...Object.entries(value).map(([name, member]) => descriptionsOf(member, `${pointer}/${name}`)),
  ) as Record<string, unknown>
}

describe('the access that the docs state', () => {
  it.each([
    { given: [], want: 'anonymous' },
    { given: [{}], want: 'anonymous' },
    { given: [{ token: [] }], want: 'any valid access token' },
    { given: [{ token: ['a'] }], want: 'scope `a`' },
    { given: [{ token: ['a', 'b'] }], want: 'scopes `a` and `b`' },
    { given: [{ token: ['a'] }, { token: ['b'] }], want: 'scope `a`, or scope `b`' },
    { given: [{ token: ['a', 'b'] }, {}], want: 'scopes `a` and `b`, or anonymous' },
    { given: [{ token: ['a`b'] }], want: 'scope `` a`b ``' },
  ])('is $want for $given', ({ given, want }) => {
    expect(accessOf(given)).toBe(`**Access:** ${want}`)
  })

  it.each([
    { given: [{ token: [] }], want: 'any valid access token (`token`)' },
    { given: [{ token: ['a', 'b'], key: [] }], want: 'scopes `a` and `b` (`token`) and `key`' },
    { given: [{ key: [] }, { token: ['a'] }], want: '`key`, or scope `a` (`token`)' },
  ])('names the scheme where there are several: $want', ({ given, want }) => {
    expect(accessOf(given, { token, key })).toBe(`**Access:** ${want}`)
  })

  it.each([
    { given: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example' }, want: 'a token' },
    { given: { type: 'http', scheme: 'Bearer' }, want: 'a token' },
    { given: { type: 'http', scheme: 'DPoP' }, want: 'a token' },
    { given: { $ref: '#/components/x-schemes/token' }, want: 'a token' },
    { given: { type: 'http', scheme: 'basic' }, want: 'its name' },
    { given: { type: 'mutualTLS' }, want: 'its name' },
    { given: { $ref: '#/components/securitySchemes/it' }, want: 'its name' },
  ])('is $want for a scheme that is $given', ({ given, want }) => {
    const document = documentOf({
      paths: { '/a': { get: { security: [{ it: [] }] } } },
      components: { securitySchemes: { it: given }, 'x-schemes': { token } },
    })
    expect(descriptionsOf(toDocsDocument(document))['/paths//a/get']).toBe(
      want === 'a token' ? '**Access:** any valid access token' : '**Access:** `it`',
    )
  })

  it("is the document's where the operation has no security of its own", () => {
    expect(accessOf(undefined, { token }, [{ token: ['a'] }])).toBe('**Access:** scope `a`')
    expect(accessOf([], { token }, [{ token: ['a'] }])).toBe('**Access:** anonymous')
    expect(accessOf(undefined)).toBe('**Access:** anonymous')
  })

  it('is not guessed where security is no list of objects', () => {
    expect(accessOf({ token: [] })).toBeUndefined()
    expect(accessOf(['token'])).toBeUndefined()
  })
})

describe('toDocsDocument', () => {
  it('puts the access before the description', () => {
    const document = documentOf({ paths: { '/a': { get: { description: 'Reads *a*.' } } } })
    expect(descriptionsOf(toDocsDocument(document))).toEqual({
      '/paths//a/get': '**Access:** anonymous\n\nReads *a*.',
    })
  })

  it('describes operations of every method, wherever their path items are, and nothing else', () => {
    const operation = { security: [{ token: ['a'] }] }
    const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']
    const document = documentOf({
      openapi: '3.2.0',
      paths: {
        '/a': {
          ...Object.fromEntries(methods.map((method) => [method, operation])),
          additionalOperations: { COPY: operation },
          parameters: [{ name: 'get', in: 'query' }],
        },
        '/b': { $ref: '#/components/pathItems/b' },
      },
      webhooks: { told: { post: operation } },
      components: {
        securitySchemes: { token },
        pathItems: { b: { post: { ...operation, callbacks: { done: { '{$url}': { post: operation } } } } } },
      },
    })
    const shown = toDocsDocument(document)
    expect(Object.keys(descriptionsOf(shown)).sort()).toEqual(
      [
        ...methods.map((method) => `/paths//a/${method}`),
        '/paths//a/additionalOperations/COPY',
        '/components/pathItems/b/post',
      ].sort(),
    )
    expect(shown['paths']).toMatchObject({ '/b': { $ref: '#/components/pathItems/b' } })
  })

  it('leaves out invalid examples wherever they are, and keeps other extensions', () => {
    const invalid = { 'x-invalid-examples': { empty: { value: {} } }, 'x-other': 1 }
    const document = documentOf({
      paths: { '/a': { parameters: [{ name: 'p', ...invalid }], get: { ...invalid, tags: ['x'] } } },
      components: { schemas: { A: { allOf: [{ type: 'object', ...invalid }] } } },
    })
    expect(toDocsDocument(document)).toEqual(
      documentOf({
        paths: {
          '/a': {
            parameters: [{ name: 'p', 'x-other': 1 }],
            get: { 'x-other': 1, tags: ['x'], description: '**Access:** anonymous' },
          },
        },
        components: { schemas: { A: { allOf: [{ type: 'object', 'x-other': 1 }] } } },
      }),
    )
  })

  it('changes nothing of the document it is given', () => {
    const document = documentOf({
      security: [{ token: [] }],
      paths: { '/a': { get: { description: 'A', 'x-invalid-examples': {} } } },
    })
    const before = structuredClone(document)
    toDocsDocument(freeze(document))
    expect(document).toEqual(before)
  })

  it('passes on a document without paths', () => {
    const document: OpenApiDocument = { openapi: '3.1.1', info: { title: 'T', version: '1' } }
    expect(toDocsDocument(document)).toEqual(document)
  })
})

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze)
  return value
}
