import { inspect } from 'node:util'

/** For the terminal: what came in with a request may hold sequences that a terminal would act on. */
export function toPlainText(value: unknown): string {
  const text = typeof value === 'string' ? value : inspect(value)
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
