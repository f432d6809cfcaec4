import { childPointer, isJsonObject, type JsonObject } from '../json-pointer.js'
import type { DefectCode, DefectLog } from '../defect.js'
import { formatNamed } from './formats.js'
import type { Patterns } from './pattern.js'
import type { SchemaIndex, SchemaNode } from './schema-index.js'
import { faultOf } from './schema-shapes.js'
import { isAnnotation, vocabularyOf } from '../document/schema-vocabulary.js'

/*
 * Holds every schema of a document against its meta-schema, also those that no operation uses. A schema with a fault that
 * bears on what fits is kept out of use: where the policy only warns of the defect, nothing fits that schema.
 */

/** Dialects that are JSON Schema 2020-12, with or without the OpenAPI base vocabulary. */
const dialect =
  /^https?:\/\/(?:json-schema\.org\/draft\/2020-12\/schema|spec\.openapis\.org\/oas\/3\.[12]\/(?:dialect|schema-base|schema)\b.*)#?$/

/** The schemas that cannot be used. */
export function checkSchemas(index: SchemaIndex, patterns: Patterns, defects: DefectLog): Set<SchemaNode> {
  const { version, document } = index
  const vocabulary = vocabularyOf(version)
  const unusable = new Set<SchemaNode>()

  const check = (node: SchemaNode): void => {
    const { value, pointer } = node
    const fail = (at: string, message: string, code: DefectCode = 'invalid-schema'): void => {
      defects.report({ code, pointer: at, message })
      unusable.add(node)
    }
    if (typeof value === 'boolean') {
      if (version === '3.0' && !pointer.endsWith('/additionalProperties'))
        fail(pointer, 'a schema of OpenAPI 3.0 is an object')
      return
    }
    if (!isJsonObject(value)) {
      fail(pointer, 'a schema is an object, or true or false')
      return
    }
    checkReferences(node, value, fail)
    if (version === '3.0' && typeof value['$ref'] === 'string') return
    for (const [keyword, given] of Object.entries(value)) {
      const shape = Object.hasOwn(vocabulary, keyword) ? vocabulary[keyword] : undefined
      const at = childPointer(pointer, keyword)
      if (given === undefined) continue
      if (shape === undefined) {
        if (version === '3.0' && !keyword.startsWith('x-')) reportUnknown(keyword, at)
        continue
      }
      const fault = faultOf(shape, given)
      if (fault && isAnnotation(keyword))
        defects.report({ code: 'invalid-schema', pointer: at, message: fault })
      else if (fault) fail(at, fault)
      else if (keyword === '$schema') checkDialect(given, at, fail)
    }
    checkFormat(value, pointer)
    checkPatterns(value, pointer, fail)
  }

  const checkReferences = (
    node: SchemaNode,
    value: JsonObject,
    fail: (at: string, ...why: FailRest) => void,
  ): void => {
    for (const keyword of ['$ref', '$dynamicRef'] as const) {
      const reference = value[keyword]
      if (typeof reference !== 'string' || (version === '3.0' && keyword !== '$ref')) continue
      if (index.resolve(reference, node)) continue
      const message = `\`${keyword}: ${reference}\` leads nowhere: correct the pointer`
      fail(node.pointer, message, 'unresolvable-reference')
    }
  }

  const reportUnknown = (keyword: string, pointer: string): void => {
    const message = `\`${keyword}\` is no keyword of OpenAPI 3.0, so it would not be enforced: remove it, or move the document to 3.1`
    defects.report({ code: 'unknown-keyword', pointer, message })
  }

  const checkFormat = ({ format }: JsonObject, pointer: string): void => {
    if (typeof format !== 'string' || formatNamed(format)) return
    const message = `format \`${format}\` is not known here, so it would not be enforced: remove it, or say it as a pattern`
    defects.report({ code: 'unknown-format', pointer: childPointer(pointer, 'format'), message })
  }

  const checkPatterns = (
    value: JsonObject,
    pointer: string,
    fail: (at: string, ...why: FailRest) => void,
  ): void => {
    const maxLength = typeof value['maxLength'] === 'number' ? value['maxLength'] : Infinity
    const found =
      typeof value['pattern'] === 'string'
        ? [[value['pattern'], childPointer(pointer, 'pattern'), maxLength] as const]
        : []
    const names =
      version !== '3.0' && isJsonObject(value['patternProperties'])
        ? Object.keys(value['patternProperties'])
        : []
    const all = [
      ...found,
      ...names.map((name) => [name, childPointer(pointer, 'patternProperties', name), Infinity] as const),
    ]
    for (const [pattern, at, longest] of all) {
      const { regexp, message, hazard } = patterns.compile(pattern)
      if (!regexp) fail(at, `${message}: correct the pattern`, 'invalid-pattern')
      else if (hazard && !hazard.isHarmlessUpTo(longest))
        defects.report({ code: 'vulnerable-pattern', pointer: at, message: hazard.message })
    }
  }

  const checkDialect = (given: unknown, at: string, fail: (at: string, ...why: FailRest) => void): void => {
    if (!dialect.test(String(given)))
      fail(
        at,
        `dialect ${String(given)} is not spoken here: write the schema in JSON Schema 2020-12`,
        'unsupported-dialect',
      )
  }

  const named = document['jsonSchemaDialect']
  if (version !== '3.0' && named !== undefined && !(typeof named === 'string' && dialect.test(named))) {
    const message = `dialect ${JSON.stringify(named)} is not spoken here: write the schemas in JSON Schema 2020-12`
    defects.report({ code: 'unsupported-dialect', pointer: '#/jsonSchemaDialect', message })
    for (const node of index.nodes()) unusable.add(node)
  }
  // References may add to the index, and what they add is checked as well.
  for (const node of index.nodes()) check(node)
  return unusable
}

type FailRest = readonly [message: string, code?: DefectCode]
