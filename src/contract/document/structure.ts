import { Validator } from '@seriousme/openapi-schema-validator'
import type { ErrorObject } from 'ajv/dist/2020.js'
import type { DefectLog } from '../defect.js'
import { escapeToken, parsePointer, valueAt } from '../json-pointer.js'
import type { OpenApiDocument } from './read-document.js'
import { withoutSchemas } from './schema-places.js'
import { structureMessage } from './structure-message.js'

/** Compiles the schema of a version once, however many documents are loaded. */
const validator = new Validator({ allErrors: true })

/** What the published schema of the document's own OpenAPI version says of it, each fault as a defect. */
export async function checkStructure(document: OpenApiDocument, defects: DefectLog): Promise<void> {
  // Schemas are held against their own meta-schema, keyword by keyword. Most of a large document is schemas.
  const { errors } = await validator.validate(withoutSchemas(document))
  // Text is what it says of references, which are followed elsewhere.
  if (!Array.isArray(errors)) return
  const valueOf = (error: ErrorObject): unknown =>
    valueAt(document, parsePointer(`#${error.instancePath}`) ?? [])
  for (const error of meantOf(errors, valueOf)) {
    const pointer = `#${error.instancePath}${memberOf(error)}`
    const message = structureMessage(error, valueOf(error))
    defects.report({ code: 'invalid-structure', pointer, message })
  }
}

/**
 * The published schemas try every alternative, and each that was not meant fails too. What is left are the faults of those
 * that were, the innermost of each place.
 */
function meantOf(
  errors: readonly ErrorObject[],
  valueOf: (error: ErrorObject) => unknown,
): readonly ErrorObject[] {
  const ofOtherType = new Set(
    errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath),
  )
  const told = ofMeantKind(errors, valueOf).filter(
    (error) =>
      !isOfReference(error, valueOf(error)) &&
      !(['not', 'oneOf'].includes(error.keyword) && ofOtherType.has(error.instancePath)),
  )
  const places = new Set(
    told.filter((error) => !isConsequence(error)).map(({ instancePath }) => instancePath),
  )
  const isAroundAnother = ({ instancePath }: ErrorObject): boolean =>
    [...places].some((other) => other === instancePath || other.startsWith(`${instancePath}/`))
  const own = told.filter((error) => !isConsequence(error) || !isAroundAnother(error))
  const combined = new Set<string>()
  return own.filter(({ keyword, instancePath }) => {
    // Parameters that are declared twice are told one by one.
    if (keyword === 'uniqueItems' && instancePath.endsWith('/parameters')) return false
    if (!combining.has(keyword)) return true
    const isFirst = !combined.has(instancePath)
    combined.add(instancePath)
    return isFirst
  })
}

const combining: ReadonlySet<string> = new Set(['oneOf', 'anyOf', 'allOf', 'if', 'propertyNames'])

/** Fails where something inside or beside it does; and then it is no fault of its own. */
function isConsequence({ keyword, params }: ErrorObject): boolean {
  const fitsSeveral = Array.isArray((params as { readonly passingSchemas?: unknown }).passingSchemas)
  return (combining.has(keyword) && !fitsSeveral) || keyword === 'unevaluatedProperties'
}

/**
 * Alternatives that `type` or `in` tells apart: only the one that the document names was meant. Where it names none, one fault
 * says which there are.
 */
function ofMeantKind(
  errors: readonly ErrorObject[],
  valueOf: (error: ErrorObject) => unknown,
): readonly ErrorObject[] {
  const kinds = errors.filter((error) => kindKeyword.test(error.schemaPath) && error.keyword === 'enum')
  const ofOtherKind = new Set<ErrorObject>()
  const unions: ErrorObject[] = []
  for (const place of new Set(kinds.map(({ instancePath }) => instancePath))) {
    const here = kinds.filter(({ instancePath }) => instancePath === place)
    const [first] = here
    if (!first) continue
    const object = place.slice(0, place.lastIndexOf('/'))
    const prefixes = here.map(({ schemaPath }) => `${schemaPath.replace(kindKeyword, '')}/`)
    const inside = errors.filter(
      ({ instancePath, schemaPath }) =>
        isWithin(instancePath, object) && prefixes.some((prefix) => schemaPath.startsWith(prefix)),
    )
    for (const error of [...here, ...inside]) ofOtherKind.add(error)
    const allowed = [...new Set(here.flatMap((error) => allowedBy(error)))]
    // The alternative that takes the kind has no fault about it, so that it is not among these.
    const known = knownKinds[place.slice(place.lastIndexOf('/') + 1)] ?? []
    if (known.includes(String(valueOf(first)))) continue
    unions.push({ ...first, params: { allowedValues: allowed } })
    for (const error of errors)
      if (error.instancePath === object && error.keyword === 'required') ofOtherKind.add(error)
  }
  return [...errors.filter((error) => !ofOtherKind.has(error)), ...unions]
}

const kindKeyword = /\/properties\/(?:in|type)\/enum$/

const knownKinds: Readonly<Record<string, readonly string[]>> = {
  in: ['path', 'query', 'header', 'cookie'],
  type: ['apiKey', 'http', 'oauth2', 'openIdConnect'],
}

function allowedBy({ params }: ErrorObject): readonly unknown[] {
  const { allowedValues } = params as { readonly allowedValues?: unknown }
  return Array.isArray(allowedValues) ? allowedValues : []
}

function isWithin(path: string, object: string): boolean {
  return path === object || path.startsWith(`${object}/`)
}

/** Schemas of OpenAPI 3.0 try every object as a Reference Object too, which says nothing of one without `$ref`. */
function isOfReference({ schemaPath, params }: ErrorObject, value: unknown): boolean {
  const isAboutReference =
    schemaPath.includes('Reference') || (params as Record<string, unknown>)['missingProperty'] === '$ref'
  return isAboutReference && !(typeof value === 'object' && value !== null && '$ref' in value)
}

function memberOf({ keyword, params, propertyName }: ErrorObject): string {
  const named = params as Readonly<Record<string, unknown>>
  const member =
    keyword === 'additionalProperties'
      ? named['additionalProperty']
      : keyword === 'unevaluatedProperties'
        ? named['unevaluatedProperty']
        : propertyName
  return typeof member === 'string' ? `/${escapeToken(member)}` : ''
}
