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
    { replies: [{ access_token: 'SECRET' }] },
    { err: Object.assign(new Error('failed'), { form: { client_secret: 'SECRET' } }) },
    { cause: { err: Object.assign(new Error('failed'), { password: 'SECRET' }), password: 'SECRET' } },
  ])('leaves out secrets in %j', (fields) => {
    const text = logged(fields)
    expect(text).toContain('[redacted]')
    expect(text).not.toContain('SECRET')
  })

  it('leaves what it is given as it was', () => {
    const fields = { headers: { authorization: 'SECRET' } }
    logged(fields)
    expect(fields).toEqual({ headers: { authorization: 'SECRET' } })
  })

  it('writes out an error with its message, its stack and its cause', () => {
    const err = new TypeError('no answer', { cause: new Error('no network') })
    expect(JSON.parse(logged({ err }))).toMatchObject({
      err: {
        type: 'TypeError',
        message: 'no answer: no network',
        stack: expect.stringContaining('caused by') as string,
      },
    })
  })

  it('survives a value that holds itself', () => {
    const fields: Record<string, unknown> = { name: 'loop' }
    fields['self'] = fields
    expect(logged(fields)).toContain('"name":"loop"')
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
