import type { BinaryContent } from './binary-content.js'
import type { FormatFor } from './body-format.js'
import { inBytes, type FileSchema } from './file-schema.js'
import type { MediaType } from './media-type.js'
import type { Validate } from '../schemas/validator.js'

/** A body of bytes. What else its schema says is said of a text that stands for them. */
export function binaryFormat({ standIn }: FileSchema, validate: Validate): FormatFor {
  return (actual) => ({
    kind: 'binary',
    decode(kept) {
      const value: BinaryContent = { ...kept, mediaType: textOf(actual) }
      return { value, violations: validate(standIn(kept.size), 'body').map(inBytes) }
    },
  })
}

function textOf({ type, subtype, parameters }: MediaType): string {
  const rest = [...parameters].map(
    ([name, value]) => `; ${name}=${/^[\w.+-]+$/.test(value) ? value : JSON.stringify(value)}`,
  )
  return `${type}/${subtype}${rest.join('')}`
}
