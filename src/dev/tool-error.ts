import { DevelopmentError } from './development-error.js'

/**
 * What a generator's command line says of the document, in its own words: it explains itself on stderr, and the exit code
 * alone would say nothing. Notices in a frame are about the tool itself. What says nothing is thrown as it is.
 */
export function toToolError(cause: unknown): unknown {
  const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : ''
  const text = stderr.replace(/^\s*[╔║╚].*$/gmu, '').trim()
  return text === '' ? cause : new DevelopmentError('document', text, { cause })
}
