import { describe, expect, it } from 'vitest'
import { ContractError } from '../../../../src/contract/defect.js'
import { loadContract } from '../../../../src/contract/load-contract.js'

type Version = '3.0.4' | '3.1.1'

/** What is told of a document with one operation, `GET /a`, that has these members. */
async function defectsOf(
  version: Version,
  members: object,
  document: object = {},
): Promise<readonly string[]> {
  const get = { security: [], responses: { 200: { description: 'Fine' } }, ...members }
  const info = { title: 'Test', version: '1' }
  const whole = { openapi: version, info, paths: { '/a': { get } }, ...document }
  try {
    await loadContract(whole)
    return []
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    return error.defects.map(({ code, pointer, message }) => `${code} ${pointer} ${message}`)
  }
}

const at = '#/paths/~1a/get'
const query = { name: 'a', in: 'query' } as const
const scheme = (value: object): object => ({ components: { securitySchemes: { key: value } } })

describe.each(['3.0.4', '3.1.1'] as const)(
  'what is wrong with a document of OpenAPI %s is told once, with what to do',
  (version) => {
    it.each<{ of: string; given?: object; document?: object; want: string }>([
      {
        of: 'a list that is none',
        given: { tags: {} },
        want: `invalid-structure ${at}/tags must be a list, and is an object`,
      },
      {
        of: 'an object that is none',
        given: { responses: { 200: null } },
        want: `invalid-structure ${at}/responses/200 must be an object, and is null`,
      },
      {
        of: 'a parameter that is none',
        given: { parameters: ['a'] },
        want: `invalid-structure ${at}/parameters/0 must be an object, and is a string`,
      },
      {
        of: 'a flag that is none',
        given: { deprecated: 'yes' },
        want: `invalid-structure ${at}/deprecated must be true or false, and is a string`,
      },
      {
        of: 'a place that there is not',
        given: { parameters: [{ name: 'a', in: 'body', schema: {} }] },
        want: `invalid-structure ${at}/parameters/0/in must be one of`,
      },
      {
        of: 'a parameter without a schema',
        given: { parameters: [query] },
        want: `invalid-structure ${at}/parameters/0 \`schema\` is missing: add it`,
      },
      {
        of: 'a parameter with two of them',
        given: { parameters: [{ ...query, schema: {}, content: { 'application/json': {} } }] },
        want: `invalid-structure ${at}/parameters/0 holds members that exclude each other: remove one`,
      },
      {
        of: 'two kinds of examples',
        given: { parameters: [{ ...query, schema: {}, example: 1, examples: {} }] },
        want: `invalid-structure ${at}/parameters/0 holds members that exclude each other: remove one`,
      },
      {
        of: 'a schema that is none',
        given: { parameters: [{ ...query, schema: 5 }] },
        want: `invalid-schema ${at}/parameters/0/schema a schema is an object`,
      },
      {
        of: 'a style of another place',
        given: { parameters: [{ ...query, style: 'simple', schema: {} }] },
        want: `unsupported-style ${at}/parameters/0/style style \`simple\` has no meaning in query`,
      },
      {
        of: 'a parameter declared twice',
        given: {
          parameters: [
            { ...query, schema: {} },
            { ...query, schema: {} },
          ],
        },
        want: `duplicate-parameter ${at}/parameters/1`,
      },
      {
        of: 'a body without content',
        given: { requestBody: {} },
        want: `invalid-structure ${at}/requestBody \`content\` is missing: add it`,
      },
      {
        of: 'a member that there is not',
        given: { foo: 1 },
        want: `invalid-structure ${at}/foo OpenAPI has no such member here`,
      },
      {
        of: 'an address that is none',
        document: { info: { title: 'a', version: '1', contact: { email: 'a' } } },
        want: 'invalid-structure #/info/contact/email "a" is no email: correct it',
      },
      {
        of: 'a scheme of no type',
        document: scheme({ type: 'a' }),
        want: 'invalid-structure #/components/securitySchemes/key/type must be one of "apiKey", "http"',
      },
      {
        of: 'a scheme without its flows',
        document: scheme({ type: 'oauth2' }),
        want: 'invalid-structure #/components/securitySchemes/key `flows` is missing: add it',
      },
      {
        of: 'a flow without its scopes',
        document: scheme({ type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://a.test' } } }),
        want: 'invalid-structure #/components/securitySchemes/key/flows/clientCredentials `scopes` is missing: add it',
      },
      {
        of: 'a key in no place',
        document: scheme({ type: 'apiKey', name: 'a', in: 'body' }),
        want: 'invalid-structure #/components/securitySchemes/key/in must be one of',
      },
      {
        of: 'a path without a slash',
        document: { paths: { a: {} } },
        want: 'invalid-path-template #/paths/a a path template starts with `/`',
      },
    ])('$of', async ({ given = {}, document = {}, want }) => {
      const defects = await defectsOf(version, given, document)
      expect(defects).toEqual([expect.stringContaining(want)])
    })

    it('faults at different depths all at once', async () => {
      const defects = await defectsOf(version, { tags: {} }, { info: undefined })
      expect(defects).toHaveLength(2)
    })
  },
)
