import { X509Certificate } from 'node:crypto'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAccessTokenAuthenticator } from '../../../src/auth/access-token-authenticator.js'
import { createApiKeyAuthenticator } from '../../../src/auth/api-key-authenticator.js'
import { createBasicAuthenticator } from '../../../src/auth/basic-authenticator.js'
import { createClientCertificateAuthenticator } from '../../../src/auth/client-certificate-authenticator.js'
import { toSecretDigest } from '../../../src/auth/secret-digest.js'
import type { AnyHandler } from '../../../src/contract/handler.js'
import { loadContract } from '../../../src/contract/load-contract.js'
import type { Principal } from '../../../src/contract/principal.js'
import type { SecurityRequirements } from '../../../src/contract/operations/security-requirement.js'
import { createApp } from '../../../src/http/app.js'
import { createServer, type GatehouseServer } from '../../../src/http/server.js'
import { createLogger } from '../../../src/telemetry/create-logger.js'
import { createCertificate } from '../../support/certificate.js'
import { documentWith } from '../../support/document.js'
import { createTestIssuer } from '../../support/keys.js'

/* OpenAPI "Security Requirement Object", as callers meet it: real credentials of every kind, over TLS. */

const flows = {
  clientCredentials: { tokenUrl: 'https://issuer.test/token', scopes: { a: '', b: '', c: '' } },
}
const securitySchemes = {
  oauth: { type: 'oauth2', flows },
  oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://other.test/.well-known/openid-configuration' },
  bearer: { type: 'http', scheme: 'bearer' },
  basic: { type: 'http', scheme: 'basic' },
  headerKey: { type: 'apiKey', in: 'header', name: 'X-Key' },
  queryKey: { type: 'apiKey', in: 'query', name: 'key' },
  cookieKey: { type: 'apiKey', in: 'cookie', name: 'key' },
  certificate: { type: 'mutualTLS' },
  /** Nobody can say whose its keys are. */
  down: { type: 'apiKey', in: 'header', name: 'X-Down' },
}

interface Credentials {
  /** Scopes of an access token of the issuer of `oauth` and `bearer`. */
  readonly token?: string
  /** Scopes of one of the issuer of `oidc`. */
  readonly otherToken?: string
  readonly authorization?: string | readonly string[]
  readonly key?: string | readonly string[]
  readonly down?: boolean
  readonly query?: string
  readonly cookie?: string
  readonly certificate?: 'known' | 'unknown' | 'untrusted'
}

