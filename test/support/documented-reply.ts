import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import type { Response } from 'supertest'
import { bundledDocument, type DocumentedOperation } from './example-requests.js'

/*
 * Holds what came over the wire against the document, with none of the code under test: the service checks the replies of
 * its handlers itself, but not its problems.
 */

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: fullFormats })
const validators = new Map<object, ValidateFunction>()

/** Throws unless the operation declares this status, its required headers, its media type and a body like this. */
export function assertDocumented(operation: DocumentedOperation, response: Response): void {
  const { status, type, text } = response
  const fail = (why: string): never => {
    throw new Error(
      `${operation.operationId} answered ${status}, which is not as documented: ${why}\n${text}`,
    )
  }
  const declared = operation.responses[status] ?? operation.responses['default']
  if (declared === undefined) return fail('the status is not declared')
  for (const [name, { required }] of Object.entries(declared.headers ?? {})) {
    if (required === true && response.get(name) === undefined) fail(`${name} is missing`)
  }
  const content = (declared.content ?? {}) as Readonly<Record<string, { readonly schema: object }>>
  if (Object.keys(content).length === 0) {
    if (type !== '' || (text ?? '') !== '') fail('no body is declared')
    return
  }
  const validate = validatorOf((content[type] ?? fail(`${type} is not declared`)).schema)
  for (const value of type.endsWith('ndjson') ? linesOf(response) : [response.body]) {
    if (!validate(value)) fail(ajv.errorsText(validate.errors))
  }
}

/** The values of a line-delimited body. */
export function linesOf({ text }: Pick<Response, 'text'>): readonly unknown[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))
}

function validatorOf(schema: object): ValidateFunction {
  // References of the document begin with `#/components`.
  const validate =
    validators.get(schema) ?? ajv.compile({ components: bundledDocument['components'], ...schema })
  validators.set(schema, validate)
  return validate
}
