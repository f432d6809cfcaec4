import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createTokenCommand } from '../../../src/cli/token.js'
import { devAudience, issuerFolder } from '../../../src/config/embedded-issuer.js'
import {
  createAuthorizationServer,
  type RunningAuthorizationServer,
} from '../../../src/dev/authorization-server.js'
import { createStateFolder } from '../../../src/dev/state-folder.js'
import { documentWith } from '../../support/document.js'
import { createTestIssuer, mintKey, type TestIssuer, type TokenInput } from '../../support/keys.js'
import { closedOrigin } from '../../support/test-server.js'
import { gatehouse, type CallOptions } from './gatehouse.js'

const closedPort = new URL(await closedOrigin()).port

const responses = { 204: { description: 'Done.' } }
const document = documentWith(
  {
    '/open': { get: { operationId: 'getOpen', security: [], responses } },
    '/items': {
      get: { operationId: 'listItems', security: [{ oauth: ['items:read'] }], responses },
      post: { operationId: 'createItem', security: [{ oauth: ['items:read', 'items:write'] }], responses },
    },
    '/keyed': { get: { operationId: 'getKeyed', security: [{ key: [] }], responses } },
  },
  {
    components: {
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: '/token',
              scopes: { 'items:read': 'Read.', 'items:write': 'Write.' },
            },
          },
        },
        key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      },
    },
  },
)

/** One operation for each way in which a token can be bound. */
const boundDocument = documentWith(
  Object.fromEntries(
    ['dpop', 'mtls', 'any'].map((constraint) => [
      `/${constraint}`,
      {
        get: {
          operationId: constraint,
          security: [{ oauth: ['items:read'] }],
          'x-sender-constrained': constraint,
          responses,
        },
      },
    ]),
  ),
  { components: document['components'] },
)

/** A document with an operation for each scheme, and whatever else the call needs. */
const call = (argv: readonly string[], options: CallOptions & { readonly now?: () => number } = {}) =>
  gatehouse(['token', '--document', 'api.json', ...argv], {
    ...options,
    files: { 'api.json': document, ...options.files },
    commands: [createTokenCommand(options.now ? { now: options.now } : {})],
  })