interface Case {
  readonly security: SecurityRequirements
  readonly given: Credentials
  /** The caller that the handler is told, `null` for nobody; or a status, with what the challenges hold. */
  readonly want: string | null | readonly [status: number, ...challenges: RegExp[]]
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const [good, bad] = ['good-secret-of-a-service', 'another']

const eachKind: readonly Case[] = [
  { security: [{ oauth: ['a'] }], given: { token: 'a' }, want: 'token' },
  { security: [{ oidc: ['a'] }], given: { otherToken: 'a' }, want: 'other-token' },
  { security: [{ oidc: ['a'] }], given: { token: 'a' }, want: [401, /^Bearer .*invalid_token/] },
  { security: [{ bearer: [] }], given: { token: '' }, want: 'token' },
  { security: [{ bearer: ['a'] }], given: { token: '' }, want: [403, /insufficient_scope.*scope="a"/] },
  { security: [{ basic: [] }], given: { authorization: basic(`svc:${good}`) }, want: 'svc' },
  {
    security: [{ basic: [] }],
    given: { authorization: basic(`svc:${good}`).replace('B', 'b') },
    want: 'svc',
  },
  {
    security: [{ basic: [] }],
    given: { authorization: basic(`svc:${bad}`) },
    want: [401, /^Basic realm="api", charset="UTF-8"$/],
  },
  { security: [{ basic: [] }], given: { authorization: basic(`nobody:${good}`) }, want: [401] },
  { security: [{ basic: [] }], given: { authorization: basic('no colon') }, want: [400] },
  { security: [{ basic: [] }], given: { authorization: 'Basic' }, want: [400] },
  { security: [{ basic: [] }], given: { authorization: 'Basic !!!' }, want: [400] },
  { security: [{ basic: [] }], given: { authorization: `${basic('svc:x')}==` }, want: [400] },
  {
    security: [{ basic: [] }],
    given: { authorization: `Basic ${Buffer.of(0xff, 0x3a).toString('base64')}` },
    want: [400],
  },
  { security: [{ basic: [] }], given: { authorization: basic('svc:a\u0000b') }, want: [400] },
  {
    security: [{ basic: [] }],
    given: { authorization: [basic(`svc:${good}`), basic(`svc:${good}`)] },
    want: [400],
  },
  { security: [{ basic: [] }], given: { token: 'a' }, want: [401, /^Basic /] },
  { security: [{ basic: ['a'] }], given: { authorization: basic(`svc:${good}`) }, want: 'svc' },
  { security: [{ basic: ['b'] }], given: { authorization: basic(`svc:${good}`) }, want: [403] },
  { security: [{ headerKey: [] }], given: { key: good }, want: 'key' },
  { security: [{ headerKey: [] }], given: { key: bad }, want: [401, /^ApiKey realm="api"$/] },
  { security: [{ headerKey: [] }], given: { key: '' }, want: [400] },
  { security: [{ headerKey: [] }], given: { key: [good, good] }, want: [400] },
  { security: [{ headerKey: [] }], given: { query: `?X-Key=${good}` }, want: [401] },
  { security: [{ queryKey: [] }], given: { query: `?key=${good}` }, want: 'key' },
  { security: [{ queryKey: [] }], given: { query: `?k%65y=${good.replace('g', '%67')}` }, want: 'key' },
  { security: [{ queryKey: [] }], given: { query: `?key=${good}&key=${good}` }, want: [400] },
  { security: [{ queryKey: [] }], given: { query: `?key=${good}&other=1` }, want: [400] },
  { security: [{ queryKey: [] }], given: { query: '?Key=x' }, want: [401] },
  { security: [{ cookieKey: [] }], given: { cookie: `x=1; key="${good}"` }, want: 'key' },
  { security: [{ cookieKey: [] }], given: { cookie: `xkey=${good}` }, want: [401] },
  { security: [{ cookieKey: [] }], given: { cookie: `key=${good}; key=${bad}` }, want: [400] },
  { security: [{ certificate: [] }], given: { certificate: 'known' }, want: 'certificate' },
  { security: [{ certificate: [] }], given: { certificate: 'unknown' }, want: [401] },
  { security: [{ certificate: [] }], given: { certificate: 'untrusted' }, want: [401] },
  { security: [{ certificate: [] }], given: {}, want: [401] },
]

const either: SecurityRequirements = [{ oauth: ['a'] }, { headerKey: [] }]
const both: SecurityRequirements = [{ oauth: ['a'], headerKey: [] }]
const combined: readonly Case[] = [
  { security: either, given: {}, want: [401, /Bearer .*ApiKey /] },
  { security: either, given: { token: 'a' }, want: 'token' },
  { security: either, given: { key: good }, want: 'key' },
  { security: either, given: { token: 'a', key: good }, want: 'token' },
  { security: either, given: { token: 'b', key: good }, want: 'key' },
  { security: either, given: { authorization: 'Bearer x', key: good }, want: 'key' },
  { security: both, given: { token: 'a', key: good }, want: 'token' },
  { security: both, given: { token: 'a' }, want: [401] },
  { security: both, given: { key: good }, want: [401] },
  { security: both, given: { token: 'a', key: bad }, want: [401] },
  { security: both, given: { token: 'b', key: good }, want: [403, /scope="a"/] },
  { security: [{ headerKey: [], oauth: ['a'] }], given: { token: 'a', key: good }, want: 'key' },
  {
    security: [{ certificate: [], bearer: ['a'] }],
    given: { certificate: 'known', token: 'a' },
    want: 'certificate',
  },
  { security: [{ certificate: [], bearer: ['a'] }], given: { token: 'a' }, want: [401] },
  { security: [], given: { authorization: 'Bearer x' }, want: null },
  { security: [{ oauth: ['a'] }, {}], given: {}, want: null },
  { security: [{ oauth: ['a'] }, {}], given: { token: 'a' }, want: 'token' },
  { security: [{ oauth: ['a'] }, {}], given: { token: 'b' }, want: null },
  { security: [{}, { oauth: ['a'] }], given: { token: 'a' }, want: null },
]

const twoWays: SecurityRequirements = [{ oauth: ['a', 'b'] }, { oauth: ['c'] }]
const ofScopes: readonly Case[] = [
  { security: twoWays, given: { token: 'a b' }, want: 'token' },
  { security: twoWays, given: { token: 'c' }, want: 'token' },
  { security: twoWays, given: { token: 'a' }, want: [403, /scope="a b"/] },
  { security: twoWays, given: { token: 'x' }, want: [403, /scope="c"/] },
  { security: [{ oauth: ['a'] }, { oidc: ['b'] }], given: { token: 'b' }, want: [403, /scope="a"/] },
]

const refused: SecurityRequirements = [{ oauth: ['a'] }, { headerKey: [] }, { queryKey: [] }]
const withDown: SecurityRequirements = [{ down: [] }, ...either]
const inOrder: readonly Case[] = [
  { security: refused, given: { token: 'b', key: '', query: '?key=x' }, want: [403] },
  { security: refused, given: { authorization: 'Bearer', key: bad }, want: [400] },
  { security: refused, given: { authorization: 'Bearer x', key: '' }, want: [400] },
  { security: refused, given: { authorization: 'Bearer x', key: bad }, want: [401, /invalid_token/] },
  { security: refused, given: { key: bad }, want: [401, /^Bearer realm="api", ApiKey/] },
  { security: withDown, given: { down: true }, want: [503] },
  { security: withDown, given: { down: true, token: 'b' }, want: [503] },
  { security: withDown, given: { down: true, authorization: 'Bearer x' }, want: [503] },
  { security: withDown, given: { down: true, key: good }, want: 'key' },
  { security: withDown, given: { down: true, token: 'a' }, want: 'token' },
  { security: withDown, given: { authorization: 'Bearer x' }, want: [401] },
]

const cases = [...eachKind, ...combined, ...ofScopes, ...inOrder]

let server: GatehouseServer
let send: (
  path: string,
  given: Credentials,
) => Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>
const log: string[] = []
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const [issuer, other] = await Promise.all([createTestIssuer(), createTestIssuer()])
  await Promise.all([issuer.start(), other.start()])
  closing.push(
    () => issuer.close(),
    () => other.close(),
  )
  const identity = createCertificate()
  const certificates = {
    known: createCertificate('known'),
    unknown: createCertificate('unknown'),
    untrusted: createCertificate('known'),
  }
  const caller = (clientId: string): Principal => ({ issuer: 'test', clientId, scopes: ['a'] })
  const keys = new Map([[toSecretDigest(good), caller('key')]])
  const byKey = createApiKeyAuthenticator((digest) => keys.get(digest))
  const accepting = ({
    issuer: name,
    audience,
  }: typeof issuer): ReturnType<typeof createAccessTokenAuthenticator> =>
    createAccessTokenAuthenticator([{ issuer: name, audiences: [audience] }], { allowInsecureIssuers: true })
  const contract = await loadContract(
    documentWith(
      Object.fromEntries(
        cases.map(({ security }, index) => [
          `/${index}`,
          {
            get: {
              security,
              responses: { 200: { description: 'Who calls.', content: { 'application/json': {} } } },
            },
          },
        ]),
      ),
      { components: { securitySchemes } },
    ),
  )
  const who: AnyHandler = (_input, principal) => ({ status: 200, body: principal?.clientId ?? null })
  const accessTokens = accepting(issuer)
  const app = createApp({
    contract,
    handlers: Object.fromEntries(cases.map((_, index) => [`GET /${index}`, who])),
    authenticators: {
      oauth: accessTokens,
      bearer: accessTokens,
      oidc: accepting(other),
      basic: createBasicAuthenticator((userId) =>
        userId === 'svc' ? { principal: caller('svc'), passwordDigest: toSecretDigest(good) } : undefined,
      ),
      headerKey: byKey,
      queryKey: byKey,
      cookieKey: byKey,
      certificate: createClientCertificateAuthenticator(({ fingerprint256 }) =>
        fingerprint256 === new X509Certificate(certificates.known.cert).fingerprint256
          ? caller('certificate')
          : undefined,
      ),
      down: createApiKeyAuthenticator(() => Promise.reject(new Error('the list of keys is not at hand'))),
    },
    logger: createLogger({ level: 'trace', destination: { write: (line) => log.push(line) } }),
  })
  const ca = certificates.known.cert + certificates.unknown.cert
  server = createServer(app, { tls: { ...identity, ca, clientCertificates: 'optional' } })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.drain({ deadlineMs: 0 }))
  const { port } = server.address() as AddressInfo

  send = (path, { token, otherToken, authorization, key, down, query = '', cookie, certificate }) =>
    new Promise((resolve, reject) => {
      const bearer = (scope: string, from: typeof issuer, clientId: string): string =>
        `Bearer ${from.token({ claims: { scope, client_id: clientId } })}`
      const field =
        token !== undefined
          ? bearer(token, issuer, 'token')
          : otherToken !== undefined
            ? bearer(otherToken, other, 'other-token')
            : authorization
      const headers = ['Host', 'localhost']
      for (const value of [field ?? []].flat()) headers.push('Authorization', value)
      for (const value of [key ?? []].flat()) headers.push('X-Key', value)
      if (down) headers.push('X-Down', 'x')
      if (cookie !== undefined) headers.push('Cookie', cookie)
      const identityOf = certificate && certificates[certificate]
      httpsRequest(
        {
          port,
          host: '127.0.0.1',
          path: path + query,
          ca: identity.cert,
          agent: false,
          headers,
          ...identityOf,
        },
        (response) => {
          let body = ''
          response.on('data', (chunk: Buffer) => (body += chunk.toString()))
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          )
        },
      )
        .on('error', reject)
        .end()
    })
})

