import { describe, expect, it } from 'vitest'
import type { Principal } from '../../../src/contract/principal.js'
import { Problem } from '../../../src/problem/problem.js'
import type { RegistrationRequest } from '../../../src/service/registration-reply.js'
import { createServiceHandlers } from '../../../src/service/service-handlers.js'

const noInput = { params: {}, query: {}, headers: {}, cookies: {} }
const caller = {
  issuer: 'https://issuer.example.com',
  clientId: 'assembly-line',
  subject: 'assembly-line',
  scopes: ['items:read', 'items:write', 'clients:register'],
  expiresAt: 1_772_447_400,
  claims: { secret: 'not for the caller' },
} satisfies Principal

type Handlers = ReturnType<typeof createServiceHandlers>
type RegisteringCaller = Parameters<Handlers['registerClient']>[1]

/** Handlers beside what they asked of the authorization server, which registers what it is asked to and more as given. */
function withRegistration(reply: object = {}) {
  const asked: RegistrationRequest[] = []
  const handlers = createServiceHandlers({
    name: 'Inventory',
    version: '0.1.0',
    registration: {
      register: (request) => {
        asked.push(request)
        const { scopes, tokenEndpointAuthMethod } = request
        return Promise.resolve({
          clientId: 'new',
          clientSecret: 'secret',
          scopes,
          tokenEndpointAuthMethod,
          ...reply,
        })
      },
    },
  })
  const register = async (body: object, principal: object = caller) =>
    handlers.registerClient(
      {
        ...noInput,
        body: { clientName: 'Stock display', tokenEndpointAuthMethod: 'client_secret_basic', ...body },
      },
      principal as RegisteringCaller,
    )
  return { asked, register }
}

const handlers = createServiceHandlers({ name: 'Inventory', version: '0.1.0', registration: undefined })

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  if (!(error instanceof Problem)) throw new Error('not a Problem', { cause: error })
  return error
}

describe('getStatus', () => {
  it('tells title and version of the document', async () => {
    expect(await handlers.getStatus({ ...noInput, body: undefined }, undefined)).toEqual({
      status: 200,
      body: { status: 'ok', name: 'Inventory', version: '0.1.0' },
    })
  })
})

describe('getCaller', () => {
  const ask = async (principal: Principal) =>
    // Any valid token will do here: the document names no scopes, so none are typed.
    handlers.getCaller(
      { ...noInput, body: undefined },
      principal as unknown as Parameters<Handlers['getCaller']>[1],
    )

  it('tells what was learned from the access token, and no claims beside', async () => {
    expect(await ask(caller)).toEqual({
      status: 200,
      body: {
        issuer: 'https://issuer.example.com',
        clientId: 'assembly-line',
        subject: 'assembly-line',
        scopes: ['items:read', 'items:write', 'clients:register'],
        expiresAt: '2026-03-02T10:30:00.000Z',
      },
    })
  })

  it('tells no subject where the token names none', async () => {
    const { subject, ...withoutSubject } = caller
    expect(subject).toBeDefined()
    expect((await ask(withoutSubject)).body).not.toHaveProperty('subject')
  })

  it.each([
    { expiresAt: 1e300, want: '9999-12-31T23:59:59.000Z' },
    { expiresAt: 1_772_447_400.5, want: '2026-03-02T10:30:00.500Z' },
  ])('writes the end $expiresAt as RFC 3339 can', async ({ expiresAt, want }) => {
    expect((await ask({ ...caller, expiresAt })).body).toMatchObject({ expiresAt: want })
  })

  it('fails for a token that has no end', async () => {
    const { expiresAt, ...endless } = caller
    expect(expiresAt).toBeDefined()
    await expect(ask(endless)).rejects.toThrow('An access token was accepted that has no end')
  })
})

describe('registerClient', () => {
  it('passes on scopes that the caller holds', async () => {
    const { asked, register } = withRegistration()
    expect(await register({ scopes: ['items:read'] })).toEqual({
      status: 201,
      body: {
        clientId: 'new',
        clientSecret: 'secret',
        clientName: 'Stock display',
        scopes: ['items:read'],
        tokenEndpointAuthMethod: 'client_secret_basic',
      },
    })
    expect(asked).toEqual([
      { clientName: 'Stock display', scopes: ['items:read'], tokenEndpointAuthMethod: 'client_secret_basic' },
    ])
  })

  it('tells what the authorization server made of it', async () => {
    const { register } = withRegistration({
      scopes: ['items:write'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      issuedAtSeconds: 1_772_443_800,
      secretExpiresAtSeconds: 1_772_447_400,
    })
    const asked = { scopes: ['items:read', 'items:write'], tokenEndpointAuthMethod: 'client_secret_post' }
    expect((await register(asked)).body).toMatchObject({
      scopes: ['items:write'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      issuedAt: '2026-03-02T09:30:00.000Z',
      secretExpiresAt: '2026-03-02T10:30:00.000Z',
    })
  })

  it.each([
    { title: 'no scopes', body: {}, status: 422, code: 'unprocessable-content' },
    { title: 'an empty list of scopes', body: { scopes: [] }, status: 422, code: 'unprocessable-content' },
    { title: 'a scope not held', body: { scopes: ['stock:write'] }, status: 403, code: 'scope-not-held' },
    {
      title: 'one held and one not',
      body: { scopes: ['items:read', 'stock:write'] },
      status: 403,
      code: 'scope-not-held',
    },
    { title: 'part of a scope', body: { scopes: ['items'] }, status: 403, code: 'scope-not-held' },
    {
      title: 'the scope to register',
      body: { scopes: ['clients:register'] },
      status: 403,
      code: 'scope-not-held',
    },
  ])('refuses $title with $status, before anybody is asked', async ({ body, status, code }) => {
    const { asked, register } = withRegistration()
    const problem = await problemOf(register(body))
    expect(problem).toMatchObject({ status, code: `urn:problem-type:gatehouse:${code}` })
    expect(asked).toEqual([])
  })

  it('names the scopes that cannot be passed on', async () => {
    const { register } = withRegistration()
    const problem = await problemOf(register({ scopes: ['items:read', 'stock:write', 'reservations:read'] }))
    expect(problem.detail).toBe('The caller cannot pass on: stock:write reservations:read')
  })

  it('answers 501 where no clients are registered, once the request itself is right', async () => {
    const register = async (scopes: readonly string[]) =>
      handlers.registerClient(
        {
          ...noInput,
          body: {
            clientName: 'Stock display',
            // Scopes of any document do.
            scopes: scopes as [],
            tokenEndpointAuthMethod: 'client_secret_basic',
          },
        },
        caller as unknown as RegisteringCaller,
      )
    expect(await problemOf(register(['items:read']))).toMatchObject({
      status: 501,
      code: 'urn:problem-type:gatehouse:registration-unsupported',
    })
    expect(await problemOf(register([]))).toMatchObject({ status: 422 })
  })
})
