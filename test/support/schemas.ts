import { createDefectLog, type Defect } from '../../src/contract/defect.js'
import type { OpenApiVersion } from '../../src/contract/document/openapi-version.js'
import type { OpenApiDocument } from '../../src/contract/document/read-document.js'
import { createValidators, type Validate, type Validators } from '../../src/contract/schemas/validator.js'
import type { Violation } from '../../src/problem/problem.js'

export interface SchemaOptions {
  /** Default 3.1. */
  readonly version?: OpenApiVersion
  /** Further schemas of `components`, beside the one under test, which is `Tested`. */
  readonly schemas?: Readonly<Record<string, unknown>>
  /** Further members of the document. */
  readonly document?: OpenApiDocument
  readonly direction?: 'request' | 'reply'
  readonly violationLimit?: number
}

export interface TestedSchema {
  readonly validators: Validators
  readonly validate: Validate
  /** What is wrong with a body: `pointer keyword`. */
  readonly findings: (value: unknown) => readonly string[]
  readonly violations: (value: unknown) => readonly Violation[]
  readonly fits: (value: unknown) => boolean
  readonly defects: readonly Defect[]
}

/** A schema as a document would have it, under `#/components/schemas/Tested`. Defects are only noted. */
export function testedSchema(schema: unknown, options: SchemaOptions = {}): TestedSchema {
  const { version = '3.1', schemas = {}, direction = 'request', violationLimit } = options
  const log = createDefectLog('warn')
  const document = {
    openapi: `${version}.0`,
    ...options.document,
    components: { schemas: { ...schemas, Tested: schema } },
  }
  const validators = createValidators({ document, version, defects: log })
  const validate = validators.validatorFor('#/components/schemas/Tested', direction)
  const violations = (value: unknown): readonly Violation[] => validate(value, 'body', '', violationLimit)
  return {
    validators,
    validate,
    violations,
    findings: (value) => violations(value).map(({ pointer, keyword }) => `${pointer} ${keyword}`.trim()),
    fits: (value) => violations(value).length === 0,
    defects: log.settle(),
  }
}

/** `code pointer` of each defect. */
export function defectsOf(schema: unknown, options: SchemaOptions = {}): readonly string[] {
  return testedSchema(schema, options).defects.map(({ code, pointer }) => `${code} ${pointer}`)
}
