import { parseParameters } from './media-type.js'
import type { SentHeaders } from './part-headers.js'

/* The header of a part of `multipart/form-data` (RFC 7578 section 4.2). */

export interface Disposition {
  readonly name: string
  /** Without folders, which receivers must not use. `undefined` where the part is no file. */
  readonly filename: string | undefined
}

const formData = /^\s*form-data\s*(?=;|$)/i

/** `undefined` where it is missing, given twice, malformed, or of another kind. */
export function parseDisposition(sent: SentHeaders): Disposition | undefined {
  const [text, ...more] = sent['content-disposition'] ?? []
  const match = text === undefined ? null : formData.exec(text)
  const parameters =
    match && more.length === 0 ? parseParameters((text ?? '').slice(match[0].length)) : undefined
  const name = parameters?.get('name')
  if (name === undefined) return undefined
  // `filename*` is not for forms, and what it says could differ (RFC 7578 section 4.2).
  const filename = parameters?.get('filename')
  return {
    name,
    filename: filename?.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1),
  }
}
