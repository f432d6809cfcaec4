import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadContract } from '../../src/contract/load-contract.js'
import { testedSchema } from '../support/schemas.js'

/*
 * The evaluator against others: the published JSON Schema Test Suite, where `JSON_SCHEMA_TEST_SUITE` names a checkout of it
 * (https://github.com/json-schema-org/JSON-Schema-Test-Suite; no registry has it for 2020-12), and Ajv on schemas and values
 * that nobody thought of.
 */

const suite = process.env['JSON_SCHEMA_TEST_SUITE']
const hasSuite = suite !== undefined && existsSync(join(suite, 'tests', 'draft2020-12'))
const title = hasSuite
  ? 'the test suite'
  : 'the test suite (skipped: JSON_SCHEMA_TEST_SUITE names no checkout)'

interface Group {
  readonly description: string
  readonly schema: unknown
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[]
}

/** Differences that are meant, by file and group. */
const meant: readonly { readonly file: RegExp; readonly group: RegExp; readonly why: string }[] = [
  { file: /^format\.json$/, group: /./, why: 'OpenAPI formats are enforced here, not only noted' },
  { file: /vocabulary|format-assertion|cross-draft/, group: /./, why: 'other dialects are refused' },
  {
    file: /refRemote/,
    group: /different (URN )?\$id/,
    why: 'files are known by their address or their $id, not both',
  },
  { file: /\/(idn-|iri)/, group: /./, why: 'formats that are not known are refused' },
  { file: /\/email/, group: /./, why: 'quoted local parts and addresses for domains are no addresses here' },
  {
    file: /ecmascript-regex/,
    group: /control escape/,
    why: 'expressions that are some only without the u flag are taken',
  },
]

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
}

/** What the suite refers to by address, as components that have the address for their `$id`. */
function remotes(folder: string): Readonly<Record<string, unknown>> {
  const files = filesIn(join(folder, 'remotes')).filter((file) => !/^(draft[34679]|draft2019|v1)/.test(file))
  const suiteFiles = files.map((file) => ({
    $id: `http://localhost:1234/${file}`,
    ...(readJson(join(folder, 'remotes', file)) as object),
  }))
  const require = createRequire(import.meta.url)
  const names = [
    'applicator',
    'content',
    'core',
    'format-annotation',
    'meta-data',
    'unevaluated',
    'validation',
  ]
  const metaSchemas = ['schema', ...names.map((name) => `meta/${name}`)].map(
    (name) => require(`ajv/dist/refs/json-schema-2020-12/${name}.json`) as object,
  )
  return Object.fromEntries([...suiteFiles, ...metaSchemas].map((schema, index) => [`R${index}`, schema]))
}

describe.skipIf(!hasSuite)(title, () => {
  const folder = suite ?? ''
  const schemas = hasSuite ? remotes(folder) : {}
  const groups = hasSuite
    ? filesIn(join(folder, 'tests', 'draft2020-12')).flatMap((file) =>
        (readJson(join(folder, 'tests', 'draft2020-12', file)) as readonly Group[])
          .filter(
            ({ description }) => !meant.some((one) => one.file.test(file) && one.group.test(description)),
          )
          .map((group) => ({ ...group, file })),
      )
    : []

  it.each(groups)('$file: $description', async ({ schema, tests }) => {
    // A schema of the suite is a document of its own: `#` is that schema, which takes an `$id` in an OpenAPI document.
    const isUnnamed = typeof schema === 'object' && schema !== null && !('$id' in schema)
    const tested = isUnnamed ? { $id: 'https://tested.example/schema', ...schema } : schema
    const { document } = await loadContract(
      {
        openapi: '3.1.0',
        info: { title: 'Suite', version: '1' },
        components: { schemas: { ...schemas, Tested: tested } },
      },
      { onDefect: 'warn' },
    )
    const { Tested, ...others } = (document['components'] as { schemas: Record<string, unknown> }).schemas
    const { fits } = testedSchema(Tested, { schemas: others, direction: 'reply' })
    for (const { description, data, valid } of tests) expect(fits(data), description).toBe(valid)
  })
})

describe('Ajv and the evaluator agree', () => {
  const names = ['a', 'b', 'c', 'toString']
  const name = fc.constantFrom(...names)
  const scalar = fc.oneof(
    fc.constantFrom(null, true, false, 0, 1, 2, -1, 1.5, 10, '', 'a', 'b', 'ab', 'abc', '👍'),
    fc.integer({ min: -5, max: 15 }),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    ),
  }))
  const count = fc.nat({ max: 3 })
  const { schema } = fc.letrec((tie) => {
    const inner = tie('schema')
    const several = fc.array(inner, { minLength: 1, maxLength: 3 })
    const byName = fc.dictionary(name, inner, { maxKeys: 3 })
    const types = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']
    const keywords = {
      type: fc.oneof(
        fc.constantFrom(...types),
        fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }),
      ),
      enum: fc.array(value, { minLength: 1, maxLength: 3 }),
      const: value,
      minimum: fc.integer({ min: -2, max: 5 }),
      exclusiveMaximum: fc.integer({ min: -2, max: 5 }),
      multipleOf: fc.constantFrom(1, 2, 0.5),
      minLength: count,
      maxLength: count,
      pattern: fc.constantFrom('^a', 'b$', '^.$'),
      minItems: count,
      maxItems: count,
      uniqueItems: fc.boolean(),
      prefixItems: several,
      items: inner,
      contains: inner,
      minContains: count,
      maxContains: count,
      minProperties: count,
      maxProperties: count,
      required: fc.uniqueArray(name, { maxLength: 2 }),
      properties: byName,
      patternProperties: fc.dictionary(fc.constantFrom('^a', 'b|c', 'S'), inner, { maxKeys: 2 }),
      additionalProperties: inner,
      propertyNames: inner,
      dependentRequired: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 }), { maxKeys: 2 }),
      dependentSchemas: byName,
      allOf: several,
      anyOf: several,
      oneOf: several,
      not: inner,
      if: inner,
      then: inner,
      else: inner,
      unevaluatedProperties: fc.constantFrom(false, true, { type: 'string' }),
    }
    return {
      schema: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constantFrom(true, false, { $ref: '#/$defs/one' }, { $ref: '#/$defs/two' }),
        fc
          .tuple(fc.subarray(Object.keys(keywords), { maxLength: 4 }), fc.record(keywords))
          .map(([kept, all]) =>
            Object.fromEntries(kept.map((keyword) => [keyword, all[keyword as keyof typeof all]])),
          ),
      ),
    }
  })

  it('on any schema and any value', () => {
    fc.assert(
      fc.property(schema, schema, fc.array(value, { minLength: 1, maxLength: 8 }), (given, one, values) => {
        const two = { properties: { a: { $ref: '#/$defs/two' } }, maxProperties: 2 }
        const whole = {
          $id: 'https://tested.example/schema',
          allOf: [given],
          $defs: { one: withoutReferences(one), two },
        }
        const ajv = new Ajv2020({ strict: false, ownProperties: true, logger: false, validateSchema: false })
        const { fits } = testedSchema(whole, { direction: 'reply' })
        const validate = ajv.compile(whole)
        for (const each of values) expect(fits(each), JSON.stringify([whole, each])).toBe(validate(each))
      }),
      { numRuns: 2_000 },
    )
  })
})

/** `#/$defs/one` must not come back to itself. */
function withoutReferences(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('{"$ref":"#/$defs/one"}', 'true'))
}
