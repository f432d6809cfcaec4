import { isJsonObject, type JsonObject } from '../json-pointer.js'
import type { OpenApiVersion } from './openapi-version.js'

/*
 * The keywords of a Schema Object and what each must hold: the meta-schema of JSON Schema 2020-12 with the OpenAPI base
 * vocabulary, and that of OpenAPI 3.0, as tables. They give each fault its own place and words.
 */

export type Shape =
  | 'schema'
  | 'schemas'
  | 'schemas by name'
  | 'schemas by pattern'
  | 'types'
  | 'one type'
  | 'values'
  | 'anything'
  | 'number'
  | 'positive number'
  | 'count'
  | 'boolean'
  | 'text'
  | 'object'
  | 'link'
  | 'xml'
  | 'pattern'
  | 'names'
  | 'names by name'
  | 'names or schemas by name'
  | 'anchor'
  | 'identifier'

const shared: Readonly<Record<string, Shape>> = {
  title: 'text',
  description: 'text',
  default: 'anything',
  example: 'anything',
  deprecated: 'boolean',
  readOnly: 'boolean',
  writeOnly: 'boolean',
  externalDocs: 'link',
  xml: 'xml',
  discriminator: 'object',
  format: 'text',
  enum: 'values',
  multipleOf: 'positive number',
  maximum: 'number',
  minimum: 'number',
  maxLength: 'count',
  minLength: 'count',
  pattern: 'pattern',
  maxItems: 'count',
  minItems: 'count',
  uniqueItems: 'boolean',
  maxProperties: 'count',
  minProperties: 'count',
  required: 'names',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  not: 'schema',
  items: 'schema',
  properties: 'schemas by name',
  additionalProperties: 'schema',
  $ref: 'text',
}

/** OpenAPI 3.0, section 4.7.24: nothing else but extensions may stand in a Schema Object. */
const openApi30: Readonly<Record<string, Shape>> = {
  ...shared,
  type: 'one type',
  exclusiveMaximum: 'boolean',
  exclusiveMinimum: 'boolean',
  nullable: 'boolean',
}

/** JSON Schema 2020-12; other keywords may stand beside these, and assert nothing. */
const jsonSchema: Readonly<Record<string, Shape>> = {
  ...shared,
  $id: 'identifier',
  $schema: 'text',
  $anchor: 'anchor',
  $dynamicAnchor: 'anchor',
  $dynamicRef: 'text',
  $vocabulary: 'object',
  $comment: 'text',
  $defs: 'schemas by name',
  definitions: 'schemas by name',
  type: 'types',
  const: 'anything',
  examples: 'values',
  exclusiveMaximum: 'number',
  exclusiveMinimum: 'number',
  contentEncoding: 'text',
  contentMediaType: 'text',
  contentSchema: 'schema',
  minContains: 'count',
  maxContains: 'count',
  prefixItems: 'schemas',
  contains: 'schema',
  unevaluatedItems: 'schema',
  patternProperties: 'schemas by pattern',
  propertyNames: 'schema',
  unevaluatedProperties: 'schema',
  dependentRequired: 'names by name',
  dependentSchemas: 'schemas by name',
  dependencies: 'names or schemas by name',
  if: 'schema',
  then: 'schema',
  else: 'schema',
}

/** A fault in these changes nothing about what fits. */
const annotations: ReadonlySet<string> = new Set([
  'title',
  'description',
  'example',
  'examples',
  'deprecated',
  'externalDocs',
  'xml',
  '$comment',
  '$vocabulary',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
])

export function vocabularyOf(version: OpenApiVersion): Readonly<Record<string, Shape>> {
  return version === '3.0' ? openApi30 : jsonSchema
}

export function isKeyword(name: string, version: OpenApiVersion): boolean {
  return Object.hasOwn(vocabularyOf(version), name)
}

export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword)
}

/** The schemas right inside a schema. In OpenAPI 3.0 what stands beside a `$ref` is ignored (section 4.7.23). */
export function subschemasOf(
  schema: JsonObject,
  version: OpenApiVersion,
): readonly { readonly tokens: readonly (string | number)[]; readonly value: unknown }[] {
  if (version === '3.0' && typeof schema['$ref'] === 'string') return []
  const vocabulary = vocabularyOf(version)
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const shape = Object.hasOwn(vocabulary, keyword) ? vocabulary[keyword] : undefined
    switch (shape) {
      case 'schema':
        return [{ tokens: [keyword], value }]
      case 'schemas':
        return Array.isArray(value)
          ? (value as readonly unknown[]).map((item, index) => ({ tokens: [keyword, index], value: item }))
          : []
      case 'schemas by name':
      case 'schemas by pattern':
      case 'names or schemas by name':
        return isJsonObject(value)
          ? Object.entries(value).flatMap(([name, member]) =>
              Array.isArray(member) && shape === 'names or schemas by name'
                ? []
                : [{ tokens: [keyword, name], value: member }],
            )
          : []
      default:
        return []
    }
  })
}
