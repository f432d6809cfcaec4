import { createHash } from 'node:crypto'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadContract } from '../../../src/contract/load-contract.js'
import { openapiMiddleware } from '../../../src/http/openapi-middleware.js'
import { documentWith, echoing } from '../../support/document.js'
import { serve } from '../../support/serve.js'
import { openTestService, type Call, type OperationId, type TestService } from '../../support/service.js'

/** With the whole service, because what is logged of a request comes from everywhere. */
describe('the access log', () => {
  let service: TestService
  beforeAll(async () => {
    service = await openTestService()
  })
  afterAll(() => service.close())

  const jti = 'the-name-of-the-token'
  const token = (claims: Readonly<Record<string, unknown>> = {}): string =>
    service.issuer.token({ claims: { client_id: 'shop', jti, ...claims } })
  const caller = (): Readonly<Record<string, string>> => ({
    issuer: service.issuer.issuer,
    clientId: 'shop',
    tokenId: createHash('sha256').update(jti).digest('base64url').slice(0, 16),
  })
  const client = { clientName: 'Stock display', scopes: [] }

  it.each<{ title: string; operationId: OperationId; call: () => Call; want: () => object }>([
    {
      title: 'a caller who may, by which alternative',
      operationId: 'getCaller',
      call: () => ({ token: token() }),
      want: () => ({
        status: 200,
        outcome: 'allow',
        alternative: { clientCredentials: [] },
        ...caller(),
      }),
    },
    {
      title: 'a caller who may not, and what was missing',
      operationId: 'registerClient',
      call: () => ({ token: token(), body: client }),
      want: () => ({
        status: 403,
        outcome: 'insufficient_scope',
        alternative: { clientCredentials: ['clients:register'] },
        missingScopes: ['clients:register'],
        ...caller(),
      }),
    },
    {
      title: 'a token that is not accepted, and why',
      operationId: 'getCaller',
      call: () => ({ token: token({ aud: 'api://other' }) }),
      want: () => ({
        status: 401,
        outcome: 'invalid_token',
        scheme: 'clientCredentials',
        reason: 'audience',
        issuer: service.issuer.issuer,
      }),
    },
    {
      title: "a token of Okta's org server, and what to do",
      operationId: 'getCaller',
      call: () => ({ token: service.issuer.token({ header: { typ: 'application/okta-internal-at+jwt' } }) }),
      want: () => ({
        status: 401,
        reason: 'okta_org_server',
        hint: expect.stringContaining('custom authorization server') as string,
      }),
    },
    {
      title: 'nobody',
      operationId: 'getCaller',
      call: () => ({ token: null }),
      want: () => ({ status: 401, outcome: 'unauthenticated' }),
    },
    {
      title: 'an operation that is open to all',
      operationId: 'getStatus',
      call: () => ({}),
      want: () => ({ status: 200, outcome: 'allow' }),
    },
  ])('has one line with the decision about $title', async ({ operationId, call, want }) => {
    const given = call()
    const before = service.log.length
    const { headers } = await service.call(operationId, given)
    await expect.poll(() => service.log.slice(before).join('')).toContain('"msg":"request"')
    const text = service.log.slice(before).join('')
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    const ofRequest = lines.filter(({ msg }) => msg === 'request')
    const requestId: unknown = headers['x-request-id']
    expect(ofRequest).toEqual([expect.objectContaining({ requestId, operationId, ...want() })])
    expect(lines.filter(({ level }) => level !== 'debug')).toEqual(ofRequest)
    expect(text).not.toContain(jti)
    if (typeof given.token === 'string') expect(text).not.toContain(given.token.split('.')[2])
  })
})

it('a refusal has a line of its own in an application that has no access log', async () => {
  const lines: object[] = []
  const record = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, ...fields })
  }
  const logger = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  }
  const paths = { '/a': { get: { ...echoing, operationId: 'getA', security: [{ key: [] }] } } }
  const securitySchemes = { key: { type: 'apiKey', in: 'header', name: 'X-Key' } }
  const contract = await loadContract(documentWith(paths, { components: { securitySchemes } }))
  const app = new Koa().use(
    openapiMiddleware({
      contract,
      handlers: { getA: () => ({ status: 200 }) },
      authenticators: { key: () => ({ ok: false, reason: 'absent' }) },
      logger,
    }),
  )
  const { url } = await serve(app)
  expect((await fetch(`${url}/a`)).status).toBe(401)
  expect(lines).toEqual([
    { level: 'info', message: 'refused', operationId: 'getA', outcome: 'unauthenticated' },
  ])
})
