import { Ajv2020 } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import type { Response } from 'supertest'
import { bundledDocument, type DocumentedOperation } from './example-requests.js'

/*
 * Holds what came over the wire against the document, with none of the code under test: the service checks the replies of
 * its handlers itself, but not its problems.
 */

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: fullFormats })
ajv.addSchema(bundledDocument, 'document')

/** Throws unless the operation declares this status, its required headers, its media type and a body like this. */
export function assertDocumented(operation: DocumentedOperation, response: Response): void {
  const { operationId, responses } = operation
  const { status, type, text } = response
  const fail = (why: string): never => {
    throw new Error(`${operationId} answered ${status}, which is not as documented: ${why}\n${text}`)
  }
  const declared = responses[keyOf(responses, status)]
  if (declared === undefined) return fail('the status is not declared')
  for (const [name, { required }] of Object.entries(declared.headers ?? {})) {
    if (required === true && response.get(name) === undefined) fail(`${name} is missing`)
  }
  if (declared.content === undefined) {
    if (type !== '' || text !== '') fail('no body is declared')
    return
  }
  if (!Object.hasOwn(declared.content, type)) fail(`${type} is not declared`)
  const schema = `${pointerTo(operation, status)}/content/${escaped(type)}/schema`
  for (const value of type.endsWith('ndjson') ? linesOf(response) : [response.body as unknown]) {
    if (!ajv.validate(`document#${encodeURI(schema)}`, value)) fail(ajv.errorsText())
  }
}

/** The values of a line-delimited body. */
export function linesOf({ text }: Pick<Response, 'text'>): readonly unknown[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))
}

/** JSON Pointer to the response that the document declares for a status. */
function pointerTo({ path, method }: DocumentedOperation, status: number): string {
  const paths = bundledDocument['paths'] as Record<string, Record<string, { responses: Responses }>>
  const responses = paths[path]?.[method.toLowerCase()]?.responses ?? {}
  const key = keyOf(responses, status)
  const reference = responses[key]?.$ref
  return reference?.slice(1) ?? `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${key}`
}

/** OpenAPI "Responses Object": a status, else its range, else `default`. */
function keyOf(responses: object, status: number): string {
  return [String(status), `${String(status)[0]}XX`].find((key) => Object.hasOwn(responses, key)) ?? 'default'
}

type Responses = Readonly<Record<string, { readonly $ref?: string }>>

function escaped(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}
