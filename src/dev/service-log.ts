import type { DestinationStream } from 'pino'
import { prettyFactory } from 'pino-pretty'

import { toPlainText } from '../telemetry/plain-text.js'

export interface ServiceLogOptions {
  /** Whether the terminal understands ANSI sequences. Default: false. */
  readonly colors?: boolean
}

/** Messages of the access log. Their fields make up the line themselves. */
const accessMessages: readonly unknown[] = ['request', 'request failed']
const accessFields = [
  'requestId',
  'method',
  'operationId',
  'path',
  'status',
  'durationMs',
  'issuer',
  'clientId',
  // Of the decision, which the line before has if it was a refusal.
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
  const readAccess = prettyFactory({
    ...common,
    ignore: accessFields.join(','),
    messageFormat: (log) => toAccessLine(log),
  })
  const readOther = prettyFactory({ ...common, ignore: 'requestId' })
  return {
    write(line) {
      const log = JSON.parse(line) as Readonly<Record<string, unknown>>
      write(accessMessages.includes(log['msg']) ? readAccess(log) : readOther(log))
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
