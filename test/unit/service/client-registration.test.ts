import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Problem, toProblemDetails } from '../../../src/problem/problem.js'
import {
  createClientRegistration,
  type ClientRegistration,
} from '../../../src/service/client-registration.js'

const request = {
  clientName: 'Stock display',
  scopes: ['items:read', 'items:write'],
  tokenEndpointAuthMethod: 'client_secret_basic',
} as const

const registered = {
  client_id: 'stock-display-7',
  client_secret: 'only-this-once',
  client_secret_expires_at: 0,
  scope: 'items:read items:write',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_basic',
  registration_access_token: 'not-to-be-passed-on',
}

/** An authorization server whose registration endpoint answers as given. */
async function startIssuer(answer: (incoming: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer((incoming, response) => void answer(incoming, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/register`
  return {
    endpoint,
    registration: createClientRegistration({
      registrationEndpoint: () => Promise.resolve(endpoint),
      initialAccessToken: 'initial-token',
    }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const answering = async (reply: unknown, status = 201) =>
  startIssuer((_incoming, response) => {
    const body = typeof reply === 'string' ? reply : JSON.stringify(reply)
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
  })

async function problemOf(registration: ClientRegistration): Promise<Problem> {
  const error: unknown = await registration.register(request).catch((reason: unknown) => reason)
  if (!(error instanceof Problem)) throw new Error(`not a Problem: ${inspect(error)}`)
  return error
}

describe('createClientRegistration', () => {
  it('asks for a client that has its own credentials, the scopes named and nothing else', async () => {
    const seen: unknown[] = []
    await using issuer = await startIssuer(async (incoming, response) => {
      seen.push(incoming.method, incoming.headers.authorization, incoming.headers['content-type'])
      seen.push(await json(incoming))
      response.writeHead(201).end(JSON.stringify(registered))
    })
    await issuer.registration.register(request)
    expect(seen).toEqual([
      'POST',
      'Bearer initial-token',
      'application/json',
      {
        client_name: 'Stock display',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        scope: 'items:read items:write',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ])
  })

  it('gives what was registered, without the token to change it by', async () => {
    await using issuer = await answering({ ...registered, client_id_issued_at: 1_772_443_800 })
    expect(await issuer.registration.register(request)).toEqual({
      clientId: 'stock-display-7',
      clientSecret: 'only-this-once',
      scopes: ['items:read', 'items:write'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      issuedAtSeconds: 1_772_443_800,
    })
  })

  it.each([
    { title: 'fewer scopes', reply: { scope: 'items:write' }, want: { scopes: ['items:write'] } },
    { title: 'scopes in another order', reply: { scope: 'items:write items:read' }, want: {} },
    {
      title: 'a secret that expires',
      reply: { client_secret_expires_at: 5 },
      want: { secretExpiresAtSeconds: 5 },
    },
    {
      title: 'another way to authenticate',
      reply: { token_endpoint_auth_method: 'client_secret_post' },
      want: { tokenEndpointAuthMethod: 'client_secret_post' },
    },
    {
      title: 'nothing about grants, authentication and expiry',
      reply: {
        token_endpoint_auth_method: undefined,
        client_secret_expires_at: undefined,
      },
      want: { tokenEndpointAuthMethod: 'client_secret_basic' },
    },
  ])('accepts $title', async ({ reply, want }) => {
    await using issuer = await answering({ ...registered, ...reply })
    expect(await issuer.registration.register(request)).toMatchObject(want)
  })

  it.each([
    { title: 'no identifier', reply: { client_id: undefined } },
    { title: 'an empty identifier', reply: { client_id: '' } },
    { title: 'an identifier that is too long', reply: { client_id: 'a'.repeat(1025) } },
    { title: 'no secret', reply: { client_secret: undefined } },
    { title: 'a secret that is no text', reply: { client_secret: 7 } },
    { title: 'no scopes, which could mean all', reply: { scope: undefined } },
    { title: 'empty scopes', reply: { scope: ' ' } },
    { title: 'a scope that was not asked for', reply: { scope: 'items:read stock:write' } },
    { title: 'the scope to register clients', reply: { scope: 'items:read clients:register' } },
    { title: 'scopes as a list', reply: { scope: ['items:read'] } },
    { title: 'a further grant', reply: { grant_types: ['client_credentials', 'authorization_code'] } },
    { title: 'grants left out', reply: { grant_types: undefined } },
    { title: 'no grant', reply: { grant_types: [] } },
    { title: 'grants as text', reply: { grant_types: 'client_credentials' } },
    { title: 'no authentication', reply: { token_endpoint_auth_method: 'none' } },
    { title: 'a moment that is none', reply: { client_id_issued_at: '2026-03-02' } },
    { title: 'an expiry that is none', reply: { client_secret_expires_at: -1 } },
  ])('refuses $title', async ({ reply }) => {
    await using issuer = await answering({ ...registered, ...reply })
    const [member] = Object.keys(reply)
    const problem = await problemOf(issuer.registration)
    expect(problem).toMatchObject({ status: 502, code: 'urn:problem-type:gatehouse:registration-failed' })
    expect((problem.cause as Error).message).toBe(
      `The reply to the registration is not acceptable: ${String(member)}`,
    )
  })

  it.each([
    { title: '200', reply: registered, status: 200, want: 'The registration endpoint answers 200' },
    {
      title: 'a refusal',
      reply: { error: 'invalid_client_metadata', error_description: 'only-this-once' },
      status: 400,
      want: 'The registration endpoint answers 400 invalid_client_metadata',
    },
    {
      title: 'a refusal in other words',
      reply: { error: 'A\nB' },
      status: 401,
      want: 'The registration endpoint answers 401',
    },
    {
      title: 'HTML',
      reply: '<html>only-this-once',
      status: 201,
      want: 'The reply to the registration is not acceptable: body',
    },
    {
      title: 'a list',
      reply: [],
      status: 201,
      want: 'The reply to the registration is not acceptable: body',
    },
    {
      title: 'too much',
      reply: ' '.repeat(70_000),
      status: 201,
      want: 'The reply to the registration is too large',
    },
  ])('takes $title for a failure', async ({ reply, status, want }) => {
    await using issuer = await answering(reply, status)
    const problem = await problemOf(issuer.registration)
    expect(problem.status).toBe(502)
    expect(problem.cause).toMatchObject({ message: want })
  })

  it('does not carry the initial access token where it is redirected to', async () => {
    let carried = false
    await using other = await startIssuer((_incoming, response) => {
      carried = true
      response.writeHead(201).end(JSON.stringify(registered))
    })
    await using issuer = await startIssuer((_incoming, response) => {
      response.writeHead(307, { Location: other.endpoint }).end()
    })
    expect((await problemOf(issuer.registration)).status).toBe(502)
    expect(carried).toBe(false)
  })

  it('gives up on an authorization server that does not answer', async () => {
    await using issuer = await startIssuer(() => undefined)
    const registration = createClientRegistration(
      { registrationEndpoint: () => Promise.resolve(issuer.endpoint), initialAccessToken: 'initial-token' },
      { timeoutMs: 20 },
    )
    const problem = await problemOf(registration)
    expect(problem.status).toBe(502)
    expect(problem.cause).toMatchObject({ name: 'TimeoutError' })
  })

  it('tells an authorization server that registers nobody from one that cannot be asked', async () => {
    const initialAccessToken = 'initial-token'
    const none = createClientRegistration({
      registrationEndpoint: () => Promise.resolve(undefined),
      initialAccessToken,
    })
    expect(await problemOf(none)).toMatchObject({
      status: 501,
      code: 'urn:problem-type:gatehouse:registration-unsupported',
    })
    const cause = new Error('no metadata')
    const down = createClientRegistration({
      registrationEndpoint: () => Promise.reject(cause),
      initialAccessToken,
    })
    expect(await problemOf(down)).toMatchObject({ status: 502, cause })
  })

  it('sends no private detail, and keeps secrets out of what is logged', async () => {
    await using issuer = await answering({ ...registered, scope: 'stock:write' })
    await using html = await answering('{"client_secret":"only-this-once"')
    for (const { registration } of [issuer, html]) {
      const problem = await problemOf(registration)
      expect(Object.keys(toProblemDetails(problem)).toSorted()).toEqual(['status', 'title', 'type'])
      const logged = inspect(problem, { depth: 10, showHidden: true })
      expect(logged).not.toContain('only-this-once')
      expect(logged).not.toContain('initial-token')
    }
  })

  it.each(['', 'two words', 'line\nbreak'])(
    'refuses the initial access token %j before it is used',
    (token) => {
      const build = () =>
        createClientRegistration({
          registrationEndpoint: () => Promise.resolve(undefined),
          initialAccessToken: token,
        })
      expect(build).toThrow(
        'The initial access token for client registration is empty or holds illegal characters',
      )
    },
  )
})