afterAll(() => Promise.all(closing.map((close) => close())))

const numbered = cases.map((one, index) => ({
  ...one,
  index,
  text: JSON.stringify(one.security),
  sent: JSON.stringify(one.given),
}))
const part = (some: readonly Case[]): typeof numbered =>
  numbered.slice(cases.indexOf(some[0] as Case), cases.indexOf(some[0] as Case) + some.length)

async function check({ index, given, want }: (typeof numbered)[number]): Promise<void> {
  const { status, headers, body } = await send(`/${index}`, given)
  if (want === null || typeof want === 'string') {
    expect([status, body]).toEqual([200, JSON.stringify(want)])
    return
  }
  const [wanted, ...challenges] = want
  expect([status, headers['content-type'], headers['cache-control']], body).toEqual([
    wanted,
    'application/problem+json',
    'no-store',
  ])
  if (wanted === 503) expect(headers['retry-after']).toMatch(/^\d+$/)
  for (const challenge of challenges) expect(headers['www-authenticate']).toMatch(challenge)
}

describe('credentials of every kind are accepted where they are due, and nowhere else', () => {
  it.each(part(eachKind))('$text, sent $sent: $want', check)
})

describe('a list is OR in its order, an object is AND, and {} is anyone', () => {
  it.each(part(combined))('$text, sent $sent: $want', check)
})

describe('each alternative keeps its own scopes', () => {
  it.each(part(ofScopes))('$text, sent $sent: $want', check)
})

describe('where all fail, the answer is 503, 403, 400, 401 in this order', () => {
  it.each(part(inOrder))('$text, sent $sent: $want', check)
})

describe('the log', () => {
  it('has no credentials, in whatever place they were sent', () => {
    expect(log.length).toBeGreaterThan(cases.length)
    expect(log.join('')).not.toMatch(/good-secret|%67ood|Bearer |Basic /)
  })
})
