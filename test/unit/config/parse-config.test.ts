import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigError, type ConfigMistake } from '../../../src/config/config-error.js'
import type { Config, Environment } from '../../../src/config/config.js'
import { parseConfig } from '../../../src/config/parse-config.js'
import { createCertificate } from '../../support/certificate.js'

const development = { ISSUER: 'http://127.0.0.1:9000', AUDIENCE: 'api://inventory' }
const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://issuer.example.com',
  AUDIENCE: 'api://inventory',
}

function mistakesOf(env: Environment): readonly ConfigMistake[] {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

const namesOf = (env: Environment): string[] => mistakesOf(env).map(({ name }) => name)

describe('parseConfig', () => {
  it('needs an issuer and an audience, and fills in the rest for development', () => {
    expect(parseConfig(development)).toEqual({
      environment: 'development',
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://127.0.0.1:3000',
      issuer: 'http://127.0.0.1:9000',
      issuerPreset: undefined,
      audiences: ['api://inventory'],
      clientIds: [],
      introspection: undefined,
      senderConstrained: undefined,
      dpopNonceSecrets: [],
      certificateProxy: undefined,
      registrationToken: undefined,
      corsOrigins: [],
      tls: undefined,
      databaseUrl: undefined,
      dataDir: '.data',
      logLevel: 'info',
      bodyLimitBytes: 1_048_576,
      validateReplies: 'enforce',
      docs: true,
      shutdownDelaySeconds: 0,
      shutdownGraceSeconds: 10,
    } satisfies Config)
  })

  it('listens to everyone, reports bad replies and lets balancers notice a shutdown in production', () => {
    expect(parseConfig(production)).toMatchObject({
      host: '0.0.0.0',
      publicUrl: undefined,
      validateReplies: 'report',
      shutdownDelaySeconds: 5,
    })
  })

  it('takes every variable', () => {
    const config = parseConfig({
      NODE_ENV: 'test',
      HOST: '::1',
      PORT: '8443',
      PUBLIC_URL: 'https://api.example.com/',
      ISSUER: 'https://tenant.eu.auth0.com/',
      ISSUER_PRESET: 'auth0',
      AUDIENCE: 'api://inventory, https://api.example.com',
      CLIENT_IDS: 'assembly,picking',
      INTROSPECTION_CLIENT_ID: 'inventory',
      INTROSPECTION_CLIENT_SECRET: 'introspection-secret',
      INTROSPECTION_ENDPOINT: 'https://tenant.eu.auth0.com/introspect?a=b',
      SENDER_CONSTRAINED: 'any',
      DPOP_NONCE_SECRET: `${'a'.repeat(32)}, ${'b'.repeat(44)}`,
      CLIENT_CERTIFICATE_HEADER: 'Client-Cert',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      REGISTRATION_TOKEN: 'initial',
      CORS_ORIGINS: 'https://app.example.com,http://localhost:5173',
      DATABASE_URL: 'postgres://user:password@db/inventory',
      DATA_DIR: '/var/lib/inventory',
      LOG_LEVEL: 'debug',
      BODY_LIMIT: '512kb',
      VALIDATE_REPLIES: 'off',
      DOCS: 'off',
      SHUTDOWN_DELAY_SECONDS: '1',
      SHUTDOWN_GRACE_SECONDS: '30',
    })
    expect(config).toEqual({
      environment: 'test',
      host: '::1',
      port: 8443,
      publicUrl: 'https://api.example.com',
      issuer: 'https://tenant.eu.auth0.com/',
      issuerPreset: 'auth0',
      audiences: ['api://inventory', 'https://api.example.com'],
      clientIds: ['assembly', 'picking'],
      introspection: {
        clientId: 'inventory',
        clientSecret: 'introspection-secret',
        endpoint: 'https://tenant.eu.auth0.com/introspect?a=b',
      },
      senderConstrained: 'any',
      dpopNonceSecrets: ['a'.repeat(32), 'b'.repeat(44)],
      certificateProxy: { header: 'Client-Cert', addresses: ['10.0.0.0/8', '::1'] },
      registrationToken: 'initial',
      corsOrigins: ['https://app.example.com', 'http://localhost:5173'],
      tls: undefined,
      databaseUrl: 'postgres://user:password@db/inventory',
      dataDir: '/var/lib/inventory',
      logLevel: 'debug',
      bodyLimitBytes: 524_288,
      validateReplies: 'off',
      docs: false,
      shutdownDelaySeconds: 1,
      shutdownGraceSeconds: 30,
    } satisfies Config)
  })

  const secret = 's'.repeat(32)
  it.each<{ title: string; given: Environment; want: readonly string[] }>([
    { title: 'an unknown binding', given: { SENDER_CONSTRAINED: 'DPoP' }, want: ['SENDER_CONSTRAINED'] },
    {
      title: 'certificates that nobody sees',
      given: { SENDER_CONSTRAINED: 'mtls' },
      want: ['SENDER_CONSTRAINED'],
    },
    {
      title: 'proofs for an address that nobody knows',
      given: { PORT: '0', SENDER_CONSTRAINED: 'dpop' },
      want: ['SENDER_CONSTRAINED'],
    },
    {
      title: 'a binding that cannot be checked in any way',
      given: { PORT: '0', SENDER_CONSTRAINED: 'any' },
      want: ['SENDER_CONSTRAINED'],
    },
    { title: 'a short secret', given: { DPOP_NONCE_SECRET: 'short' }, want: ['DPOP_NONCE_SECRET'] },
    {
      title: 'a second, short secret',
      given: { DPOP_NONCE_SECRET: `${secret},short` },
      want: ['DPOP_NONCE_SECRET'],
    },
    {
      title: 'nonces without DPoP',
      given: { PORT: '0', DPOP_NONCE_SECRET: secret },
      want: ['DPOP_NONCE_SECRET'],
    },
    {
      title: 'a header that anybody can send',
      given: { CLIENT_CERTIFICATE_HEADER: 'Client-Cert' },
      want: ['TRUSTED_PROXIES'],
    },
    { title: 'a proxy for nothing', given: { TRUSTED_PROXIES: '10.0.0.1' }, want: ['TRUSTED_PROXIES'] },
    ...['proxy.test', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '::/129', '10.0.0.1-9'].map((block) => ({
      title: `the address ${block}`,
      given: { CLIENT_CERTIFICATE_HEADER: 'Client-Cert', TRUSTED_PROXIES: block },
      want: ['TRUSTED_PROXIES'],
    })),
    {
      title: 'a header with a space in it',
      given: { CLIENT_CERTIFICATE_HEADER: 'Client Cert', TRUSTED_PROXIES: '10.0.0.1' },
      want: ['CLIENT_CERTIFICATE_HEADER'],
    },
  ])('does not take $title', ({ given, want }) => {
    expect(namesOf({ ...development, ...given })).toEqual(want)
  })

  it('quotes no secret of nonces', () => {
    expect(() => parseConfig({ ...development, DPOP_NONCE_SECRET: 'hunter2' })).toThrow(/^(?!.*hunter2)/s)
  })

  it('is frozen through and through', () => {
    const config = parseConfig(development)
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError)
    expect(() => (config.audiences as string[]).push('api://other')).toThrow(TypeError)
  })

  it('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(
      ['PORT', 'BODY_LIMIT', 'DATABASE_URL', 'CORS_ORIGINS', 'ISSUER_PRESET', 'REGISTRATION_TOKEN_FILE'].map(
        (name) => [name, name === 'PORT' ? '  ' : ''],
      ),
    )
    expect(parseConfig({ ...development, ...empty })).toEqual(parseConfig(development))
    expect(namesOf({ ISSUER: '', AUDIENCE: 'api://inventory' })).toEqual(['ISSUER'])
  })

  it('names every mistake at once and says what to do', () => {
    const env = { ISSUER: 'http://127.0.0.1:9000', BODY_LIMIT: 'abc', PORT: '70000', LOG_LEVEL: 'loud' }
    expect(() => parseConfig(env)).toThrow(
      [
        'The environment has 4 mistakes. Correct it, here or in .env, and start again:',
        '  PORT is "70000": give a whole number from 0 to 65535, in digits',
        '  AUDIENCE is not set: give what the authorization server calls this API ("aud" of its tokens), or, where its tokens carry no audience (Amazon Cognito), set CLIENT_IDS to the clients that may call',
        '  LOG_LEVEL is "loud": choose one of trace, debug, info, warn, error, fatal, silent',
        '  BODY_LIMIT is "abc": give bytes, such as 1048576, or a size such as 512kb or 1mb, at most 1024mb',
      ].join('\n'),
    )
  })

  it.each([
    { name: 'NODE_ENV', given: ['staging', 'Production', 'prod'] },
    {
      name: 'HOST',
      given: ['http://localhost', 'local host', '127.0.0.256', '[::1]', 'localhost:3000', '-a'],
    },
    { name: 'PORT', given: ['0x50', '80.5', '-1', '65536', '3e3', 'http', '3000 '.repeat(2)] },
    {
      name: 'PUBLIC_URL',
      given: ['api.example.com', 'https://a.example/v1', 'https://u@a.example', 'ftp://a'],
    },
    {
      name: 'ISSUER',
      given: [
        'issuer',
        'https://a?b',
        'https://a#b',
        'https://u:p@a',
        'https://u@a',
        'https://:p@a',
        'ftp://a',
        'http://a.example',
        'https://a/ b',
      ],
    },
    { name: 'REGISTRATION_TOKEN', given: ['two words', 'line\nbreak', 'ü', 'a=b'] },
    { name: 'ISSUER_PRESET', given: ['Okta', 'google', 'constructor'] },
    { name: 'AUDIENCE', given: [',', 'api://a,', 'api://a,,api://b'] },
    { name: 'CLIENT_IDS', given: [',', 'a,,b'] },
    {
      name: 'CORS_ORIGINS',
      given: ['*', 'app.example.com', 'https://a.example/path', 'https://a.example,', 'null'],
    },
    { name: 'DATABASE_URL', given: ['inventory', 'mysql://a/b', 'postgres'] },
    { name: 'LOG_LEVEL', given: ['INFO', 'verbose', '30'] },
    { name: 'BODY_LIMIT', given: ['abc', '0', '-1', '1.5mb', '1gb', '1mbb', '2048mb', '1e6', 'mb'] },
    { name: 'VALIDATE_REPLIES', given: ['true', 'Enforce', 'on'] },
    { name: 'DOCS', given: ['true', 'no', 'ON'] },
    { name: 'SHUTDOWN_DELAY_SECONDS', given: ['5s', '301', '-1'] },
    { name: 'SHUTDOWN_GRACE_SECONDS', given: ['10s', '301', '0.5'] },
  ])('refuses values of $name that it does not understand', ({ name, given }) => {
    for (const value of given) expect(namesOf({ ...development, [name]: value }), value).toEqual([name])
  })

  it('trims values, keeps each part of a list once, and takes 0 as a port', () => {
    const config = parseConfig({ ...development, AUDIENCE: ' a , b,a ', PORT: ' 0 ' })
    expect(config.audiences).toEqual(['a', 'b'])
    expect(config.port).toBe(0)
    expect(config.publicUrl).toBeUndefined()
  })

  it.each([
    { given: { HOST: '0.0.0.0', PORT: '80' }, want: 'http://127.0.0.1' },
    { given: { HOST: '::', PORT: '8080' }, want: 'http://127.0.0.1:8080' },
    { given: { HOST: '::1' }, want: 'http://[::1]:3000' },
    { given: { HOST: 'localhost' }, want: 'http://localhost:3000' },
  ])('is reached at $want when it listens at $given', ({ given, want }) => {
    expect(parseConfig({ ...development, ...given }).publicUrl).toBe(want)
  })
})

