import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'

import { toPortError } from '../../../src/dev/port-error.js'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function listen(port: number, host = '127.0.0.1'): Promise<number> {
  const server = createServer()
  servers.push(server)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it listens'),
    (error: unknown) => error,
  )

describe('what Node says about listening', () => {
  it('becomes one sentence with the port in use and the variable to set', async () => {
    const port = await listen(0)
    const error = await failure(listen(port))
    expect(toPortError(error, { port: 'DEV_ISSUER_PORT' })).toMatchObject({
      code: 'port',
      cause: error,
      message: `Port ${port} is in use by another process: stop that process, or set DEV_ISSUER_PORT to a free port.`,
    })
  })

  it('is found where somebody wrapped it', async () => {
    const port = await listen(0)
    const cause = await failure(listen(port))
    const wrapped = new Error('the service did not start', { cause: new Error('again', { cause }) })
    expect(toPortError(wrapped, { port: 'PORT' })).toMatchObject({
      message: expect.stringContaining(`Port ${port}`),
    })
  })

  it('names the address that this machine does not have', async () => {
    // TEST-NET-1 (RFC 5737): an address that no machine has.
    const error = await failure(listen(0, '192.0.2.1'))
    expect(toPortError(error, { port: 'PORT', host: 'HOST' })).toMatchObject({
      code: 'port',
      message: '192.0.2.1 is not an address of this machine: set HOST to one, or unset it.',
    })
    expect(toPortError(error, { port: 'PORT' })).toBe(error)
  })

  it('tells a reserved port', () => {
    const error = Object.assign(new Error('listen EACCES'), { syscall: 'listen', code: 'EACCES', port: 80 })
    expect(toPortError(error, { port: 'PORT' })).toMatchObject({
      message: 'Port 80 is reserved on this system: set PORT to one above 1023.',
    })
  })

  it.each([
    new Error('other'),
    Object.assign(new Error('x'), { code: 'EADDRINUSE', syscall: 'bind' }),
    'text',
    undefined,
  ])('leaves %s as it is', (error) => {
    expect(toPortError(error, { port: 'PORT', host: 'HOST' })).toBe(error)
  })
})
