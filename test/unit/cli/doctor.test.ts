import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDoctorCommand, type DoctorOptions } from '../../../src/cli/doctor.js'
import { issuerFolder } from '../../../src/config/embedded-issuer.js'
import { createAuthorizationServer } from '../../../src/dev/authorization-server.js'
import { createStateFolder } from '../../../src/dev/state-folder.js'
import { createCertificate } from '../../support/certificate.js'
import { createTestDatabase, testServerUrl } from '../../support/database.js'
import { documentWith } from '../../support/document.js'
import { createTestIssuer, mintKey, type TokenInput } from '../../support/keys.js'
import { closedOrigin, sendJson, startServer } from '../../support/test-server.js'
import { folderWith, gatehouse, type CallOptions } from './gatehouse.js'

const responses = { 204: { description: 'Done.' } }
const document = documentWith(
  {
    '/open': { get: { operationId: 'getOpen', security: [], responses } },
    '/items': {
      get: { operationId: 'listItems', security: [{ oauth: ['items:read'] }], responses },
      post: { operationId: 'createItem', security: [{ oauth: ['items:write'] }], responses },
    },
  },
  {
    components: {
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          flows: {
            clientCredentials: { tokenUrl: '/t', scopes: { 'items:read': 'Read.', 'items:write': 'Write.' } },
          },
        },
      },
    },
  },
)

const call = (
  argv: readonly string[],
  { options = {}, ...rest }: CallOptions & { options?: DoctorOptions },
) =>
  gatehouse(['doctor', '--document', 'api.json', ...argv], {
    ...rest,
    files: { 'api.json': document },
    commands: [createDoctorCommand(options)],
  })

interface Seen {
  readonly subject: string
  readonly level: string
  readonly seen: string
  readonly advice?: string
}

/** What is found of one subject, and the exit code. */
async function diagnose(
  subject: string,
  environment: Readonly<Record<string, string>>,
  options: DoctorOptions = {},
): Promise<{ readonly code: number; readonly findings: readonly Seen[] }> {
  const { code, out } = await call(['--json'], { environment, options })
  const { findings, healthy } = JSON.parse(out) as { findings: readonly Seen[]; healthy: boolean }
  expect(healthy).toBe(code === 0)
  return { code, findings: findings.filter((finding) => finding.subject === subject) }
}

/** What an issuer made by hand does differently from one that is in order. */
interface Deviations {
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Metadata at RFC 8414's address alone. */
  readonly inserted?: Readonly<Record<string, unknown>>
  /** Answers to paths, in place of its own. */
  readonly answers?: Readonly<Record<string, readonly [status: number, body: unknown, type?: string]>>
  readonly token?: TokenInput
  readonly tokenResponse?: readonly [status: number, body: object]
  /** Seconds that its clock is ahead. */
  readonly aheadSeconds?: number
  readonly date?: string
}

