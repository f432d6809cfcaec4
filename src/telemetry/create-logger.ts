import { pino, type DestinationStream } from 'pino'
import type { Logger } from './log.js'
import { toPlainJson } from './plain-text.js'
import { withoutSecrets } from './redaction.js'

export interface CreateLoggerOptions {
  /** Least severe level that is written. Default: `'info'`. */
  readonly level?: string
  /** Where lines go. Default: standard output. */
  readonly destination?: DestinationStream
}

/** JSON lines by pino. Control characters from callers are escaped; secrets are left out by name. */
export function createLogger({ level = 'info', destination }: CreateLoggerOptions = {}): Logger {
  const settings = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: fieldsOf },
    serializers: { err: errorOf },
    hooks: { streamWrite: toPlainJson },
  }
  return destination ? pino(settings, destination) : pino(settings)
}

function fieldsOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { err } = fields
  // An error has its members once it is written out.
  return err instanceof Error
    ? { ...withoutSecrets({ ...fields, err: undefined }), err }
    : withoutSecrets(fields)
}

function errorOf(err: Error): object {
  return err instanceof Error ? withoutSecrets({ ...pino.stdSerializers.err(err) }) : err
}
