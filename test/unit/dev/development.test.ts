import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Config } from '../../../src/config/config.js'
import { startDevelopment, type Development, type ServiceOptions } from '../../../src/dev/development.js'

let folder: string
let output: string
let started: { readonly config: Config; readonly options: ServiceOptions } | undefined
const developments: Development[] = []
const servers: Server[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-development-'))
  output = ''
  started = undefined
  await writeDocument()
})

afterEach(async () => {
  await Promise.all(developments.splice(0).map((development) => development.close()))
  for (const server of servers.splice(0)) server.close()
  await rm(folder, { recursive: true, force: true })
})

/** JSON is YAML. */
async function writeDocument(scope = 'things:read', operationId = 'getCaller'): Promise<void> {
  const operation = (id: string, ...scopes: string[]) => ({
    operationId: id,
    security: [{ clientCredentials: scopes }],
    responses: { 204: { description: 'Done' } },
  })
  const document = {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1.2.3' },
    paths: {
      '/things/{id}': { parameters: [id], get: operation('getThing', 'things:read') },
      '/me': { get: operation(operationId) },
    },
    components: {
      securitySchemes: {
        clientCredentials: {
          type: 'oauth2',
          flows: { clientCredentials: { tokenUrl: '/token', scopes: { [scope]: '', 'things:write': '' } } },
        },
      },
    },
  }
  await writeFile(join(folder, 'openapi.yaml'), JSON.stringify(document))
}

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }

async function start(env: Readonly<Record<string, string>> = {}): Promise<Development> {
  const development = await startDevelopment(
    { DATA_DIR: folder, PORT: '0', DEV_ISSUER_PORT: '0', NODE_ENV: 'test', ...env },
    {
      document: join(folder, 'openapi.yaml'),
      write: (text) => {
        output += text
      },
      async startService(config, options) {
        started = { config, options }
        const server = await listen(config.port)
        return {
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          close: async () => {
            await new Promise((resolve) => server.close(resolve))
            options.logger.info({}, 'closed')
          },
        }
      },
    },
  )
  developments.push(development)
  return development
}

async function listen(port: number): Promise<Server> {
  const server = createServer((_request, response) => response.end())
  servers.push(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

const isReachable = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  )

describe('the development environment', () => {
  it('starts an issuer that knows the scopes of the document, and the service with it', async () => {
    const { url, issuer } = await start()
    const metadata = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as object

    expect(metadata).toMatchObject({ issuer, scopes_supported: ['things:read', 'things:write'] })
    expect(started?.config).toMatchObject({
      issuer,
      audiences: ['api://gatehouse'],
      registrationToken: expect.any(String),
    })
    expect(started?.options.contract.document['info']).toEqual({ title: 'Things', version: '1.2.3' })
    expect(output).toContain('  Things 1.2.3\n')
    expect(output).toContain(`  Service  ${url}\n`)
    expect(output).toContain(`  Issuer   ${issuer}  embedded`)
    expect(output).toMatch(new RegExp(`TOKEN=\\$\\(curl -s -u dev-client:[\\w-]{32} .*${issuer}/token`))
    expect(output).toContain(`curl -H "Authorization: Bearer $TOKEN" ${url}/me\n`)
  })

  it('has no colours unless it is told that the terminal has', async () => {
    await start()
    expect(output).not.toContain('\u001b')
  })

  it('keeps the secrets of its clients from start to start', async () => {
    const secretOf = () => /-u (\S+) /.exec(output)?.[1]
    await (await start()).close()
    const first = secretOf()
    output = ''
    await start()
    expect(secretOf()).toBe(first)
  })

  it('has the client that the environment describes', async () => {
    await start({ TEST_CLIENT_ID: 'me', TEST_CLIENT_SECRET: 's3cret' })
    expect(output).toContain('-u me:s3cret ')
  })

  it('starts no issuer where ISSUER names one', async () => {
    const { issuer } = await start({ ISSUER: 'https://issuer.example', AUDIENCE: 'api://things' })
    expect(issuer).toBe('https://issuer.example')
    expect(started?.config).toMatchObject({
      issuer,
      audiences: ['api://things'],
      registrationToken: undefined,
    })
    expect(output).toContain('  Issuer   https://issuer.example\n')
  })

  it('says in a line what the issuer refuses', async () => {
    const { issuer } = await start()
    await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'dev-client' }) })
    expect(output).toContain('issuer: token request refused')
  })

  it('shows the log of the service, until the service has closed', async () => {
    const development = await start()
    started?.options.logger.info({}, 'hello')
    expect(output).toContain('INFO: hello\n')
    await development.close()
    expect(output).toContain('INFO: closed\n')
    started?.options.logger.warn({}, 'the issuer is gone')
    expect(output).not.toContain('the issuer is gone')
  })

  it('ends both when it closes', async () => {
    const { url, issuer, close } = await start()
    expect([await isReachable(url), await isReachable(issuer)]).toEqual([true, true])
    await close()
    expect([await isReachable(url), await isReachable(issuer)]).toEqual([false, false])
  })

  it('suggests another operation where the document has no getCaller', async () => {
    await writeDocument('things:read', 'other')
    const { url } = await start()
    expect(output).toContain(`curl -H "Authorization: Bearer $TOKEN" ${url}/me\n`)
  })
})

describe('what keeps it from starting', () => {
  const port = async () => ((await listen(0)).address() as AddressInfo).port

  it('is a port in use, named with its variable', async () => {
    const taken = await port()
    await expect(start({ PORT: String(taken) })).rejects.toMatchObject({
      code: 'port',
      message: `Port ${taken} is in use by another process: stop that process, or set PORT to a free port.`,
    })
    await expect(start({ DEV_ISSUER_PORT: String(taken) })).rejects.toMatchObject({
      code: 'port',
      message: expect.stringContaining('set DEV_ISSUER_PORT'),
    })
  })

  it('leaves no issuer behind', async () => {
    const taken = await port()
    await expect(start({ PORT: String(taken) })).rejects.toThrow()
    expect(await isReachable(started?.config.issuer ?? '')).toBe(false)
  })

  it('is a document that cannot be enforced; then nothing starts', async () => {
    await writeDocument('things:raed')
    await expect(start()).rejects.toMatchObject({ defects: [{ code: 'undeclared-scope' }] })
    expect([started, output]).toEqual([undefined, ''])
  })

  it('is a mistake in the environment; then nothing starts', async () => {
    await expect(start({ BODY_LIMIT: 'abc' })).rejects.toMatchObject({ mistakes: [{ name: 'BODY_LIMIT' }] })
    expect([started, output]).toEqual([undefined, ''])
  })
})
