import { describe, expect, it } from 'vitest'

import { ConfigError } from '../../../src/config/config-error.js'
import { parseDevelopmentConfig, withRunningServer } from '../../../src/dev/development-config.js'

describe('the environment while developing', () => {
  it('is complete when it is empty', () => {
    const { config, embedded, testClient } = parseDevelopmentConfig({})
    expect(config).toMatchObject({
      environment: 'development',
      publicUrl: 'http://127.0.0.1:3000',
      issuer: 'http://127.0.0.1:9000',
      issuerPreset: 'rfc9068',
      audiences: ['api://gatehouse'],
      registrationToken: undefined,
      shutdownGraceSeconds: 0,
    })
    expect(embedded).toEqual({ port: 9000 })
    expect(testClient).toEqual({})
  })

  it.each([
    {
      given: { ISSUER: '', AUDIENCE: ' ' },
      want: { issuer: 'http://127.0.0.1:9000', audiences: ['api://gatehouse'] },
    },
    { given: { DEV_ISSUER_PORT: '9100' }, want: { issuer: 'http://127.0.0.1:9100' } },
    { given: { AUDIENCE: 'api://one,api://two' }, want: { audiences: ['api://one', 'api://two'] } },
    { given: { ISSUER_PRESET: 'okta' }, want: { issuerPreset: 'rfc9068' } },
    { given: { SHUTDOWN_GRACE_SECONDS: '5' }, want: { shutdownGraceSeconds: 5 } },
    { given: { NODE_ENV: 'test' }, want: { environment: 'test' } },
  ])('with $given has the embedded server and $want', ({ given, want }) => {
    const { config, embedded } = parseDevelopmentConfig(given)
    expect(config).toMatchObject(want)
    expect(embedded).toBeDefined()
  })

  it('has no embedded server where ISSUER names another, and no audience of its own then', () => {
    const issuer = 'https://example.okta.com/oauth2/default'
    const { config, embedded } = parseDevelopmentConfig({ ISSUER: issuer, ISSUER_PRESET: 'okta' })
    expect(embedded).toBeUndefined()
    expect(config).toMatchObject({ issuer, issuerPreset: 'okta', audiences: ['api://default'] })
    expect(mistakesOf({ ISSUER: 'https://issuer.example' })).toEqual(['AUDIENCE'])
  })

  it('reads the test client', () => {
    const { testClient } = parseDevelopmentConfig({
      TEST_CLIENT_ID: 'me',
      TEST_CLIENT_SECRET: 's3cret',
      DEFAULT_SCOPE: ' items:read  items:write ',
    })
    expect(testClient).toEqual({
      clientId: 'me',
      clientSecret: 's3cret',
      scopes: ['items:read', 'items:write'],
    })
  })

  it.each([
    { given: { DEV_ISSUER_PORT: 'abc' }, want: ['DEV_ISSUER_PORT'] },
    { given: { DEV_ISSUER_PORT: '65536' }, want: ['DEV_ISSUER_PORT'] },
    { given: { DEV_ISSUER_PORT: '3000' }, want: ['DEV_ISSUER_PORT'] },
    {
      given: { DEV_ISSUER_PORT: 'abc', BODY_LIMIT: 'abc', PORT: 'abc' },
      want: ['BODY_LIMIT', 'DEV_ISSUER_PORT', 'PORT'],
    },
  ])('with $given names the mistakes $want at once', ({ given, want }) => {
    expect(mistakesOf(given)).toEqual(want)
  })

  it('lets two ports be chosen by the system', () => {
    expect(mistakesOf({ DEV_ISSUER_PORT: '0', PORT: '0' })).toEqual([])
  })

  it('is refused in production', () => {
    expect(() =>
      parseDevelopmentConfig({ NODE_ENV: 'production', ISSUER: 'https://issuer.example' }),
    ).toThrow(expect.objectContaining({ code: 'production', message: expect.stringContaining('npm start') }))
  })
})

describe('the configuration beside a running server', () => {
  const running = {
    issuer: 'http://127.0.0.1:41234',
    tokenEndpoint: 'http://127.0.0.1:41234/token',
    audiences: ['api://gatehouse'],
    opaqueResource: 'urn:example:opaque',
    registrationToken: 'generated',
    clientSecrets: new Map<string, string>(),
  }

  it('has its issuer and its registration token, and stays frozen', () => {
    const config = withRunningServer(parseDevelopmentConfig({ DEV_ISSUER_PORT: '0' }).config, running)
    expect(config).toMatchObject({ issuer: 'http://127.0.0.1:41234', registrationToken: 'generated' })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('keeps a registration token that the environment gives', () => {
    const { config } = parseDevelopmentConfig({ REGISTRATION_TOKEN: 'mine' })
    expect(withRunningServer(config, running).registrationToken).toBe('mine')
  })
})

function mistakesOf(env: Readonly<Record<string, string>>): string[] {
  try {
    parseDevelopmentConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes.map(({ name }) => name).sort()
    throw error
  }
}