describe('parseConfig, about the audience', () => {
  it.each([
    { given: { ISSUER: 'https://dev-1.okta.com/oauth2/default' }, want: ['api://default'] },
    { given: { ISSUER: 'https://dev-1.oktapreview.com/oauth2/default' }, want: ['api://default'] },
    { given: { ISSUER: 'https://dev-1.okta-gov.com/oauth2/default' }, want: ['api://default'] },
    {
      given: { ISSUER: 'https://login.example.com/oauth2/default', ISSUER_PRESET: 'okta' },
      want: ['api://default'],
    },
    {
      given: { ISSUER: 'https://dev-1.okta.com/oauth2/default', AUDIENCE: 'api://mine' },
      want: ['api://mine'],
    },
    { given: { ISSUER: 'https://dev-1.okta.com/oauth2/default', CLIENT_IDS: 'a' }, want: ['api://default'] },
    { given: { ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/p', CLIENT_IDS: 'a' }, want: null },
  ])('takes $want for $given', ({ given, want }) => {
    expect(parseConfig(given).audiences).toEqual(want)
  })

  it.each([
    { ISSUER: 'https://dev-1.okta.com/oauth2/aus1' },
    { ISSUER: 'https://dev-1.okta.com/oauth2/default/' },
    { ISSUER: 'https://dev-1.okta.com.evil.example/oauth2/default' },
    { ISSUER: 'https://evilokta.com/oauth2/default' },
    { ISSUER: 'https://login.example.com/oauth2/default' },
    { ISSUER: 'https://dev-1.okta.com/oauth2/default', ISSUER_PRESET: 'rfc9068' },
    { ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/p', ISSUER_PRESET: 'cognito' },
  ])('guesses none for %o', (env) => {
    expect(namesOf(env)).toEqual(['AUDIENCE'])
  })
})

describe('parseConfig, about introspection', () => {
  const client = { INTROSPECTION_CLIENT_ID: 'api', INTROSPECTION_CLIENT_SECRET: 'hunter2' }

  it('needs a client and its secret, and takes the endpoint from the metadata', () => {
    expect(parseConfig({ ...development, ...client }).introspection).toEqual({
      clientId: 'api',
      clientSecret: 'hunter2',
      endpoint: undefined,
    })
  })

  it.each<{ title: string; given: Environment; want: readonly string[] }>([
    {
      title: 'a client without its secret',
      given: { INTROSPECTION_CLIENT_ID: 'api' },
      want: ['INTROSPECTION_CLIENT_SECRET'],
    },
    {
      title: 'a secret without its client',
      given: { INTROSPECTION_CLIENT_SECRET: 'hunter2' },
      want: ['INTROSPECTION_CLIENT_ID'],
    },
    {
      title: 'an endpoint alone',
      given: { INTROSPECTION_ENDPOINT: 'https://a.example/introspect' },
      want: ['INTROSPECTION_CLIENT_ID'],
    },
    {
      title: 'a secret in a file that is not there',
      given: { INTROSPECTION_CLIENT_ID: 'api', INTROSPECTION_CLIENT_SECRET_FILE: '/not/there' },
      want: ['INTROSPECTION_CLIENT_SECRET_FILE'],
    },
    ...['introspect', 'https://a#b', 'https://u:p@a', 'ftp://a', 'http://a.example', 'https://a/ b'].map(
      (endpoint) => ({
        title: `the endpoint ${endpoint}`,
        given: { ...client, INTROSPECTION_ENDPOINT: endpoint },
        want: ['INTROSPECTION_ENDPOINT'],
      }),
    ),
  ])('refuses $title', ({ given, want }) => {
    expect(namesOf({ ...development, ...given })).toEqual(want)
    expect(JSON.stringify(mistakesOf({ ...development, ...given }))).not.toContain('hunter2')
  })

  it('takes http at this machine, and not in production', () => {
    const env = { ...client, INTROSPECTION_ENDPOINT: 'http://127.0.0.1:9000/token/introspection' }
    expect(namesOf({ ...development, ...env })).toEqual([])
    expect(namesOf({ ...production, ...env })).toEqual(['INTROSPECTION_ENDPOINT'])
  })
})

describe('parseConfig in production', () => {
  it.each([
    { title: 'no issuer', given: { ISSUER: undefined }, want: 'is not set' },
    { title: 'an http issuer', given: { ISSUER: 'http://issuer.example.com' }, want: 'is http' },
    {
      title: 'the issuer of development',
      given: { ISSUER: 'http://127.0.0.1:9000' },
      want: 'is at this machine',
    },
    {
      title: 'an issuer at localhost',
      given: { ISSUER: 'https://localhost:9000' },
      want: 'is at this machine',
    },
    { title: 'an issuer at ::1', given: { ISSUER: 'https://[::1]:9000' }, want: 'is at this machine' },
    { title: 'no audience', given: { AUDIENCE: undefined }, want: 'is not set' },
  ])('refuses $title', ({ given, want }) => {
    expect(mistakesOf({ ...production, ...given })).toEqual([
      { name: Object.keys(given)[0], message: expect.stringContaining(want) as string },
    ])
  })

  it('does not point at the development server', () => {
    expect(mistakesOf({ NODE_ENV: 'production' })[0]?.message).not.toContain('npm run dev')
    expect(mistakesOf({})[0]?.message).toContain('npm run dev')
  })

  it('takes a public host whose name begins like that of this machine', () => {
    expect(parseConfig({ ...production, ISSUER: 'https://127.example.com' }).issuer).toBe(
      'https://127.example.com',
    )
  })
})

describe('parseConfig, about secrets and files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  const file = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const mintCertificate = (name: string): { readonly cert: string; readonly key: string } => {
    const { cert, key } = createCertificate()
    return { cert: file(`${name}.crt`, cert), key: file(`${name}.key`, key) }
  }
  const pair = mintCertificate('one')
  const otherPair = mintCertificate('other')

  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  it('takes secrets from files, without the newline at their end', () => {
    const config = parseConfig({
      ...development,
      REGISTRATION_TOKEN_FILE: file('token', 'initial\n'),
      DATABASE_URL_FILE: file('database', 'postgresql://user:password@db/inventory\n'),
    })
    expect(config.registrationToken).toBe('initial')
    expect(config.databaseUrl).toBe('postgresql://user:password@db/inventory')
  })

  it.each([
    {
      title: 'a file that is not there',
      path: () => join(folder, 'absent'),
      want: 'cannot be read (ENOENT)',
    },
    { title: 'an empty file', path: () => file('empty', ' \n'), want: 'which is empty' },
  ])('refuses $title', ({ path, want }) => {
    expect(mistakesOf({ ...development, REGISTRATION_TOKEN_FILE: path() })).toEqual([
      { name: 'REGISTRATION_TOKEN_FILE', message: expect.stringContaining(want) as string },
    ])
  })

  it('refuses a secret that is given twice', () => {
    const env = {
      ...development,
      DATABASE_URL: 'postgres://a/b',
      DATABASE_URL_FILE: file('twice', 'postgres://a/b'),
    }
    expect(namesOf(env)).toEqual(['DATABASE_URL_FILE'])
  })

  it('never quotes a secret', () => {
    const bad = 'mysql://user:hunter2@db/inventory'
    for (const env of [{ DATABASE_URL: bad }, { DATABASE_URL_FILE: file('secret', bad) }]) {
      const [mistake, ...others] = mistakesOf({ ...development, ...env })
      expect(others).toEqual([])
      expect(mistake?.name).toBe(Object.keys(env)[0])
      expect(mistake?.message).not.toContain('hunter2')
    }
    expect(mistakesOf({ ISSUER: 'https://user:hunter2@a', AUDIENCE: 'a' })[0]?.message).not.toContain(
      'hunter2',
    )
  })

  it('reads the certificate, the key and the CA to serve https with', () => {
    const env = {
      ...development,
      TLS_CERT_FILE: pair.cert,
      TLS_KEY_FILE: pair.key,
      TLS_CA_FILE: otherPair.cert,
    }
    const config = parseConfig(env)
    expect(config.tls).toEqual({
      cert: readFileSync(pair.cert, 'utf8'),
      key: readFileSync(pair.key, 'utf8'),
      ca: readFileSync(otherPair.cert, 'utf8'),
    })
    expect(config.publicUrl).toBe('https://127.0.0.1:3000')
    const optional = parseConfig({ ...env, TLS_CLIENT_CERTIFICATES: 'optional', SENDER_CONSTRAINED: 'mtls' })
    expect(optional.tls?.clientCertificates).toBe('optional')
  })

  it('refuses TLS files that do not belong together', () => {
    const { cert, key } = pair
    const garbage = file('garbage', 'no certificate')
    const table = [
      { given: { TLS_CERT_FILE: cert }, want: ['TLS_KEY_FILE'] },
      { given: { TLS_KEY_FILE: key }, want: ['TLS_CERT_FILE'] },
      { given: { TLS_CA_FILE: cert }, want: ['TLS_CA_FILE'] },
      { given: { TLS_CLIENT_CERTIFICATES: 'optional' }, want: ['TLS_CLIENT_CERTIFICATES'] },
      {
        given: { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CERTIFICATES: 'required' },
        want: ['TLS_CLIENT_CERTIFICATES'],
      },
      { given: { TLS_CERT_FILE: cert, TLS_KEY_FILE: otherPair.key }, want: ['TLS_CERT_FILE'] },
      { given: { TLS_CERT_FILE: garbage, TLS_KEY_FILE: key }, want: ['TLS_CERT_FILE'] },
      { given: { TLS_CERT_FILE: cert, TLS_KEY_FILE: join(folder, 'absent') }, want: ['TLS_KEY_FILE'] },
    ]
    for (const { given, want } of table) expect(namesOf({ ...development, ...given })).toEqual(want)
  })
})
