import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'

import { createServiceLog } from '../../../src/dev/service-log.js'
import { createLogger } from '../../../src/telemetry/create-logger.js'

describe('the log of the service at the terminal', () => {
  const request = {
    requestId: 'r-1',
    method: 'GET',
    operationId: 'listItems',
    path: '/v1/items',
    status: 200,
    durationMs: 3.2,
  }

  function linesOf(log: (logger: ReturnType<typeof createLogger>) => void, colors = false): string[] {
    const lines: string[] = []
    const destination = createServiceLog((text) => lines.push(text), { colors })
    log(createLogger({ level: 'debug', destination }))
    return lines.map((line) => line.replace(/\[\d\d:\d\d:\d\d\]/, '[time]'))
  }

  it('has one line a request', () => {
    const caller = {
      issuer: 'https://issuer.example',
      clientId: 'dev-client',
      tokenId: 'digest',
      outcome: 'allow',
      alternative: { clientCredentials: ['items:read'] },
    }
    expect(linesOf((logger) => logger.info({ ...request, ...caller }, 'request'))).toEqual([
      '[time] INFO: GET /v1/items 200 3.2 ms dev-client\n',
    ])
  })

  it('shows why the gate has refused one', () => {
    const refusal = { operationId: 'listItems', outcome: 'invalid_token', reason: 'audience' }
    expect(
      linesOf((logger) => {
        logger.info({ ...request, status: 401, ...refusal }, 'request')
        logger.warn({ ...request, status: 503, ...refusal, reason: 'keys' }, 'request turned away')
      }),
    ).toEqual([
      '[time] INFO: GET /v1/items 401 3.2 ms {"operationId":"listItems","outcome":"invalid_token","reason":"audience"}\n',
      '[time] WARN: GET /v1/items 503 3.2 ms {"operationId":"listItems","outcome":"invalid_token","reason":"keys"}\n',
    ])
  })

  it('does not show the target that led nowhere', () => {
    const { path: _path, operationId: _id, ...others } = request
    expect(linesOf((logger) => logger.info({ ...others, status: 404 }, 'request'))).toEqual([
      '[time] INFO: GET (not in the document) 404 3.2 ms\n',
    ])
  })

  it('shows why a request failed', () => {
    const err = new Error('no such table')
    const [line] = linesOf((logger) => logger.error({ ...request, status: 500, err }, 'request failed'))
    expect(line).toContain('ERROR: GET /v1/items 500 3.2 ms')
    expect(line).toContain('no such table')
    expect(line).toContain('at ')
  })

  it('shows the fields of other lines beside them', () => {
    expect(
      linesOf((logger) =>
        logger.warn({ defect: { code: 'unknown-format' }, requestId: 'r-1' }, 'the document has a defect'),
      ),
    ).toEqual(['[time] WARN: the document has a defect {"defect":{"code":"unknown-format"}}\n'])
  })

  it('lets no client id act on the terminal', () => {
    const [line] = linesOf((logger) => logger.info({ ...request, clientId: '\u001b[2Jme' }, 'request'))
    expect(line).toContain(String.raw`\u{1b}[2Jme`)
  })

  it('differs in colours by nothing but colours', () => {
    const log = (logger: ReturnType<typeof createLogger>) => logger.info(request, 'request')
    const [coloured = ''] = linesOf(log, true)
    expect(coloured).not.toBe(linesOf(log)[0])
    expect(stripVTControlCharacters(coloured)).toBe(linesOf(log)[0])
  })
})
