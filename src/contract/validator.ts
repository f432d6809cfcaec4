import { Ajv2020, type AnySchema, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import type { Violation } from '../problem/problem.js'
import { escapeToken } from './json-pointer.js'
import type { DefectLog } from './defect.js'
import { createSchemaTranslator, type Direction, type TranslationOptions } from './schema-translation.js'

/** Checks a value against one schema; nothing where it fits. `pointer` stands before the pointers of the violations. */
export type Validate = (value: unknown, part: Violation['in'], pointer?: string) => readonly Violation[]

/** The validators of a document, by the pointer of their schema. */
export interface Validators {
  /** Announces a schema; what comes back may be called once `compile` was. */
  readonly validatorFor: (pointer: string, direction: Direction) => Validate
  /** Compiles every announced schema and reports those that cannot be. */
  readonly compile: () => void
}

export const defaultViolationLimit = 20

export function createValidators(options: Omit<TranslationOptions, 'direction'>): Validators {
  const sides = { request: createSide('request', options), reply: createSide('reply', options) }
  return {
    validatorFor: (pointer, direction) => sides[direction].validatorFor(pointer),
    compile() {
      sides.request.compile()
      sides.reply.compile()
    },
  }
}

interface Side {
  readonly validatorFor: (pointer: string) => Validate
  readonly compile: () => void
}

function createSide(direction: Direction, options: Omit<TranslationOptions, 'direction'>): Side {
  const translator = createSchemaTranslator({ ...options, direction })
  const compiled = new Map<string, ValidateFunction>()
  const announced = new Map<string, { readonly reference: string; readonly validate: Validate }>()

  return {
    validatorFor(pointer) {
      const known = announced.get(pointer)
      if (known) return known.validate
      const reference = translator.referenceTo(pointer)
      const validate: Validate = (value, part, prefix = '') => {
        const check = compiled.get(pointer)
        if (!check) throw new Error(`the schema at ${pointer} is not compiled`)
        return check(value) ? [] : toViolations(check.errors ?? [], part, prefix, direction)
      }
      announced.set(pointer, { reference, validate })
      return validate
    },
    compile() {
      const ajv = createAjv(direction)
      ajv.addSchema(translator.root())
      for (const [pointer, { reference }] of announced) {
        const check = compileSchema(ajv, { $ref: reference }, pointer, options.defects)
        if (check) compiled.set(pointer, check)
      }
    },
  }
}

function createAjv(direction: Direction): Ajv2020 {
  const ajv = new Ajv2020({
    // OpenAPI lets any keyword stand in a schema; what must be enforced is checked when schemas are translated.
    strict: false,
    allErrors: true,
    // OpenAPI: a default is what the receiver assumes where a member is left out.
    useDefaults: direction === 'request',
    ownProperties: true,
    validateSchema: false,
    logger: false,
  })
  for (const [name, format] of Object.entries(fullFormats)) ajv.addFormat(name, format)
  const withheld = direction === 'request' ? 'readOnly' : 'writeOnly'
  ajv.removeKeyword(withheld)
  ajv.addKeyword({
    keyword: withheld,
    schemaType: 'boolean',
    validate: (isWithheld: boolean) => !isWithheld,
    error: { message: direction === 'request' ? 'is set by the server' : 'never leaves the server' },
  })
  return ajv
}

function compileSchema(
  ajv: Ajv2020,
  schema: AnySchema,
  pointer: string,
  defects: DefectLog,
): ValidateFunction | undefined {
  try {
    return ajv.compile(schema)
  } catch (error) {
    const message = `the schema cannot be enforced: ${(error as Error).message}`
    defects.report({ code: 'invalid-schema', pointer, message })
    return undefined
  }
}

function toViolations(
  errors: readonly ErrorObject[],
  part: Violation['in'],
  prefix: string,
  direction: Direction,
): readonly Violation[] {
  const violations: Violation[] = []
  for (const error of errors) {
    // `if` only says that `then` or `else` failed, which stands beside it.
    if (error.keyword === 'if') continue
    if (violations.length === defaultViolationLimit) break
    violations.push({
      in: part,
      pointer: prefix + error.instancePath + memberOf(error),
      keyword: error.keyword === 'false schema' ? 'false' : error.keyword,
      detail: detailOf(error, direction),
    })
  }
  return violations
}

/** The member that is missing or too much: the pointer names it rather than the object it should or should not be in. */
function memberOf({ keyword, params }: ErrorObject): string {
  const named = params as Readonly<Record<string, unknown>>
  const member =
    keyword === 'required'
      ? named['missingProperty']
      : keyword === 'additionalProperties'
        ? named['additionalProperty']
        : keyword === 'unevaluatedProperties'
          ? named['unevaluatedProperty']
          : undefined
  return typeof member === 'string' ? `/${escapeToken(member)}` : ''
}

function detailOf(error: ErrorObject, direction: Direction): string {
  const params = error.params as Readonly<Record<string, unknown>>
  switch (error.keyword) {
    case 'required':
      return 'is required'
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return direction === 'request' ? 'is not a member that is accepted here' : 'is not declared'
    case 'enum':
      return `must be one of ${listOf(params['allowedValues'])}`
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`
    default:
      return error.message ?? 'does not fit the schema'
  }
}

function listOf(values: unknown): string {
  const shown = (Array.isArray(values) ? values : []).slice(0, 20).map((value) => JSON.stringify(value))
  return shown.join(', ')
}
