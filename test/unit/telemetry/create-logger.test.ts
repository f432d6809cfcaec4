import { describe, expect, it } from 'vitest'
import { createLogger } from '../../../src/telemetry/create-logger.js'

function logged(fields: Readonly<Record<string, unknown>>, level = 'info'): string {
  let text = ''
  const destination = { write: (line: string) => (text += line) }
  createLogger({ level, destination: destination }).info(fields, 'message')
  return text
}

describe('the log', () => {
  it.each([
    { authorization: 'SECRET' },
    { headers: { authorization: 'SECRET', dpop: 'SECRET', cookie: 'SECRET', 'set-cookie': ['SECRET'] } },
    { request: { headers: { authorization: 'SECRET' } } },
    { body: { client_secret: 'SECRET', client_assertion: 'SECRET', access_token: 'SECRET' } },
    { reply: { clientSecret: 'SECRET', registration_access_token: 'SECRET' } },
  ])('leaves out secrets in %j', (fields) => {
    const text = logged(fields)
    expect(text).toContain('[redacted]')
    expect(text).not.toContain('SECRET')
  })

  it('keeps a line one line, whatever callers put into it', () => {
    const path = 'a\r\nb\u001b[31m\u007f\u009b31m\u2028\u2029\u202e\u{e0001}'
    const text = logged({ path })
    expect(text).toMatch(/^[\x20-\x7e]+\n$/)
    expect(JSON.parse(text)).toMatchObject({ level: 'info', path, msg: 'message' })
  })

  it('says nothing below its level', () => {
    expect(logged({}, 'warn')).toBe('')
  })
})
