import { describe, expect, it } from 'vitest'
import {
  createIssuerMetadataSource,
  discoverIssuer,
  metadataUrls,
  type DiscoveryOptions,
} from '../../../src/auth/discovery.js'
import { createTestIssuer } from '../../support/keys.js'

/** Answers for the given addresses, 404 for all others. */
function serve(documents: Readonly<Record<string, unknown>>): { fetch: typeof fetch; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    fetch: (input) => {
      const url = input instanceof Request ? input.url : input.toString()
      asked.push(url)
      return Promise.resolve(
        url in documents ? Response.json(documents[url]) : new Response(null, { status: 404 }),
      )
    },
  }
}

describe('metadataUrls', () => {
  it.each([
    {
      given: 'https://issuer.test',
      want: [
        'https://issuer.test/.well-known/openid-configuration',
        'https://issuer.test/.well-known/oauth-authorization-server',
      ],
    },
    {
      given: 'https://tenant.auth0.com/',
      want: [
        'https://tenant.auth0.com/.well-known/openid-configuration',
        'https://tenant.auth0.com/.well-known/oauth-authorization-server',
      ],
    },
    {
      given: 'https://org.okta.com/oauth2/default',
      want: [
        'https://org.okta.com/oauth2/default/.well-known/openid-configuration',
        'https://org.okta.com/.well-known/oauth-authorization-server/oauth2/default',
      ],
    },
  ])('appends to and inserts into $given', ({ given, want }) => {
    expect(metadataUrls(given)).toEqual(want)
  })
})

describe('discoverIssuer', () => {
  const issuer = 'https://issuer.test/tenant'
  const [appended, inserted] = metadataUrls(issuer)
  const metadata = { issuer, jwks_uri: 'https://keys.test/jwks', token_endpoint: 'https://issuer.test/token' }
  const want = { issuer, jwksUri: 'https://keys.test/jwks', tokenEndpoint: 'https://issuer.test/token' }

  it('is content with the OpenID Connect address', async () => {
    const { fetch, asked } = serve({ [appended]: metadata, [inserted]: metadata })
    await expect(discoverIssuer(issuer, { fetch })).resolves.toEqual(want)
    expect(asked).toEqual([appended])
  })

  it('goes on to the address of RFC 8414', async () => {
    const { fetch, asked } = serve({ [inserted]: metadata })
    await expect(discoverIssuer(issuer, { fetch })).resolves.toEqual(want)
    expect(asked).toEqual([appended, inserted])
  })

  it.each([
    { title: 'a trailing slash more', given: `${issuer}/` },
    { title: 'another case', given: 'https://ISSUER.test/tenant' },
    { title: 'another tenant', given: 'https://issuer.test/other' },
    { title: 'an array', given: [issuer] },
    { title: 'nothing', given: undefined },
  ])('refuses metadata whose issuer is $title', async ({ given }) => {
    const { fetch } = serve({ [appended]: { ...metadata, issuer: given } })
    await expect(discoverIssuer(issuer, { fetch })).rejects.toMatchObject({
      code: 'discovery_failed',
      issuer,
    })
  })

  it('prefers a later document with the right issuer to an earlier one without', async () => {
    const { fetch } = serve({
      [appended]: { ...metadata, issuer: 'https://evil.test' },
      [inserted]: metadata,
    })
    await expect(discoverIssuer(issuer, { fetch })).resolves.toEqual(want)
  })

  it.each([[[]], ['text'], [null], [7]])('refuses %j for metadata', async (document) => {
    const { fetch } = serve({ [appended]: document })
    await expect(discoverIssuer(issuer, { fetch })).rejects.toMatchObject({ code: 'discovery_failed' })
  })

  it.each(['http://keys.test/jwks', 'file:///jwks', '/jwks', 7, { __proto__: null }])(
    'leaves out the address %j',
    async (address) => {
      const { fetch } = serve({ [appended]: { ...metadata, jwks_uri: address } })
      await expect(discoverIssuer(issuer, { fetch })).resolves.not.toHaveProperty('jwksUri')
    },
  )

  it('names the reason of every address', async () => {
    const { fetch } = serve({ [inserted]: [] })
    const error: unknown = await discoverIssuer(issuer, { fetch }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ cause: { errors: [{ code: 'status' }, { name: 'TypeError' }] } })
  })

  it.each<{ given: string; options: DiscoveryOptions }>([
    { given: 'http://issuer.test', options: { allowInsecureIssuers: true } },
    { given: 'http://127.0.0.1:9', options: {} },
    { given: 'issuer', options: { allowInsecureIssuers: true } },
  ])('asks nobody about $given', async ({ given, options }) => {
    const { fetch, asked } = serve({})
    await expect(discoverIssuer(given, { fetch, ...options })).rejects.toMatchObject({
      code: 'discovery_failed',
    })
    expect(asked).toEqual([])
  })

  it('has one time limit for all addresses', async () => {
    const signals: unknown[] = []
    const silent: typeof fetch = (_input, { signal } = {}) => {
      signals.push(signal)
      return new Promise((_resolve, reject) => {
        const abort = (): void => reject(new Error('aborted'))
        if (signal?.aborted === true) abort()
        else signal?.addEventListener('abort', abort)
      })
    }
    await expect(discoverIssuer(issuer, { fetch: silent, timeoutMs: 20 })).rejects.toMatchObject({
      cause: { errors: [{ code: 'timeout' }, { code: 'timeout' }] },
    })
    expect(signals).toHaveLength(2)
    expect(signals[0]).toBe(signals[1])
  })

  it('reads a server on the loopback interface where that is allowed', async () => {
    const issuer = await createTestIssuer()
    await issuer.start()
    await expect(discoverIssuer(issuer.issuer, { allowInsecureIssuers: true })).resolves.toEqual({
      issuer: issuer.issuer,
      jwksUri: issuer.jwksUri,
      tokenEndpoint: `${issuer.issuer}/token`,
      registrationEndpoint: `${issuer.issuer}/reg`,
      introspectionEndpoint: `${issuer.issuer}/introspect`,
    })
    await issuer.close()
  })
})

describe('createIssuerMetadataSource', () => {
  const issuer = 'https://issuer.test'
  const [appended] = metadataUrls(issuer)

  it('asks once for callers at the same time, and again when the metadata has aged', async () => {
    let time = 0
    const { fetch, asked } = serve({ [appended]: { issuer } })
    const source = createIssuerMetadataSource(issuer, { fetch, now: () => time, maxAgeSeconds: 60 })
    await Promise.all([source(), source(), source()])
    time = 59_999
    await source()
    expect(asked).toHaveLength(1)
    time = 60_000
    await source()
    expect(asked).toHaveLength(2)
  })

  it('keeps no failure', async () => {
    const documents: Record<string, unknown> = {}
    const source = createIssuerMetadataSource(issuer, serve(documents))
    await expect(source()).rejects.toMatchObject({ code: 'discovery_failed' })
    documents[appended] = { issuer }
    await expect(source()).resolves.toEqual({ issuer })
  })
})