describe('a token of the embedded authorization server', () => {
  let dataDir = ''
  let server: ReturnType<typeof createAuthorizationServer>
  let running: RunningAuthorizationServer
  let environment: Record<string, string>

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-cli-token-'))
    server = createAuthorizationServer(['items:read', 'items:write'], {
      state: createStateFolder(issuerFolder({ dataDir })),
    })
    running = await server.listen()
    environment = { DATA_DIR: dataDir, DEV_ISSUER_PORT: new URL(running.issuer).port }
  })
  afterAll(async () => {
    await server.close()
    await rm(dataDir, { recursive: true })
  })

  it('is fetched without any setting, accepted, and explained line by line', async () => {
    const { code, out, err } = await call([], { environment })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const date = String.raw`\d{10} {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z`
    const lines = [
      'Accepted\\.',
      '',
      'Policy',
      `  iss      ${running.issuer}`,
      '  preset   rfc9068',
      `  aud      ${devAudience}`,
      '  typ      at\\+jwt',
      '  alg      RS256 .* Ed25519',
      '  clients  any of the issuer',
      '  clocks   may differ by 30 seconds',
      '',
      'Header',
      '  alg  ES256',
      '  typ  at\\+jwt',
      '  kid  \\S+',
      '',
      'Claims',
      '  jti        \\S+',
      '  sub        dev-client',
      `  iat        ${date}, (in|\\d+) .*`,
      `  exp        ${date}, in (59|60) minutes`,
      '  scope      items:read items:write',
      '  client_id  dev-client',
      `  iss        ${running.issuer}`,
      `  aud        ${devAudience}`,
      '',
      'As the policy reads it',
      '  client  dev-client              from client_id',
      '  scopes  items:read items:write  from scope',
      '',
      'It opens 3 of 4 operations',
      '  open    GET /open \\(getOpen\\)    to anyone',
      '  open    GET /items \\(listItems\\)',
      '  open    POST /items \\(createItem\\)',
      '  closed  GET /keyed \\(getKeyed\\)  asks for other credentials',
      '',
    ]
    expect(out).toMatch(new RegExp(`^${lines.join('\n')}$`))
  })

  it('is fetched for the client and the scopes that .env names', async () => {
    const reader = { ...environment, TEST_CLIENT_ID: 'dev-reader' }
    const { out } = await call([], { environment: reader })
    expect(out).toContain('  scopes  items:read  from scope\n')
    expect(out).toContain('\nIt opens 2 of 4 operations\n')
    expect(out).toContain('  closed  POST /items (createItem)  lacks items:write\n')
    const scoped = { ...environment, DEFAULT_SCOPE: 'items:write' }
    expect((await call([], { environment: scoped })).out).toContain('lacks items:read\n')
  })

  it('is written only where that is asked for', async () => {
    const { out } = await call(['--print'], { environment })
    const value = /\n\nToken\n(\S+)\n$/.exec(out)?.[1] ?? ''
    expect(value).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/)
    for (const argv of [[], ['--json']]) {
      const answer = await call(argv, { environment, input: value })
      expect(answer.out).not.toMatch(/ey[\w-]+\.ey/)
      const read = await call(['-', ...argv], { environment, input: value })
      expect(read.code).toBe(0)
      expect(read.out).not.toContain(value.split('.')[2])
    }
    const { token: printed } = JSON.parse((await call(['--print', '--json'], { environment })).out) as {
      token: string
    }
    expect(printed).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it('is explained as JSON', async () => {
    const { code, out } = await call(['--json'], { environment })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      accepted: true,
      policy: {
        issuer: running.issuer,
        preset: 'rfc9068',
        audiences: [devAudience],
        clientIds: null,
        typ: ['at+jwt'],
        algorithms: expect.arrayContaining(['ES256']),
        clockToleranceSeconds: 30,
      },
      header: { alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) },
      claims: expect.objectContaining({ client_id: 'dev-client' }),
      dates: {
        exp: { at: expect.any(String), seconds: expect.any(Number), distance: expect.any(String) },
        iat: { at: expect.any(String), seconds: expect.any(Number), distance: expect.any(String) },
      },
      client: { value: 'dev-client', from: ['client_id'] },
      scopes: { value: ['items:read', 'items:write'], from: ['scope'] },
      operations: [
        { operation: 'GET /open (getOpen)', outcome: 'anyone', missing: [] },
        { operation: 'GET /items (listItems)', outcome: 'open', missing: [] },
        { operation: 'POST /items (createItem)', outcome: 'open', missing: [] },
        { operation: 'GET /keyed (getKeyed)', outcome: 'credentials', missing: [] },
      ],
    })
  })

  it('is held against the document that the service serves where none is named', async () => {
    const { out } = await gatehouse(['token'], { environment })
    expect(out).toContain('  open    GET /v1/whoami (getCaller)\n')
  })

  it.each([
    {
      given: { TEST_CLIENT_SECRET: 'wrong' },
      want: /\/token answers 401 invalid_client: client authentication failed\.\nUnset TEST_CLIENT_ID and TEST_CLIENT_SECRET in \.env, or start `npm run dev` again/,
    },
    {
      given: { DEFAULT_SCOPE: 'stock:write' },
      want: /\/token answers 400 invalid_scope: .*\.\nAllow the client stock:write, at the authorization server, or change DEFAULT_SCOPE in \.env\.\n$/,
    },
    {
      given: { TEST_CLIENT_ID: 'stranger' },
      want: /^The embedded authorization server has no secret for stranger: start it/,
    },
    {
      given: { DEV_ISSUER_PORT: closedPort },
      want: /: nothing listens there\.\nStart it with `npm run dev`, or set ISSUER in \.env to an authorization server of yours\.\n$/,
    },
    {
      given: { DEV_ISSUER_PORT: '0' },
      want: /^There is no policy to hold a token against:\n {2}DEV_ISSUER_PORT is "0": give a whole number from 1/,
    },
  ])('that cannot be had with $given says why', async ({ given, want }) => {
    const { code, out, err } = await call([], { environment: { ...environment, ...given } })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(want)
  })
})

