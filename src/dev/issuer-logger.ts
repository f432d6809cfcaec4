import { inspect } from 'node:util'

import type { Logger } from '../telemetry/log.js'
import { toPlainText } from '../telemetry/plain-text.js'

/** The embedded authorization server at the terminal: one line for what it refuses, the whole error where it fails. */
export function createIssuerLogger(write: (text: string) => void): Logger {
  return {
    debug() {},
    info() {},
    warn({ code, description, detail, clientId }, message) {
      const who = clientId === undefined ? '' : ` (${toPlainText(clientId)})`
      const why = detail ?? description
      write(
        `issuer: ${message}${who}: ${toPlainText(code)}${why === undefined ? '' : `, ${toPlainText(why)}`}\n`,
      )
    },
    error({ err }, message) {
      write(`issuer: ${message}\n${inspect(err)}\n`)
    },
  }
}
