import { bodyViolation, decodeUtf8, type BodyFormat } from './body-format.js'
import type { TypedSchema } from '../parameters/schema-types.js'
import type { Validate } from '../schemas/validator.js'

/** A body that is one text, turned into a number or a boolean where the schema asks for one and nothing else. */
export function textFormat(validate: Validate, typed: TypedSchema | undefined): BodyFormat {
  return {
    kind: 'whole',
    emptyIsValue: true,
    decode(bytes, { violations: limit }) {
      const text = decodeUtf8(bytes)
      if (text === undefined) return { violations: [bodyViolation('', 'encoding', 'is not UTF-8')] }
      const value = typed?.shape === 'primitive' ? typed.coerce(text) : text
      return { value, violations: validate(value, 'body', '', limit) }
    },
  }
}
