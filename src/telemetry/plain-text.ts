import { inspect } from 'node:util'

/** What a terminal or a reader of lines would act on: ANSI sequences, in either spelling, directions of text, ends of lines. */
const active = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** For one line of a terminal: what others wrote, with what a terminal would act on made visible. */
export function toPlainText(value: unknown): string {
  const text = typeof value === 'string' ? value : inspect(value)
  return text.replace(active, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** JSON text with the same in escapes that mean the same to whoever parses it. Its line feeds stay: they are not in strings. */
export function toPlainJson(json: string): string {
  return json.replace(active, (character) =>
    character === '\n' ? character : character.split('').map(toUnicodeEscape).join(''),
  )
}

function toUnicodeEscape(codeUnit: string): string {
  return `\\u${codeUnit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
