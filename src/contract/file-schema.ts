import type { Violation } from '../problem/problem.js'
import { bodyViolation } from './body-format.js'
import type { JsonObject } from './json-pointer.js'
import type { Located } from './reference.js'

/*
 * What a schema can say of bytes. JSON Schema describes none, so a text stands for them where the whole body is held
 * against its schema; their number is checked here ("Binary Streams", OpenAPI 3.2).
 */

export interface FileSchema {
  /** What is validated in place of the bytes. */
  readonly placeholder: string
  readonly validateSize: (size: number, pointer: string) => readonly Violation[]
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

/** A longer text would be made anew with every document, and counted with every request. */
const placeholderLimit = 65_536

/** `parts` are the schema and all that it is composed of. */
export function readFileSchema(parts: readonly Located[]): FileSchema {
  let minLength = 0
  let maxLength = Infinity
  let flaw: FileSchema['flaw']
  for (const { value, pointer } of parts) {
    if (typeof value['minLength'] === 'number') minLength = Math.max(minLength, value['minLength'])
    if (typeof value['maxLength'] === 'number') maxLength = Math.min(maxLength, value['maxLength'])
    const found = minLength > placeholderLimit ? '`minLength` above 65,536' : findUnenforceable(value)
    if (found === undefined) continue
    const message = `${found} is not enforced for bytes: remove it, or declare \`type: string, format: binary\``
    flaw ??= { message, pointer }
  }
  return {
    flaw,
    placeholder: 'x'.repeat(Math.min(minLength, placeholderLimit)),
    validateSize(size, at) {
      if (size < minLength) return [bodyViolation(at, 'minLength', `must have ${minLength} bytes or more`)]
      return size > maxLength ? [bodyViolation(at, 'maxLength', `must have ${maxLength} bytes or fewer`)] : []
    },
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
