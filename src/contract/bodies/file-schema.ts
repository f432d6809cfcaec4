import type { Violation } from '../../problem/problem.js'
import type { JsonObject } from '../json-pointer.js'
import type { Located } from '../document/reference.js'

/*
 * What a schema can say of bytes. JSON Schema describes none, so a text stands for them where the whole body is held
 * against its schema, one as long as they are many ("Binary Streams", OpenAPI 3.2).
 */

export interface FileSchema {
  /** What is validated in place of that many bytes: a text with as many characters. */
  readonly standIn: (size: number) => string
  /** What of the schema cannot be enforced. */
  readonly flaw: { readonly message: string; readonly pointer: string } | undefined
}

/** Keywords that say something of bytes which cannot be held against it. */
const unenforceable = [
  'pattern',
  'enum',
  'const',
  'not',
  'if',
  'contentSchema',
  'properties',
  'items',
] as const

/** Characters that a text can have in any Node.js that is supported. */
const longestText = 0x1fffffe8

/** `parts` are the schema and all that it is composed of. */
export function readFileSchema(parts: readonly Located[]): FileSchema {
  let largest = 0
  let flaw: FileSchema['flaw']
  for (const { value, pointer } of parts) {
    for (const bound of [value['minLength'], value['maxLength']])
      if (typeof bound === 'number') largest = Math.max(largest, bound)
    const found = largest > longestText ? `a length above ${longestText}` : findUnenforceable(value)
    if (found === undefined) continue
    const message = `${found} is not enforced for bytes: remove it, or declare \`type: string, format: binary\``
    flaw ??= { message, pointer }
  }
  return {
    flaw,
    // Nothing tells sizes beyond the largest bound apart.
    standIn: (size) => 'x'.repeat(Math.min(size, largest + 1, longestText)),
  }
}

function findUnenforceable(schema: JsonObject): string | undefined {
  const keyword = unenforceable.find((name) => schema[name] !== undefined)
  if (keyword !== undefined) return `\`${keyword}\``
  const { format, type } = schema
  if (format !== undefined && format !== 'binary') return `\`format: ${JSON.stringify(format)}\``
  const types = Array.isArray(type) ? type : [type ?? 'string']
  const fits = types.every((name) => name === 'string' || name === 'null')
  return fits ? undefined : `\`type: ${JSON.stringify(type)}\``
}

/** Lengths are bytes here, and told as such. */
export function inBytes(violation: Violation): Violation {
  const isLength = violation.keyword === 'minLength' || violation.keyword === 'maxLength'
  return isLength ? { ...violation, detail: violation.detail.replace('characters', 'bytes') } : violation
}
