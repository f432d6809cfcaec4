import type { CompileContext } from '../compile-context.js'
import type { Violation } from '../../problem/problem.js'
import { bodyViolation, BodyLimitError, decodeUtf8, type WholeFormat } from './body-format.js'
import { compileFormMembers } from './form-members.js'
import { toFormValue, type FieldValue } from './form-value.js'
import { toJson } from './json-body.js'
import { childPointer } from '../json-pointer.js'
import { decodeQuery, MalformedEncodingError, parseQuery } from '../parameters/query-string.js'
import type { Located } from '../document/reference.js'
import type { Validate } from '../schemas/validator.js'

/* OpenAPI "Encoding the `x-www-form-urlencoded` Media Type". */

export function compileForm(
  mediaTypeObject: Located,
  validate: Validate,
  context: CompileContext,
): WholeFormat {
  const members = compileFormMembers(mediaTypeObject, 'urlencoded', context)
  return {
    kind: 'whole',
    emptyIsValue: true,
    decode(bytes, limits) {
      const text = decodeUtf8(bytes)
      if (text === undefined) return { violations: [bodyViolation('', 'encoding', 'is not UTF-8')] }
      if (countOf(text, '&') >= limits.members)
        throw new BodyLimitError(`A form may have ${limits.members} members.`)
      const fields = new Map<string, FieldValue[]>()
      const violations: Violation[] = []
      try {
        for (const { name, rawValue = '' } of parseQuery(text)) {
          const values = fields.get(name) ?? []
          if (values.length === 0) fields.set(name, values)
          const value =
            members.memberOf(name).reading === 'json'
              ? readJson(name, rawValue, limits.depth)
              : { raw: rawValue }
          if ('violation' in value) violations.push(value.violation)
          else values.push(value)
        }
      } catch (error) {
        if (!(error instanceof MalformedEncodingError)) throw error
        violations.push(bodyViolation('', 'encoding', error.message))
      }
      if (violations.length > 0) return { violations }
      return toFormValue(members, fields, decodeQuery, validate, limits)
    },
  }
}

function readJson(
  name: string,
  raw: string,
  depthLimit: number,
): FieldValue | { readonly violation: Violation } {
  const parsed = toJson(Buffer.from(decodeQuery(raw)), childPointer('', name), depthLimit)
  return 'violation' in parsed ? parsed : { json: parsed.value }
}

function countOf(text: string, separator: string): number {
  let count = 0
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + 1)) count++
  return count
}
