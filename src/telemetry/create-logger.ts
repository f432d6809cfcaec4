import { pino, type DestinationStream } from 'pino'
import type { Logger } from './log.js'
import { toPlainJson } from './plain-text.js'

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
    hooks: { streamWrite: toPlainJson },
  }
  return destination ? pino(settings, destination) : pino(settings)
}
