import { fullFormats } from 'ajv-formats/dist/formats.js'
import { childPointer, isJsonObject, parsePointer, valueAt, type JsonObject } from './json-pointer.js'
import type { DefectLog } from './defect.js'
import type { OpenApiVersion } from './openapi-version.js'
import type { OpenApiDocument } from './read-document.js'

/*
 * OpenAPI "Schema Object" -> JSON Schema 2020-12, for one direction. References are kept, so that circular schemas stay
 * finite: every schema that something refers to becomes a definition of one root schema.
 */

/** Requests carry no `readOnly` members, replies no `writeOnly` ones. */
export type Direction = 'request' | 'reply'

export interface SchemaTranslator {
  /** Makes sure that the schema at `pointer` is a definition, and returns an absolute reference to it. */
  readonly referenceTo: (pointer: string) => string
  /** The root schema with all definitions so far. */
  readonly root: () => JsonSchema
}

export type JsonSchema = Record<string, unknown>

const schemaMaps = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
const schemaLists = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const schemas = new Set([
  'items',
  'additionalProperties',
  'not',
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
])
/** Annotations: they assert nothing, and some hold data that could be taken for schemas. */
const annotations = new Set([
  'title',
  'description',
  'example',
  'examples',
  'externalDocs',
  'xml',
  'deprecated',
  'discriminator',
  'nullable',
  '$comment',
  'contentSchema',
])

export interface TranslationOptions {
  readonly document: OpenApiDocument
  readonly version: OpenApiVersion
  readonly direction: Direction
  readonly defects: DefectLog
}

export function createSchemaTranslator({
  document,
  version,
  direction,
  defects,
}: TranslationOptions): SchemaTranslator {
  const rootId = `gatehouse:${direction}`
  const definitions: JsonSchema = {}
  const names = new Map<string, string>()
  const withheld = direction === 'request' ? 'readOnly' : 'writeOnly'

  const referenceTo = (pointer: string): string => {
    let name = names.get(pointer)
    if (name === undefined) {
      name = `s${names.size}`
      names.set(pointer, name)
      const tokens = parsePointer(pointer)
      definitions[name] = translate(tokens && valueAt(document, tokens), pointer)
    }
    return `${rootId}#/$defs/${name}`
  }

  const translate = (schema: unknown, pointer: string): unknown => {
    if (typeof schema === 'boolean') return schema
    if (!isJsonObject(schema)) {
      defects.report({ code: 'invalid-schema', pointer, message: 'a schema is an object, or true or false' })
      return false
    }
    const reference = schema['$ref']
    if (typeof reference === 'string' && version === '3.0')
      return { $ref: translateReference(reference, pointer) }
    const translated: JsonSchema = {}
    for (const [keyword, value] of Object.entries(schema)) {
      if (annotations.has(keyword) || keyword.startsWith('x-') || value === undefined) continue
      translated[keyword] = translateKeyword(keyword, value, childPointer(pointer, keyword), pointer)
    }
    if (version === '3.0') translateFrom30(schema, translated)
    if (Array.isArray(schema['required'])) withoutWithheld(schema, translated)
    return version === '3.0' && isNullableComposition(schema)
      ? { anyOf: [{ type: 'null' }, translated] }
      : translated
  }

  const translateKeyword = (keyword: string, value: unknown, at: string, owner: string): unknown => {
    if (keyword === '$ref' && typeof value === 'string') return translateReference(value, owner)
    if (schemaMaps.has(keyword) && isJsonObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, schema]) => {
          if (keyword === 'patternProperties') checkPattern(name, childPointer(at, name))
          return [name, translate(schema, childPointer(at, name))]
        }),
      )
    }
    if (schemaLists.has(keyword) && Array.isArray(value)) {
      return value.map((schema, index) => translate(schema, childPointer(at, index)))
    }
    if (schemas.has(keyword)) return translate(value, at)
    if (keyword === 'format') checkFormat(value, at)
    if (keyword === 'pattern') checkPattern(value, at)
    return value
  }

  const translateReference = (reference: string, pointer: string): string => {
    const tokens = reference.startsWith('#') ? parsePointer(reference) : undefined
    if (!tokens) return reference
    if (valueAt(document, tokens) !== undefined) return referenceTo(reference)
    const message = `\`$ref: ${reference}\` leads nowhere: correct the pointer`
    defects.report({ code: 'unresolvable-reference', pointer, message })
    return `${rootId}#/$defs/nowhere`
  }

  const checkFormat = (format: unknown, pointer: string): void => {
    if (typeof format === 'string' && Object.hasOwn(fullFormats, format)) return
    const message = `format \`${String(format)}\` is not known here, so it would not be enforced: remove it, or say it as a pattern`
    defects.report({ code: 'unknown-format', pointer, message })
  }

  const checkPattern = (pattern: unknown, pointer: string): void => {
    try {
      new RegExp(String(pattern), 'u')
    } catch (error) {
      defects.report({
        code: 'invalid-pattern',
        pointer,
        message: `${(error as Error).message}: correct the pattern`,
      })
    }
  }

  /** Members that this direction withholds cannot be required in it. */
  const withoutWithheld = (schema: JsonObject, translated: JsonSchema): void => {
    const withheldNames = withheldMembers(schema, new Set())
    const required = (schema['required'] as readonly unknown[]).filter(
      (name) => !withheldNames.has(String(name)),
    )
    translated['required'] = required
  }

  const withheldMembers = (schema: unknown, seen: Set<unknown>): Set<string> => {
    const found = new Set<string>()
    const resolved = deref(schema)
    if (!isJsonObject(resolved) || seen.has(resolved)) return found
    seen.add(resolved)
    const properties = isJsonObject(resolved['properties']) ? resolved['properties'] : {}
    for (const [name, property] of Object.entries(properties)) if (isWithheld(property)) found.add(name)
    const parts = Array.isArray(resolved['allOf']) ? (resolved['allOf'] as readonly unknown[]) : []
    for (const part of parts) for (const name of withheldMembers(part, seen)) found.add(name)
    return found
  }

  const isWithheld = (schema: unknown): boolean => {
    if (!isJsonObject(schema)) return false
    if (schema[withheld] === true && !(version === '3.0' && '$ref' in schema)) return true
    const resolved = deref(schema)
    return isJsonObject(resolved) && resolved[withheld] === true
  }

  const deref = (schema: unknown): unknown => {
    let value = schema
    for (let hops = 0; hops < 100 && isJsonObject(value) && typeof value['$ref'] === 'string'; hops++) {
      const tokens = parsePointer(value['$ref'])
      value = tokens && valueAt(document, tokens)
    }
    return value
  }

  return {
    referenceTo,
    root: () => ({ $id: rootId, $defs: { ...definitions, nowhere: false } }),
  }
}

/** `nullable` beside a composition says that null is let through as well, whatever its parts say. */
function isNullableComposition(schema: JsonObject): boolean {
  return (
    schema['nullable'] === true &&
    schema['type'] === undefined &&
    ['allOf', 'anyOf', 'oneOf'].some((keyword) => schema[keyword] !== undefined)
  )
}

/** Keywords of OpenAPI 3.0 that JSON Schema spells otherwise. */
function translateFrom30(schema: JsonObject, translated: JsonSchema): void {
  if (schema['nullable'] === true && typeof schema['type'] === 'string')
    translated['type'] = [schema['type'], 'null']
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[exclusive] !== 'boolean') continue
    Reflect.deleteProperty(translated, exclusive)
    if (!schema[exclusive] || typeof schema[bound] !== 'number') continue
    translated[exclusive] = schema[bound]
    Reflect.deleteProperty(translated, bound)
  }
}
