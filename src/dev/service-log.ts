import type { DestinationStream } from 'pino'
import { prettyFactory } from 'pino-pretty'

import { toPlainText } from '../telemetry/plain-text.js'

export interface ServiceLogOptions {
  /** Whether the terminal understands ANSI sequences. Default: false. */
  readonly colors?: boolean
}

/** Messages of the access log. Their fields make up the line themselves. */
const accessMessages: readonly unknown[] = ['request', 'request failed', 'request turned away']
const accessFields = ['requestId', 'method', 'path', 'status', 'durationMs', 'clientId']
/** Fields that are worth the room where the gate has refused. */
const decisionFields = [
  'operationId',
  'issuer',
  'outcome',
  'alternative',
  'scheme',
  'reason',
  'hint',
  'tokenId',
  'missingScopes',
]

/** Where the service's JSON lines become lines to read. */
export function createServiceLog(
  write: (text: string) => void,
  options: ServiceLogOptions = {},
): DestinationStream {
  const common = {
    colorize: options.colors ?? false,
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
  }
  const readRequest = (ignored: readonly string[]): ReturnType<typeof prettyFactory> =>
    prettyFactory({ ...common, ignore: ignored.join(','), messageFormat: (log) => toAccessLine(log) })
  const readAllowed = readRequest([...accessFields, ...decisionFields])
  const readRefused = readRequest(accessFields)
  const readOther = prettyFactory({ ...common, ignore: 'requestId' })
  return {
    write(line) {
      const log = JSON.parse(line) as Readonly<Record<string, unknown>>
      const { msg, outcome = 'allow' } = log
      if (!accessMessages.includes(msg)) write(readOther(log))
      else write(outcome === 'allow' ? readAllowed(log) : readRefused(log))
    },
  }
}

function toAccessLine(log: Readonly<Record<string, unknown>>): string {
  const parts = [
    log['method'],
    log['path'] ?? '(not in the document)',
    log['status'],
    `${String(log['durationMs'])} ms`,
  ]
  return [...parts, ...(log['clientId'] === undefined ? [] : [log['clientId']])].map(toPlainText).join(' ')
}
