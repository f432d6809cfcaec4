import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestService, type TestService } from '../support/service.js'

/* What a caller who knows only the address of the service can learn from its refusals, by RFC 6750 and RFC 9728. */

const publicUrl = 'https://api.inventory.test'

let service: TestService
beforeAll(async () => {
  service = await openTestService({ environment: { PUBLIC_URL: publicUrl } })
})
afterAll(() => service.close())

const bearer = (scope: string): string => service.issuer.token({ claims: { scope } })

/** RFC 9110 section 11.6.1: name="value" behind the scheme. */
function parametersOf(challenge: string | undefined): readonly (readonly [string, string])[] {
  // DPoP is offered behind it.
  const [scheme, rest = ''] = challenge?.replace(/, DPoP .*$/, '').split(/ (.*)/) ?? []
  expect(scheme).toBe('Bearer')
  return [...rest.matchAll(/([a-z_]+)="([^"]*)"(?:, |$)/g)].map(([, name = '', value = '']) => [name, value])
}

describe('a challenge', () => {
  it.each<{ title: string; send: () => request.Test; status: number; want: object }>([
    {
      title: 'without credentials names no error (RFC 6750 section 3.1)',
      send: () => request(service.url).get('/v1/items'),
      status: 401,
      want: {},
    },
    {
      title: 'with another scheme names no error',
      send: () => request(service.url).get('/v1/items').auth('user', 'password'),
      status: 401,
      want: {},
    },
    {
      title: 'with a token in the form body, which is not read (section 2.2), names no error',
      send: () =>
        request(service.url)
          .post('/v1/items')
          .type('form')
          .send({ access_token: bearer('items:write') }),
      status: 401,
      want: {},
    },
    {
      title: 'with a token in the query (section 2.3) names invalid_request',
      send: () => request(service.url).get(`/v1/items?access_token=${bearer('items:read')}`),
      status: 400,
      want: { error: 'invalid_request' },
    },
    {
      title: 'with a bad token names invalid_token',
      send: () => request(service.url).get('/v1/items').set('Authorization', 'bearer x.y.z'),
      status: 401,
      want: { error: 'invalid_token' },
    },
    {
      title: 'without the scope names insufficient_scope and every scope that the operation needs',
      send: () =>
        request(service.url)
          .post('/v1/items')
          .set('Authorization', `BEARER ${bearer('items:read')}`)
          .send({ sku: 'BOLT', name: 'Hex bolt' }),
      status: 403,
      want: { error: 'insufficient_scope', scope: 'items:write' },
    },
  ])('$title', async ({ send, status, want }) => {
    const response = await send()
    expect(response.status).toBe(status)
    expect(response.headers['cache-control']).toBe('no-store')
    const parameters = parametersOf(response.headers['www-authenticate'])
    const { error_description: _text, ...named } = Object.fromEntries(parameters)
    // Section 3: no attribute appears twice.
    expect(parameters).toHaveLength(new Set(parameters.map(([name]) => name)).size)
    expect(named).toEqual({
      realm: 'api',
      resource_metadata: `${publicUrl}/.well-known/oauth-protected-resource`,
      ...want,
    })
  })

  it('leads to a document about this very resource (RFC 9728 sections 3.3 and 5.1)', async () => {
    const refused = await request(service.url).get('/v1/items')
    const named = Object.fromEntries(parametersOf(refused.headers['www-authenticate']))
    const { pathname } = new URL(named['resource_metadata'] ?? '')
    const { status, type, body, headers } = await request(service.url).get(pathname)
    expect([status, type]).toEqual([200, 'application/json'])
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(body).toMatchObject({
      resource: publicUrl,
      authorization_servers: [service.issuer.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: expect.arrayContaining(['items:read', 'items:write', 'clients:register']),
    })
    // Section 3.2: members without a value are left out.
    for (const value of Object.values(body as object)) expect(value).not.toEqual([])
  })
})