describe('a token that is given', () => {
  let issuer: TestIssuer
  let environment: Record<string, string>
  const atIssuer = (input?: TokenInput) =>
    issuer.token({ ...input, claims: { scope: 'items:read', ...input?.claims } })

  beforeAll(async () => {
    issuer = await createTestIssuer()
    await issuer.start()
    environment = { ISSUER: issuer.issuer, AUDIENCE: issuer.audience }
  })
  afterAll(() => issuer.close())

  it.each([
    { form: 'alone', toText: (token: string) => `${token}\n` },
    { form: 'behind the scheme', toText: (token: string) => `Bearer ${token}` },
    { form: 'as a header field', toText: (token: string) => `Authorization: bearer ${token}\r\n` },
  ])('$form on standard input or in a file is read', async ({ toText }) => {
    const input = toText(atIssuer())
    expect(await call(['-'], { environment, input })).toMatchObject({ code: 0, err: '' })
    expect(await call(['token.txt'], { environment, files: { 'token.txt': input } })).toMatchObject({
      code: 0,
    })
  })

  it('as an argument is a wrong call, and is not repeated', async () => {
    for (const word of [atIssuer(), 'Bearer abc', 'ey_-.ey_-.']) {
      const { code, out, err } = await call([word], { environment })
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(/^That looks like a token\. Arguments show in process lists and histories: /)
      expect(err).not.toContain(word)
    }
    const { code, err } = await call([`--token=${atIssuer()}`], { environment })
    expect(code).toBe(2)
    expect(err).toMatch(/^Unknown option '--token'\.\n/)
    expect(err).not.toContain('ey')
    expect((await call(['a', 'b'], { environment })).err).toMatch(
      /^One token at a time: give one FILE, or `-`\.\n/,
    )
  })

  it.each([
    { argv: ['absent-token'], want: 'FILE cannot be read (ENOENT).\n' },
    { argv: ['-'], want: 'There is no token in it: write the access token alone.\n' },
    {
      argv: [],
      want: 'There is no client: set TEST_CLIENT_ID and TEST_CLIENT_SECRET in .env to a client of ISSUER.\n',
    },
  ])('but is not there with $argv says so', async ({ argv, want }) => {
    expect(await call(argv, { environment })).toEqual({ code: 1, out: '', err: want })
    const { code, out } = await call([...argv, '--json'], { environment })
    expect({ code, json: JSON.parse(out) }).toEqual({
      code: 1,
      json: { accepted: false, error: want.trim() },
    })
  })

  it('cannot be held against a policy that does not work, or a document that cannot be enforced', async () => {
    const okta = { ISSUER: 'https://org.okta.com', AUDIENCE: 'a' }
    expect((await call(['-'], { environment: okta, input: atIssuer() })).err).toMatch(
      /^The policy for issuer https:\/\/org\.okta\.com cannot be used: .* use a custom authorization server/,
    )
    const broken = {
      files: { 'bad.json': documentWith({ '/a': { get: { ...responses, security: [{ x: [] }] } } }) },
    }
    expect(
      (await call(['-', '--document', 'bad.json'], { environment, input: atIssuer(), ...broken })).err,
    ).toBe('bad.json cannot be enforced: `npm run gatehouse -- check bad.json` says why.\n')
  })

  it('cannot act on the terminal', async () => {
    const claims = { evil: '\u001b[2J\u009b1m', ['\u001b]0;name']: 1 }
    const { out } = await call(['-'], { environment, input: atIssuer({ claims }) })
    expect(out).toContain('  evil           \\u{1b}[2J\\u{9b}1m\n')
    expect(out).toContain('  \\u{1b}]0;name  1\n')
    const json = (await call(['-', '--json'], { environment, input: atIssuer({ claims }) })).out
    expect(json.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(JSON.parse(json)).toMatchObject({ claims })
  })

  it('that is refused would open what it says, if it were accepted', async () => {
    const { code, out } = await call(['-'], {
      environment,
      input: atIssuer({ claims: { aud: 'api://other' } }),
    })
    expect(code).toBe(1)
    expect(out).toContain('\nIt would open, if it were accepted, 2 of 4 operations\n')
  })

  it.each([
    { bound: 'to nobody', cnf: undefined, want: [] as string[] },
    { bound: 'by DPoP', cnf: { jkt: 'A'.repeat(43) }, want: ['dpop', 'any'] },
    { bound: 'by a certificate', cnf: { 'x5t#S256': 'A'.repeat(43) }, want: ['mtls', 'any'] },
  ])('opens, bound $bound, only what asks for no other binding', async ({ cnf, want }) => {
    const { out } = await call(['-', '--json'], {
      environment,
      files: { 'api.json': boundDocument },
      input: atIssuer({ claims: { ...(cnf && { cnf }) } }),
    })
    const { operations } = JSON.parse(out) as { operations: { operation: string; outcome: string }[] }
    expect(operations).toEqual(
      ['dpop', 'mtls', 'any'].map((id) => ({
        operation: `GET /${id} (${id})`,
        outcome: want.includes(id) ? 'open' : 'binding',
        missing: [],
      })),
    )
  })

  it('and bound to nobody is told which operations ask for more', async () => {
    const { out } = await call(['-'], {
      environment,
      files: { 'api.json': boundDocument },
      input: atIssuer(),
    })
    expect(out).toContain('  closed  GET /dpop (dpop)  asks for a token that is bound otherwise\n')
  })

  const seconds = (fromNow: number) => Math.floor(Date.now() / 1000) + fromNow

  it.each<{ code: string; given: TokenInput; seen: RegExp; advice: RegExp; env?: Record<string, string> }>([
    {
      code: 'issuer',
      given: { claims: { iss: 'https://other.example' } },
      seen: /^iss is https:\/\/other\.example, and ISSUER is http:\/\/127\.0\.0\.1:\d+\.$/,
      advice:
        /^Ask ISSUER for the token, or, where https:\/\/other\.example is whom you trust, set ISSUER to it\.$/,
    },
    {
      code: 'header',
      given: { header: { crit: ['x'] } },
      seen: /has crit, which no access token needs/,
      advice: /sign it without/,
    },
    {
      code: 'header',
      given: { header: { kid: 7 } },
      seen: /^kid in its header is not a string/,
      advice: /name its key by a string/,
    },
    {
      code: 'algorithm',
      given: {},
      env: { ISSUER_PRESET: 'entra', AUDIENCE: 'api://test' },
      seen: /^alg in its header is ES256, and RS256 is accepted\.$/,
      advice: /^Have the issuer sign with RS256, or set ISSUER_PRESET to what ISSUER is\.$/,
    },
    {
      code: 'algorithm',
      given: { header: { alg: 'HS256' } },
      seen: /^alg in its header is HS256, and RS256, .* or Ed25519 are accepted\.$/,
      advice: /^Have the issuer sign with a key pair: whoever can check this one could also make it\.$/,
    },
    {
      code: 'typ',
      given: { header: { typ: 'JWT' } },
      seen: /^typ in its header is JWT, and rfc9068 tokens have at\+jwt\.$/,
      advice: /^Set ISSUER_PRESET in \.env to what ISSUER is/,
    },
    {
      code: 'typ',
      given: { header: { typ: 'dpop+jwt' } },
      seen: /dpop\+jwt/,
      advice: /^This is a DPoP proof/,
    },
    {
      code: 'typ',
      given: { header: { typ: 'logout+jwt' } },
      env: { ISSUER_PRESET: 'hydra' },
      seen: /logout\+jwt, and hydra tokens have jwt or at\+jwt/,
      advice: /^Send the access token\./,
    },
    {
      code: 'key',
      given: { header: { kid: 'gone' } },
      seen: /publishes no usable key that fits kid gone\.$/,
      advice: /^Fetch a new token: this one is of a key that was replaced/,
    },
    {
      code: 'expired',
      given: { claims: { exp: seconds(-3600) } },
      seen: /^exp is \d{4}-.*Z, 60 minutes ago\.$/,
      advice: /^Fetch a new token\. .* doctor` measures the difference\.$/,
    },
    {
      code: 'expired',
      given: { claims: { exp: undefined } },
      seen: /^It has no exp\.$/,
      advice: /^Have the issuer set exp to a number of seconds since 1970\.$/,
    },
    {
      code: 'not_yet_valid',
      given: { claims: { nbf: seconds(400_000) } },
      seen: /^nbf is .*, in 4 days\.$/,
      advice: /^Wait until then\. Set both clocks by NTP/,
    },
    {
      code: 'issued_at',
      given: { claims: { iat: seconds(90) } },
      seen: /^iat is .*, in (8\d|90) seconds\.$/,
      advice: /^Set both clocks by NTP/,
    },
    { code: 'issued_at', given: { claims: { iat: -1 } }, seen: /^iat is 1969-/, advice: /^Set both clocks/ },
    {
      code: 'audience',
      given: { claims: { aud: undefined } },
      seen: /^aud is missing, and AUDIENCE is api:\/\/test\.$/,
      advice:
        /^Send resource=api:\/\/test in the token request \(RFC 8707\), or set up the API so at the authorization server\.$/,
    },
    {
      code: 'token_kind',
      given: { claims: { nonce: 'n' } },
      seen: /^It has nonce, as ID tokens and logout tokens have/,
      advice: /^Send the access_token of the token response, not its id_token or refresh_token\.$/,
    },
    {
      code: 'token_kind',
      given: { claims: { typ: 'ID', azp: 'a' } },
      env: { ISSUER_PRESET: 'keycloak' },
      seen: /^typ is ID; access tokens of keycloak have Bearer or DPoP\.$/,
      advice: /^Send the access_token/,
    },
    {
      code: 'client',
      given: { claims: { client_id: undefined } },
      seen: /^It names the client missing, read from client_id\.$/,
      advice: /^Have the issuer name the client in client_id, in printable ASCII; or set ISSUER_PRESET/,
    },
    {
      code: 'client',
      given: {},
      env: { CLIENT_IDS: 'a,b' },
      seen: /^It names the client test-client,/,
      advice: /^Add test-client to CLIENT_IDS in \.env, if it may call: a and b may\.$/,
    },
  ])(
    'and refused by $code ($given) says what was seen and what to change',
    async ({ code, given, seen, advice, env }) => {
      const answer = await call(['-', '--json'], {
        environment: { ...environment, ...env },
        input: atIssuer(given),
      })
      expect(answer.code).toBe(1)
      expect(JSON.parse(answer.out).refusal).toEqual({
        code,
        seen: expect.stringMatching(seen),
        advice: expect.stringMatching(advice),
      })
    },
  )

  it('and refused says so above everything else', async () => {
    const { out } = await call(['-'], { environment, input: atIssuer({ claims: { aud: 'other' } }) })
    expect(out.split('\n').slice(0, 4)).toEqual([
      'Refused: audience.',
      '  aud is other, and AUDIENCE is api://test.',
      expect.stringMatching(/^ {2}Send resource=.*set AUDIENCE=other in \.env\.$/),
      '',
    ])
  })

  it('and signed by another key of the same name has a signature that is not its own', async () => {
    const stranger = await mintKey('ES256', issuer.keys[0]?.kid)
    const { out } = await call(['-', '--json'], { environment, input: atIssuer({ key: stranger }) })
    expect(JSON.parse(out).refusal).toMatchObject({
      code: 'signature',
      seen: 'Its signature does not belong to what it says.',
      advice: expect.stringMatching(/^Fetch a new token, and copy it whole/),
    })
  })

  it('and bound to a key is not judged by itself', async () => {
    const { out } = await call(['-', '--json'], {
      environment,
      input: atIssuer({ claims: { cnf: { jkt: 'A'.repeat(43) } } }),
    })
    expect(JSON.parse(out).refusal).toMatchObject({
      code: 'bound_token_as_bearer',
      seen: expect.stringMatching(/^cnf binds it to a key of its client/),
      advice: expect.stringMatching(/^Whether it is accepted depends on the proof/),
    })
  })

  it('and bound in a way that is not known is told so', async () => {
    const { out } = await call(['-', '--json'], {
      environment,
      input: atIssuer({ claims: { cnf: { kid: 'x' } } }),
    })
    expect(JSON.parse(out).refusal).toMatchObject({
      code: 'confirmation',
      seen: 'cnf is {"kid":"x"}, which asks for a proof that is not known here.',
    })
  })

  it.each([
    {
      what: 'opaque',
      text: 'abc123',
      code: 'malformed',
      seen: /^It is opaque/,
      advice: /strategies\.access_token/,
    },
    {
      what: 'encrypted',
      text: 'eyJh.a.b.c.d',
      code: 'malformed',
      seen: /^It is encrypted/,
      advice: /Auth0: send `audience`/,
    },
    {
      what: 'damaged',
      text: 'eyJh.a.b',
      code: 'malformed',
      seen: /three parts of a JWT, but they are no JSON/,
      advice: /copy it whole/,
    },
    {
      what: 'padded',
      text: 'eyJhIjoxfQ==.e30.e30',
      code: 'characters',
      seen: /characters that no bearer token has/,
      advice: /^Copy the token alone/,
    },
    {
      what: 'oversized',
      text: 'a'.repeat(9000),
      code: 'too_long',
      seen: /^It has 9000 characters/,
      advice: /leave claims out/,
    },
  ])('and $what cannot be read', async ({ text, code, seen, advice }) => {
    const { out } = await call(['-', '--json'], { environment, input: text })
    expect(JSON.parse(out)).toMatchObject({
      accepted: false,
      refusal: { code, seen: expect.stringMatching(seen), advice: expect.stringMatching(advice) },
    })
  })

  it('and written in a second spelling is a JWT that is not written as it must be', async () => {
    const [header = '', claims = '', signature = ''] = atIssuer().split('.')
    // 86 characters hold 64 bytes and four bits that decoders leave alone.
    const last = signature.at(-1) === 'B' ? 'C' : 'B'
    const input = `${header}.${claims}.${signature.slice(0, -1)}${last}`
    const { out } = await call(['-'], { environment, input })
    expect(out.split('\n').slice(0, 3)).toEqual([
      'Refused: malformed.',
      '  It is a JWT, but a part of it is not written as it must be.',
      expect.stringMatching(
        /^ {2}Fetch a new token, and copy it whole\. Dates are numbers of seconds; base64url has one/,
      ),
    ])
  })

  it('while the keys cannot be had is not judged, and says why they cannot', async () => {
    const server = createServer((_request, response) => response.writeHead(500).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const down = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { out } = await call(['-', '--json'], {
      environment: { ...environment, ISSUER: down },
      input: atIssuer({ claims: { iss: down } }),
    })
    expect(JSON.parse(out).refusal).toEqual({
      code: 'key_set_unavailable',
      seen: expect.stringMatching(/^The keys of http:.* cannot be had: .*answered with status 500/i),
      advice: expect.stringMatching(/^It can be judged once they can; /),
    })
  })

  it.each([
    {
      claims: { scope: undefined, scp: ['items:read'] },
      want: /^The token has scp, which is not read: set ISSUER_PRESET/,
    },
    {
      claims: { scope: ['items:read'] },
      want: /^scope is not a text with spaces between scopes: set ISSUER_PRESET/,
    },
    { claims: { scope: '' }, want: undefined },
    { claims: { scope: undefined }, want: undefined },
  ])('with $claims grants nothing, and $want', async ({ claims, want }) => {
    const { out } = await call(['-', '--json'], { environment, input: atIssuer({ claims }) })
    const { scopes } = JSON.parse(out)
    expect(scopes).toEqual({
      value: [],
      from: ['scope'],
      ...(want && { advice: expect.stringMatching(want) }),
    })
    if (want)
      expect((await call(['-'], { environment, input: atIssuer({ claims }) })).out).toContain(scopes.advice)
  })
})
