/** One structured line: fields first, then a short constant message. */
export type LogLine = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** What the rooms need of a logger; pino fits it. */
export interface Logger {
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}

/** A logger that says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
