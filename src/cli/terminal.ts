import { styleText } from 'node:util'
import type { Environment } from '../config/config.js'
import { toPlainJson, toPlainText } from '../telemetry/plain-text.js'

/** Where a command reads and writes. Results go to `out`, what went wrong with the call to `err`. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether ANSI sequences are understood and wanted. */
  readonly colors: boolean
  /** The folder that relative paths among the arguments start from. */
  readonly folder: string
  /** The variables, with those of `.env` under them. */
  readonly environment: Environment
  /** Standard input, UTF-8, to its end. */
  readonly input: () => Promise<string>
}

export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

export type Paint = (format: Format, text: string) => string

export function createPaint({ colors }: Pick<Terminal, 'colors'>): Paint {
  // Newer releases of Node look at standard output themselves; who made the terminal has decided already.
  return (format, text) => (colors ? styleText(format, text, { validateStream: false }) : text)
}

/**
 * The same data, fit for a terminal: a document is written by others, and may hold sequences that a terminal would act on.
 */
export function toPlain<T>(data: T): T {
  if (typeof data === 'string') return toPlainText(data) as T
  if (Array.isArray(data)) return data.map(toPlain) as T
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, toPlain(value)])) as T
}

/** JSON of a result, fit for a terminal and for whoever parses it. */
export function toJson(data: object): string {
  return `${toPlainJson(JSON.stringify(data, undefined, 2))}\n`
}

/** Rows of cells, in columns as wide as their widest cell that has another after it, each line indented by two. */
export function toColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)))
  }
  return rows.map((row) =>
    `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd(),
  )
}

/** `a`, `a and b`, `a, b and c`. */
export function toSeries(words: readonly string[], conjunction: 'and' | 'or'): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`
}

/** `1 defect`, `2 defects`. */
export function toCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`
}
