import { describe, expect, it } from 'vitest'

import { createIssuerLogger } from '../../../src/dev/issuer-logger.js'

describe('the issuer at the terminal', () => {
  const linesOf = (log: (logger: ReturnType<typeof createIssuerLogger>) => void) => {
    const lines: string[] = []
    log(createIssuerLogger((text) => lines.push(text)))
    return lines
  }

  it('says in one line what it refused to whom, and why', () => {
    const fields = {
      code: 'invalid_client',
      description: 'client authentication failed',
      detail: 'invalid secret provided',
      clientId: 'dev-client',
    }
    expect(linesOf((logger) => logger.warn(fields, 'token request refused'))).toEqual([
      'issuer: token request refused (dev-client): invalid_client, invalid secret provided\n',
    ])
  })

  it('does so with what it knows', () => {
    expect(linesOf((logger) => logger.warn({ code: 'invalid_request' }, 'token request refused'))).toEqual([
      'issuer: token request refused: invalid_request\n',
    ])
  })

  it('lets nothing of a request act on the terminal', () => {
    const [line] = linesOf((logger) =>
      logger.warn({ code: 'x', description: '\u001b[2J\nissuer: fine' }, 'refused'),
    )
    expect(line).toBe(String.raw`issuer: refused: x, \u{1b}[2J\u{a}issuer: fine` + '\n')
  })

  it('writes the whole error where it fails', () => {
    const [line] = linesOf((logger) =>
      logger.error({ err: new Error('broken') }, 'the authorization server failed'),
    )
    expect(line).toMatch(/^issuer: the authorization server failed\nError: broken\n {4}at /)
  })
})
