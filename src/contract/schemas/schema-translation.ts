import { isJsonObject, type JsonObject } from '../json-pointer.js'
import type { OpenApiVersion } from '../document/openapi-version.js'
import { isKeyword } from '../document/schema-vocabulary.js'

/*
 * OpenAPI 3.0 "Schema Object" (section 4.7.24) -> the keywords of JSON Schema 2020-12. Subschemas stay where and as they are;
 * each is translated when its turn comes. In 3.1 and later a Schema Object is JSON Schema already.
 */

export interface TranslatedSchema {
  /** None where the schema is no object. */
  readonly keywords: JsonObject
  /** Whether null is let through whatever the keywords say. */
  readonly letsNullThrough: boolean
}

export function translateSchema(schema: unknown, version: OpenApiVersion): TranslatedSchema {
  if (!isJsonObject(schema)) return { keywords: {}, letsNullThrough: false }
  if (version !== '3.0') return { keywords: schema, letsNullThrough: false }
  // Section 4.7.23: what stands beside a reference is ignored.
  if (typeof schema['$ref'] === 'string')
    return { keywords: { $ref: schema['$ref'] }, letsNullThrough: false }
  // Others have no meaning there, and are told as defects.
  const known = Object.fromEntries(Object.entries(schema).filter(([keyword]) => isKeyword(keyword, version)))
  const { nullable, exclusiveMinimum, exclusiveMaximum, minimum, maximum, ...keywords } = known
  const isNullable = nullable === true
  return {
    keywords: {
      ...keywords,
      ...bound('minimum', 'exclusiveMinimum', minimum, exclusiveMinimum),
      ...bound('maximum', 'exclusiveMaximum', maximum, exclusiveMaximum),
      ...(isNullable && typeof schema['type'] === 'string' && { type: [schema['type'], 'null'] }),
    },
    letsNullThrough: isNullable && isComposed(schema) && listsNull(schema),
  }
}

function bound(
  inclusive: string,
  exclusive: string,
  limit: JsonObject[string],
  isExclusive: JsonObject[string],
): JsonObject {
  if (limit === undefined) return {}
  return { [isExclusive === true ? exclusive : inclusive]: limit }
}

/**
 * Beside a composition `nullable` is taken at its word: who writes `nullable` beside `allOf: [{$ref}]`, which is how 3.0 says
 * anything about a reference, means that null may be sent, though the schema referred to has no null in it.
 */
function isComposed(schema: JsonObject): boolean {
  return ['allOf', 'anyOf', 'oneOf'].some((keyword) => schema[keyword] !== undefined)
}

/** 3.0.3: an `enum` must list null itself. */
function listsNull({ enum: values }: JsonObject): boolean {
  return !Array.isArray(values) || (values as readonly unknown[]).includes(null)
}