/** An issuer, and the environment of a service and a client that fit it. */
async function issuerWith(deviations: Deviations = {}) {
  const { metadata = {}, inserted, answers = {}, token, tokenResponse, aheadSeconds = 0 } = deviations
  const keys = await createTestIssuer({ audience: 'api://test' })
  const server = await startServer(({ url: path }, response, url) => {
    const now = Math.floor(Date.now() / 1000) + aheadSeconds
    response.setHeader('Date', deviations.date ?? new Date(now * 1000).toUTCString())
    const own = {
      issuer: url,
      jwks_uri: `${url}/jwks`,
      token_endpoint: `${url}/token`,
      scopes_supported: ['items:read', 'items:write', 'openid'],
      ...metadata,
    }
    const claims = { iss: url, iat: now, exp: now + 300, scope: 'items:read items:write', ...token?.claims }
    const value = keys.token({ ...token, claims })
    const inOrder: Deviations['answers'] = {
      '/.well-known/openid-configuration': [200, own],
      '/.well-known/oauth-authorization-server': [200, { ...own, ...inserted }],
      '/jwks': [200, keys.jwks],
      '/token': tokenResponse ?? [200, { access_token: value, token_type: 'Bearer', expires_in: 300 }],
    }
    sendJson(response, ...(answers[path] ?? inOrder[path] ?? ([404, {}] as const)))
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  const environment = {
    ISSUER: server.url,
    AUDIENCE: 'api://test',
    TEST_CLIENT_ID: 'test-client',
    TEST_CLIENT_SECRET: 's',
  }
  return { url: server.url, environment }
}

describe('the doctor', () => {
  it('finds nothing wrong with the embedded authorization server, and says what it saw', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-cli-doctor-'))
    onTestFinished(() => rm(dataDir, { recursive: true }))
    const state = createStateFolder(issuerFolder({ dataDir }))
    const server = createAuthorizationServer(['items:read', 'items:write'], { state })
    const { issuer } = await server.listen()
    onTestFinished(() => server.close())
    const environment = { DATA_DIR: dataDir, DEV_ISSUER_PORT: new URL(issuer).port }
    const { code, out, err } = await call([], { environment })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.split('\n')).toEqual([
      `  ok  ISSUER          ${issuer}, the embedded authorization server of \`npm run dev\``,
      '  ok  ISSUER_PRESET   rfc9068, as it makes them',
      '  ok  AUDIENCE        api://gatehouse',
      `  ok  discovery       ${issuer}/.well-known/openid-configuration describes ISSUER.`,
      `  ok  discovery       ${issuer}/.well-known/oauth-authorization-server describes ISSUER.`,
      `  ok  keys            ${issuer}/jwks has 1 key for ES256.`,
      `  ok  token endpoint  ${issuer}/token`,
      '  ok  scopes          scopes_supported has all 2 scopes of the document.',
      '  ok  client          dev-client gets a token for 60 minutes.',
      '  ok  token           Accepted, as dev-client.',
      '  ok  granted scopes  items:read and items:write. It opens 3 of 3 operations.',
      '  ok  clock           The clock of the authorization server agrees with this one; tokens allow 30 seconds.',
      '  ok  PUBLIC_URL      http://127.0.0.1:3000',
      '',
      '0 problems, 0 warnings.',
      '',
    ])
  })

  it('gives a clear answer with nothing running, and colours what matters', async () => {
    const { port, origin } = new URL(await closedOrigin())
    const { code, out } = await call([], { environment: { DEV_ISSUER_PORT: port }, colors: true })
    expect(code).toBe(1)
    const metadata = `${origin}/.well-known`
    expect(out).toContain(
      `\u001b[31mproblem\u001b[39m  discovery      ${metadata}/openid-configuration: nothing listens there; ${metadata}/oauth-authorization-server: nothing listens there.\n` +
        '                          Start it with `npm run dev`, or set ISSUER in .env to an authorization server of yours.\n',
    )
    expect(out).toContain(
      'discovery      Without metadata, keys, token endpoint, scopes, client and clock were not looked at.\n',
    )
    expect(out.endsWith('\n\n\u001b[31m1 problem, 0 warnings.\u001b[39m\n')).toBe(true)
  })

  it('takes nothing but options', async () => {
    const { code, err } = await call(['https://issuer.example'], {})
    expect(code).toBe(2)
    expect(err).toMatch(/^Everything is read from \.env and the environment: name nothing here\.\n/)
  })

  it('names each mistake of the environment, and looks at the issuer all the same', async () => {
    const { url } = await issuerWith()
    const { code, out } = await call([], { environment: { ISSUER: url, PORT: 'x' } })
    expect(code).toBe(1)
    expect(out).toMatch(/\n {2}problem {2}PORT {12}PORT is "x": give a whole number/)
    expect(out).toMatch(/\n {2}problem {2}AUDIENCE {8}AUDIENCE is not set: give what/)
    expect(out).toContain(`  ok       keys            ${url}/jwks has 1 key for ES256.\n`)
    expect(out).toContain(
      '  skipped  client          No token was fetched: there is nothing yet to hold it against.\n',
    )
  })

  it('says what cannot be looked at without an issuer', async () => {
    const { code, findings } = await diagnose('discovery', { NODE_ENV: 'production' })
    expect({ code, findings }).toEqual({
      code: 1,
      findings: [
        {
          subject: 'discovery',
          level: 'skipped',
          seen: 'Without an issuer, keys, token endpoint, scopes, client and clock were not looked at.',
        },
      ],
    })
  })

  it('names what makes a policy unusable', async () => {
    const { url } = await issuerWith()
    const { findings } = await diagnose('policy', { ISSUER: url, AUDIENCE: 'a', ISSUER_PRESET: 'auth0' })
    expect(findings).toEqual([
      { subject: 'policy', level: 'problem', seen: `an Auth0 issuer ends with a slash: ${url}/.` },
    ])
  })

  it('says which clients may call', async () => {
    const { url } = await issuerWith()
    const { findings } = await diagnose('CLIENT_IDS', { ISSUER: url, CLIENT_IDS: 'a,b' })
    expect(findings).toEqual([{ subject: 'CLIENT_IDS', level: 'ok', seen: 'a and b' }])
  })

  it('says where the document cannot be enforced', async () => {
    const { environment } = await issuerWith()
    const { out } = await gatehouse(['doctor', '--document', 'absent.json'], { environment })
    expect(out).toMatch(
      /\n {2}problem {2}document {8}absent\.json cannot be enforced\.\n {27}`npm run gatehouse -- check absent\.json` says why\.\n/,
    )
  })

  it('holds the document that the service serves against the issuer where none is named', async () => {
    const { environment } = await issuerWith()
    const { out } = await gatehouse(['doctor'], { environment })
    expect(out).toMatch(/scopes_supported lacks .*\bclients:register\b/)
  })
})

