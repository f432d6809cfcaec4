import { Validator } from '@seriousme/openapi-schema-validator'
import type { ErrorObject } from 'ajv/dist/2020.js'
import type { DefectLog } from './defect.js'
import { escapeToken, parsePointer, valueAt } from './json-pointer.js'
import type { OpenApiDocument } from './read-document.js'
import { createSchemaTest } from './schema-places.js'

/** Compiles the schema of a version once, however many documents are loaded. */
const validator = new Validator({ allErrors: true })

/** What the published schema of the document's own OpenAPI version says of it, each fault as a defect. */
export async function checkStructure(document: OpenApiDocument, defects: DefectLog): Promise<void> {
  const { errors } = await validator.validate(document)
  // Text is what it says of references, which are followed elsewhere.
  if (!Array.isArray(errors)) return
  const isInSchema = createSchemaTest(document)
  for (const error of innermost(document, errors)) {
    const pointer = `#${error.instancePath}${memberOf(error)}`
    // Schemas are held against their own meta-schema, keyword by keyword.
    if (isInSchema(pointer)) continue
    defects.report({ code: 'invalid-structure', pointer, message: messageOf(error) })
  }
}

/** A fault inside an object fails everything around it, and every alternative beside the one that was meant. */
function innermost(document: OpenApiDocument, errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const meant = errors.filter((error) => !isOfReference(document, error))
  const candidates = meant.length > 0 ? meant : errors
  const places = candidates.map(({ instancePath }) => instancePath)
  const leaves = candidates.filter(
    ({ instancePath }) => !places.some((other) => other.startsWith(`${instancePath}/`)),
  )
  return leaves.filter((error, index) => {
    if (!combining.has(error.keyword)) return true
    const beside = leaves.filter(({ instancePath }) => instancePath === error.instancePath)
    return beside.every(({ keyword }) => combining.has(keyword)) && beside[0] === leaves[index]
  })
}

const combining: ReadonlySet<string> = new Set(['oneOf', 'anyOf', 'allOf', 'if', 'not'])

/** Schemas of OpenAPI 3.0 try every object as a Reference Object too, which says nothing of one without `$ref`. */
function isOfReference(
  document: OpenApiDocument,
  { schemaPath, instancePath, params }: ErrorObject,
): boolean {
  const isAboutReference =
    schemaPath.includes('Reference') || (params as Record<string, unknown>)['missingProperty'] === '$ref'
  const value = valueAt(document, parsePointer(`#${instancePath}`) ?? [])
  return isAboutReference && !(typeof value === 'object' && value !== null && '$ref' in value)
}

function memberOf({ keyword, params }: ErrorObject): string {
  const named = params as Readonly<Record<string, unknown>>
  const member =
    keyword === 'additionalProperties'
      ? named['additionalProperty']
      : keyword === 'unevaluatedProperties'
        ? named['unevaluatedProperty']
        : undefined
  return typeof member === 'string' ? `/${escapeToken(member)}` : ''
}

function messageOf({ keyword, params, message = 'does not fit' }: ErrorObject): string {
  const named = params as Readonly<Record<string, unknown>>
  switch (keyword) {
    case 'required':
      return `\`${String(named['missingProperty'])}\` is missing: add it`
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'OpenAPI has no such member here: correct its name, or begin it with `x-`'
    case 'enum':
      return `must be one of ${(named['allowedValues'] as readonly unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
    case 'const':
      return `must be ${JSON.stringify(named['allowedValue'])}`
    case 'not':
      return 'holds members that exclude each other: remove one'
    default:
      return message
  }
}
