import { pino, type DestinationStream } from 'pino'
import type { Logger } from './log.js'

/** Field names, at any of the depths that log lines have here, whose values never reach a log. */
const secrets = [
  'authorization',
  'dpop',
  'cookie',
  'set-cookie',
  'client_secret',
  'clientSecret',
  'client_assertion',
  'access_token',
  'accessToken',
  'registration_access_token',
  'password',
]

export interface CreateLoggerOptions {
  /** Least severe level that is written. Default: `'info'`. */
  readonly level?: string
  /** Where lines go. Default: standard output. */
  readonly destination?: DestinationStream
}

/** JSON lines by pino. Control characters from callers are escaped; secrets are left out by name. */
export function createLogger({ level = 'info', destination }: CreateLoggerOptions = {}): Logger {
  const quoted = secrets.map((name) => (name.includes('-') ? `["${name}"]` : name))
  const paths = quoted.flatMap((name) =>
    name.startsWith('[') ? [name, `*${name}`] : [name, `*.${name}`, `*.*.${name}`],
  )
  const settings = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '[redacted]' },
    hooks: { streamWrite: escapeControls },
  }
  return destination ? pino(settings, destination) : pino(settings)
}

/** JSON escapes C0 alone: C1 holds a second spelling of ANSI sequences, and U+2028 and U+2029 end lines for some readers. */
function escapeControls(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