describe('of an issuer, the doctor', () => {
  interface Row {
    readonly what: string
    readonly subject: string
    readonly given: Deviations
    readonly env?: Readonly<Record<string, string>>
    readonly want: readonly { level: string; seen: RegExp; advice?: RegExp }[]
  }
  const oidc = '/.well-known/openid-configuration'
  const oauth = '/.well-known/oauth-authorization-server'
  const missing = [404, {}] as const

  it.each<Row>([
    {
      what: 'is content with one of two addresses',
      subject: 'discovery',
      given: { answers: { [oidc]: missing } },
      want: [
        {
          level: 'ok',
          seen: /openid-configuration: answered with status 404; the other address suffices\.$/,
        },
        { level: 'ok', seen: /oauth-authorization-server describes ISSUER\.$/ },
      ],
    },
    {
      what: 'sees two addresses that disagree',
      subject: 'discovery',
      given: { inserted: { jwks_uri: 'https://other.example/jwks' } },
      want: [
        { level: 'ok', seen: /openid-configuration describes/ },
        { level: 'ok', seen: /oauth-authorization-server describes/ },
        {
          level: 'warning',
          seen: /^jwks_uri is http:.*\/jwks at one address and https:\/\/other\.example\/jwks at the other\.$/,
          advice: /^Have the authorization server publish the same at both; the first is used\.$/,
        },
      ],
    },
    {
      what: 'sees that one of two addresses is of another issuer',
      subject: 'discovery',
      given: { inserted: { issuer: 'https://other.example' } },
      want: [
        { level: 'ok', seen: /openid-configuration describes/ },
        {
          level: 'ok',
          seen: /the issuer there is https:\/\/other\.example, and ISSUER is http:.*; the other address suffices\.$/,
        },
      ],
    },
    {
      what: 'sees metadata of another issuer',
      subject: 'discovery',
      given: { metadata: { issuer: 'https://other.example' } },
      want: [
        {
          level: 'problem',
          seen: /: the issuer there is https:\/\/other\.example, and ISSUER is http:\/\/127[^;]*\.$/,
          advice:
            /^Set ISSUER=https:\/\/other\.example in \.env, where that is whom you mean: iss of its tokens is compared byte for byte\.$/,
        },
        { level: 'skipped', seen: /^Without metadata/ },
      ],
    },
    {
      what: 'sees metadata of nobody',
      subject: 'discovery',
      given: { metadata: { issuer: undefined } },
      want: [
        {
          level: 'problem',
          seen: /: the issuer there is missing, and/,
          advice: /^Have it publish metadata that names its issuer/,
        },
        { level: 'skipped', seen: /^Without metadata/ },
      ],
    },
    {
      what: 'sees that there is no metadata',
      subject: 'discovery',
      given: { answers: { [oidc]: missing, [oauth]: [200, 'hello', 'text/html'] } },
      want: [
        {
          level: 'problem',
          seen: /: answered with status 404; .*: answered with something other than JSON\.$/,
          advice: /^Correct ISSUER in \.env: it is iss of the access tokens/,
        },
        { level: 'skipped', seen: /^Without metadata/ },
      ],
    },
    {
      what: 'sees metadata that is no object',
      subject: 'discovery',
      given: { answers: { [oidc]: [200, []], [oauth]: missing } },
      want: [
        { level: 'problem', seen: /: what is there is no JSON object; / },
        { level: 'skipped', seen: /^Without metadata/ },
      ],
    },
    {
      what: 'sees that there are no keys',
      subject: 'keys',
      given: { metadata: { jwks_uri: 'http://keys.example' } },
      want: [
        {
          level: 'problem',
          seen: /^jwks_uri is http:\/\/keys\.example\.$/,
          advice: /^Have the authorization server publish its keys at an https address\.$/,
        },
      ],
    },
    {
      what: 'sees keys that cannot be had',
      subject: 'keys',
      given: { answers: { '/jwks': [503, {}] } },
      want: [
        {
          level: 'problem',
          seen: /\/jwks: answered with status 503\.$/,
          advice:
            /^Have the authorization server publish its keys there, as a JWK Set, with an answer of 200 and JSON\.$/,
        },
      ],
    },
    {
      what: 'sees keys that are none',
      subject: 'keys',
      given: { answers: { '/jwks': [200, { keys: [{ kty: 'oct', k: 'x' }] }] } },
      want: [
        { level: 'problem', seen: /\/jwks: what is there is a JWK Set without any public signature key\.$/ },
      ],
    },
    {
      what: 'sees keys that the policy has no use for',
      subject: 'keys',
      given: {},
      env: { ISSUER_PRESET: 'entra' },
      want: [
        {
          level: 'problem',
          seen: /has 1 key for ES256\. None is for RS256, which ISSUER_PRESET accepts\.$/,
          advice:
            /^Have the authorization server sign with RS256, or set ISSUER_PRESET in \.env to what it is\.$/,
        },
      ],
    },
    {
      what: 'tells keys without alg by their kind, and counts the others',
      subject: 'keys',
      given: {
        answers: {
          '/jwks': [
            200,
            {
              keys: [
                { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' },
                { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
                { kty: 'EC', crv: 'P-521', x: 'x', y: 'y' },
                { kty: 'EC', crv: 'P-9', x: 'x', y: 'y' },
                { kty: 'OKP', crv: 'Ed25519', x: 'x' },
                { kty: 'RSA', e: 'AQAB', n: 'A'.repeat(400) },
                { kty: 'oct', k: 'x' },
              ],
            },
          ],
        },
      },
      want: [
        {
          level: 'ok',
          seen: /has 6 keys for ES384, ES256, ES512, P-9, EdDSA, Ed25519, RS256, RS384, RS512, PS256, PS384 or PS512, and 1 of no use for signatures\.$/,
        },
      ],
    },
    {
      what: 'sees that there is no token endpoint',
      subject: 'token endpoint',
      given: { metadata: { token_endpoint: undefined } },
      want: [
        {
          level: 'problem',
          seen: /^token_endpoint is missing\.$/,
          advice:
            /^Have the authorization server publish it, at an https address: callers look it up there\.$/,
        },
      ],
    },
    {
      what: 'sees a token endpoint that is not for clients',
      subject: 'token endpoint',
      given: {
        metadata: {
          grant_types_supported: ['authorization_code'],
          token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
        },
      },
      want: [
        { level: 'ok', seen: /\/token$/ },
        {
          level: 'warning',
          seen: /^grant_types_supported lacks client_credentials\.$/,
          advice: /^Turn the client credentials grant on, where it is off\.$/,
        },
        {
          level: 'warning',
          seen: /^Clients authenticate with private_key_jwt, none\.$/,
          advice: /^Allow client_secret_basic, which is what TEST_CLIENT_SECRET is sent with\.$/,
        },
      ],
    },
    {
      what: 'sees that clients can be registered',
      subject: 'registration',
      given: { metadata: { registration_endpoint: 'https://issuer.example/reg' } },
      env: { REGISTRATION_TOKEN: 'secret' },
      want: [
        {
          level: 'ok',
          seen: /^https:\/\/issuer\.example\/reg; REGISTRATION_TOKEN was not tried, since that would register a client\.$/,
        },
      ],
    },
    {
      what: 'sees that no clients can be registered',
      subject: 'registration',
      given: {},
      env: { REGISTRATION_TOKEN: 'secret' },
      want: [
        {
          level: 'problem',
          seen: /^registration_endpoint is missing, so that no client can be registered\.$/,
          advice: /^Turn dynamic registration on at the authorization server, or unset REGISTRATION_TOKEN\.$/,
        },
      ],
    },
    { what: 'asks for no registration without a token', subject: 'registration', given: {}, want: [] },
    {
      what: 'cannot compare scopes that are not published',
      subject: 'scopes',
      given: { metadata: { scopes_supported: undefined } },
      want: [
        { level: 'skipped', seen: /^The authorization server does not publish which scopes it knows\.$/ },
      ],
    },
    {
      what: 'sees scopes that are not known',
      subject: 'scopes',
      given: { metadata: { scopes_supported: ['items:read'] } },
      want: [
        {
          level: 'warning',
          seen: /^scopes_supported lacks items:write\.$/,
          advice:
            /^Define them at the authorization server, unless it knows them and does not publish them\.$/,
        },
      ],
    },
    {
      what: 'compares no scopes where roles grant',
      subject: 'scopes',
      given: { metadata: { scopes_supported: [] } },
      env: { ISSUER_PRESET: 'entra' },
      want: [{ level: 'skipped', seen: /does not publish/ }],
    },
    {
      what: 'has no client',
      subject: 'client',
      given: {},
      env: { TEST_CLIENT_SECRET: '' },
      want: [
        {
          level: 'skipped',
          seen: /^There is no client: set TEST_CLIENT_ID and TEST_CLIENT_SECRET in \.env to a client of ISSUER\. No token was fetched\.$/,
        },
      ],
    },
    {
      what: 'has a client that gets no token',
      subject: 'client',
      given: { tokenResponse: [401, { error: 'invalid_client' }] },
      want: [
        {
          level: 'problem',
          seen: /\/token answers 401 invalid_client\.$/,
          advice:
            /^Correct TEST_CLIENT_ID and TEST_CLIENT_SECRET in \.env, and allow the client client_secret_basic\.$/,
        },
      ],
    },
    {
      what: 'has a client whose token is refused',
      subject: 'token',
      given: { token: { claims: { aud: 'account', typ: 'Bearer', azp: 'a' }, header: { typ: 'JWT' } } },
      env: { ISSUER_PRESET: 'keycloak' },
      want: [
        {
          level: 'problem',
          seen: /^Refused \(audience\)\. aud is account, and AUDIENCE is api:\/\/test\.$/,
          advice: /^Add an audience mapper in Keycloak: .* with api:\/\/test as included audience\.$/,
        },
      ],
    },
    {
      what: 'has a client with some scopes',
      subject: 'granted scopes',
      given: { token: { claims: { scope: 'items:read' } } },
      want: [{ level: 'ok', seen: /^items:read without items:write\. It opens 2 of 3 operations\.$/ }],
    },
    {
      what: 'has a client that got less than it asked for',
      subject: 'granted scopes',
      given: { token: { claims: { scope: 'items:read' } } },
      env: { DEFAULT_SCOPE: 'items:read items:write openid' },
      want: [
        {
          level: 'warning',
          seen: /^The token lacks items:write of DEFAULT_SCOPE\. It opens 2 of 3 operations\.$/,
          advice: /^Allow the client what it asks for, at the authorization server\.$/,
        },
      ],
    },
    {
      what: 'has a client with nothing',
      subject: 'granted scopes',
      given: { token: { claims: { scope: 'openid' } } },
      want: [
        {
          level: 'problem',
          seen: /^The token grants none of items:read and items:write\. It opens 1 of 3 operations\.$/,
          advice:
            /^Allow the client scopes at the authorization server, and name them in DEFAULT_SCOPE where it wants that\.$/,
        },
      ],
    },
    {
      what: 'has a client whose scopes are elsewhere',
      subject: 'granted scopes',
      given: { token: { claims: { scope: undefined, scp: ['items:read'] } } },
      want: [
        { level: 'problem', seen: /^The token grants none/, advice: /^The token has scp, which is not read/ },
      ],
    },
    {
      what: 'sees a clock that is ahead',
      subject: 'clock',
      given: { aheadSeconds: 600 },
      want: [
        {
          level: 'problem',
          seen: /^The clock of the authorization server is (9|10) minutes ahead of this one; tokens allow 30 seconds\.$/,
          advice: /^Set both clocks by NTP: new tokens are refused as made in the future\.$/,
        },
      ],
    },
    {
      what: 'sees a clock that is behind',
      subject: 'clock',
      given: { aheadSeconds: -90 },
      want: [
        {
          level: 'problem',
          seen: /is (89|90|91) seconds behind this one/,
          advice: /^Set both clocks by NTP: tokens expire here too early\.$/,
        },
      ],
    },
    {
      what: 'does not mind a clock that is a little ahead',
      subject: 'clock',
      given: { aheadSeconds: 15 },
      want: [{ level: 'ok', seen: /is 1[456] seconds ahead of this one/ }],
    },
    {
      what: 'is not told what time it is',
      subject: 'clock',
      given: { date: 'soon' },
      want: [{ level: 'skipped', seen: /^The authorization server did not say what time it is\.$/ }],
    },
  ])('$what', async ({ subject, given, env = {}, want }) => {
    const { environment } = await issuerWith(given)
    const { code, findings } = await diagnose(subject, { ...environment, ...env })
    expect(findings).toEqual(
      want.map(({ level, seen, advice }) => ({
        subject,
        level,
        seen: expect.stringMatching(seen),
        ...(advice
          ? { advice: expect.stringMatching(advice) }
          : level === 'problem' && { advice: expect.any(String) }),
      })),
    )
    if (want.some(({ level }) => level === 'problem')) expect(code).toBe(1)
  })

  it('hints at a slash too many', async () => {
    const { url, environment } = await issuerWith()
    const { findings } = await diagnose('discovery', { ...environment, ISSUER: `${url}/` })
    expect(findings[0]).toMatchObject({
      seen: `${url}${oidc}: the issuer there is ${url}, and ISSUER is ${url}/; they differ in the slash at the end alone.`,
      advice: expect.stringMatching(/^Set ISSUER=\S+ in \.env/),
    })
  })

  it('at another address where nobody answers says to correct it', async () => {
    const { findings } = await diagnose('discovery', { ISSUER: await closedOrigin(), AUDIENCE: 'a' })
    expect(findings[0]).toMatchObject({
      level: 'problem',
      advice: 'Correct ISSUER in .env, or see that it runs and can be reached from here.',
    })
  })

  it('never writes a secret', async () => {
    const { environment } = await issuerWith({ token: { key: await mintKey() } })
    const { out } = await call([], {
      environment: { ...environment, TEST_CLIENT_SECRET: 'hush-hush', REGISTRATION_TOKEN: 'hush-token' },
    })
    expect(out).not.toMatch(/hush|ey[\w-]+\.ey/)
  })
})

describe('of the deployment, the doctor', () => {
  const production = { NODE_ENV: 'production', ISSUER: 'https://issuer.invalid', AUDIENCE: 'a' }
  const noNetwork = { fetch: () => Promise.reject(new TypeError('fetch failed')) }

  it.each([
    {
      env: {},
      level: 'warning',
      seen: /^It is not set, so that the service does not describe itself/,
      advice: /^Set it to the origin/,
    },
    {
      env: { PUBLIC_URL: 'http://api.example' },
      level: 'problem',
      seen: /is http: access tokens can be read/,
      advice: /^Serve https/,
    },
    {
      env: { PUBLIC_URL: 'http://api.example', NODE_ENV: 'test' },
      level: 'warning',
      seen: /is http: access tokens can be read/,
      advice: /^Serve https/,
    },
    {
      env: { PUBLIC_URL: 'https://api.example' },
      level: 'ok',
      seen: /^https:\/\/api\.example$/,
      advice: undefined,
    },
  ])('finds PUBLIC_URL with $env to be $level', async ({ env, level, seen, advice }) => {
    const { findings } = await diagnose('PUBLIC_URL', { ...production, ...env }, noNetwork)
    expect(findings).toEqual([
      {
        subject: 'PUBLIC_URL',
        level,
        seen: expect.stringMatching(seen),
        ...(advice && { advice: expect.stringMatching(advice) }),
      },
    ])
  })

  const day = 86_400_000
  it.each([
    {
      what: 'soon to expire',
      at: 0,
      host: 'localhost',
      want: [['warning', /^The certificate expires at \d.*Z\.$/, /^Renew it/]],
    },
    {
      what: 'expired',
      at: day,
      host: '127.0.0.1',
      want: [['problem', /^The certificate expired at \d.*Z\.$/, /^Renew it/]],
    },
    {
      what: 'not valid yet',
      at: -30 * day,
      host: 'localhost',
      want: [['problem', /^The certificate is valid from \d.*Z only\.$/, /^Use another until then\.$/]],
    },
    {
      what: 'for another host',
      at: 0,
      host: 'api.example',
      want: [
        ['warning', /expires/, /^Renew/],
        [
          'problem',
          /^The certificate is not for api\.example, the host of PUBLIC_URL\.$/,
          /^Have one issued for it/,
        ],
      ],
    },
  ] as const)('finds a certificate that is $what', async ({ at, host, want }) => {
    const { cert, key } = createCertificate()
    const folder = await folderWith({ 'cert.pem': cert, 'key.pem': key })
    const tls = { TLS_CERT_FILE: join(folder, 'cert.pem'), TLS_KEY_FILE: join(folder, 'key.pem') }
    const env = { ...production, ...tls, PUBLIC_URL: `https://${host}` }
    const { findings } = await diagnose('TLS_CERT_FILE', env, { ...noNetwork, now: () => Date.now() + at })
    expect(findings).toEqual(
      want.map(([level, seen, advice]) => ({
        subject: 'TLS_CERT_FILE',
        level,
        seen: expect.stringMatching(seen),
        advice: expect.stringMatching(advice),
      })),
    )
    const http = await diagnose('PUBLIC_URL', { ...env, PUBLIC_URL: 'http://localhost' }, noNetwork)
    expect(http.findings[0]).toMatchObject({
      level: 'problem',
      seen: 'http://localhost is http, and the service answers https alone, with TLS_CERT_FILE.',
      advice: 'Set it to the same origin with https.',
    })
  })

  it('finds a certificate that is good for a while', async () => {
    const { cert, key } = createCertificate('localhost', 30 * day)
    const folder = await folderWith({ 'cert.pem': cert, 'key.pem': key })
    const tls = { TLS_CERT_FILE: join(folder, 'cert.pem'), TLS_KEY_FILE: join(folder, 'key.pem') }
    const { findings } = await diagnose('TLS_CERT_FILE', { ...production, ...tls }, noNetwork)
    expect(findings).toEqual([
      {
        subject: 'TLS_CERT_FILE',
        level: 'ok',
        seen: expect.stringMatching(/^The certificate is valid until \d.*Z\.$/),
      },
    ])
  })

  it('finds a database that does not answer, and does not write its password', async () => {
    const { port } = new URL(await closedOrigin())
    const env = { ...production, DATABASE_URL: `postgres://me:hush@127.0.0.1:${port}/things` }
    const { code, findings } = await diagnose('DATABASE_URL', env, noNetwork)
    expect({ code, findings }).toEqual({
      code: 1,
      findings: [
        {
          subject: 'DATABASE_URL',
          level: 'problem',
          seen: `127.0.0.1:${port}/things: nothing listens there.`,
          advice: 'Correct DATABASE_URL in .env, or see that the server runs and can be reached from here.',
        },
      ],
    })
  })

  it.skipIf(testServerUrl === undefined)('finds a database that answers', async () => {
    const { databaseUrl, drop } = await createTestDatabase(testServerUrl ?? '')
    onTestFinished(drop)
    const { findings } = await diagnose(
      'DATABASE_URL',
      { ...production, DATABASE_URL: databaseUrl },
      noNetwork,
    )
    expect(findings).toEqual([
      {
        subject: 'DATABASE_URL',
        level: 'ok',
        seen: expect.stringMatching(/^PostgreSQL \d+.* answers at .*\/gatehouse_test_/),
      },
    ])
    const role = `gatehouse_test_${randomUUID().replaceAll('-', '')}`
    const admin = new pg.Client({ connectionString: databaseUrl })
    await admin.connect()
    onTestFinished(async () => {
      await admin.query(`drop role ${role}`)
      await admin.end()
    })
    await admin.query(`create role ${role} login password '${role}'`)
    const url = new URL(databaseUrl)
    url.username = url.password = role
    const reader = await diagnose('DATABASE_URL', { ...production, DATABASE_URL: url.href }, noNetwork)
    expect(reader.findings[0]).toMatchObject({
      level: 'problem',
      seen: expect.stringMatching(/, and its user may not create schemas, which the first start does\.$/),
      advice: 'Grant it: grant create on database … to ….',
    })
    const absent = await diagnose(
      'DATABASE_URL',
      { ...production, DATABASE_URL: `${databaseUrl}x` },
      noNetwork,
    )
    expect(absent.findings[0]).toMatchObject({
      level: 'problem',
      advice: 'Create the database, or correct its name in DATABASE_URL.',
    })
  })
})
