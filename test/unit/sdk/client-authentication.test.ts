import { createVerify, generateKeyPairSync, verify, type JsonWebKey } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createTokenSource, type TokenSourceOptions } from '../../../src/sdk/token-source.js'
import { reasonOf } from './service-in-memory.js'

const tokenEndpoint = 'https://issuer.example.com/oauth2/token'
const issuer = 'https://issuer.example.com'
const now = () => 1_700_000_000_000

/** What the token endpoint is sent. */
async function askedBy(options: Partial<TokenSourceOptions>) {
  const requests: { headers: Headers; form: URLSearchParams }[] = []
  const source = createTokenSource({
    clientId: 'assembly line',
    tokenEndpoint,
    issuer,
    now,
    randomId: () => 'id-1',
    fetch: async (input, init) => {
      const request = new Request(input, init)
      requests.push({ headers: request.headers, form: new URLSearchParams(await request.text()) })
      return Response.json({ access_token: 't', token_type: 'Bearer', expires_in: 100 })
    },
    ...options,
  })
  await source.accessToken()
  return requests[0]!
}

const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString())

describe('client_secret_post', () => {
  it('puts identifier and secret into the form, and nothing into the header', async () => {
    const { headers, form } = await askedBy({ clientSecret: 'a+b &c', secretIn: 'client_secret_post' })
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'assembly line',
      client_secret: 'a+b &c',
    })
    expect(headers.has('Authorization')).toBe(false)
  })
})

describe('further parameters', () => {
  it('are sent as they are given', async () => {
    const { form } = await askedBy({ clientSecret: 'x', tokenParameters: { organization: 'org_1' } })
    expect(form.get('organization')).toBe('org_1')
  })
})

describe('private_key_jwt', () => {
  it.each([
    { alg: 'ES256', pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256' },
    { alg: 'ES384', pair: generateKeyPairSync('ec', { namedCurve: 'P-384' }), hash: 'sha384' },
    { alg: 'RS256', pair: generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256' },
    { alg: 'EdDSA', pair: generateKeyPairSync('ed25519'), hash: undefined },
  ])('signs with $alg, by the key', async ({ alg, pair, hash }) => {
    const privateKey = {
      ...(pair.privateKey.export({ format: 'jwk' }) as JsonWebKey & { kty: string }),
      kid: 'k1',
    }
    const { headers, form } = await askedBy({ privateKey })
    expect(headers.has('Authorization')).toBe(false)
    expect(form.get('client_id')).toBe('assembly line')
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    const [header, claims, signature] = (form.get('client_assertion') ?? '').split('.')
    expect(decode(header)).toEqual({ alg, typ: 'JWT', kid: 'k1' })
    expect(decode(claims)).toEqual({
      iss: 'assembly line',
      sub: 'assembly line',
      aud: issuer,
      jti: 'id-1',
      iat: 1_700_000_000,
      exp: 1_700_000_060,
    })
    const input = Buffer.from(`${header ?? ''}.${claims ?? ''}`)
    const bytes = Buffer.from(signature ?? '', 'base64url')
    const isValid =
      hash === undefined
        ? verify(null, input, pair.publicKey, bytes)
        : createVerify(hash).update(input).verify({ key: pair.publicKey, dsaEncoding: 'ieee-p1363' }, bytes)
    expect(isValid).toBe(true)
  })

  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privateKey = pair.privateKey.export({ format: 'jwk' }) as JsonWebKey & { kty: string }

  it.each([
    { assertionAudience: 'issuer', want: issuer },
    { assertionAudience: 'token_endpoint', want: tokenEndpoint },
    { assertionAudience: 'https://other.example.com', want: 'https://other.example.com' },
  ])('is meant for $want where the audience is $assertionAudience', async ({ assertionAudience, want }) => {
    const { form } = await askedBy({ privateKey, assertionAudience })
    expect(decode(form.get('client_assertion')?.split('.')[1]).aud).toBe(want)
  })

  it.each([
    { title: 'neither secret nor key', options: {}, want: 'Give either a clientSecret or a privateKey' },
    {
      title: 'both',
      options: { clientSecret: 'x', privateKey },
      want: 'Give either a clientSecret or a privateKey',
    },
    {
      title: 'a public key',
      options: { privateKey: { kty: 'EC', crv: 'P-256' } },
      want: 'must be a private JWK',
    },
    {
      title: 'an unknown algorithm',
      options: { privateKey: { ...privateKey, alg: 'HS256' } },
      want: 'must be a private JWK',
    },
    {
      title: 'no one to be meant for',
      options: { privateKey, issuer: undefined },
      want: 'Give the issuer, or an assertionAudience',
    },
    {
      title: 'a place for no secret',
      options: { privateKey, secretIn: 'client_secret_post' },
      want: 'leave it out',
    },
    {
      title: 'an audience of nothing',
      options: { clientSecret: 'x', assertionAudience: 'issuer' },
      want: 'leave it out',
    },
  ])('is refused with $title', ({ options, want }) => {
    const all = { clientId: 'a', tokenEndpoint, issuer, ...options } as TokenSourceOptions
    expect(() => createTokenSource(all)).toThrow(want)
  })

  it('leaves no secret in an error, whatever the authorization server repeats', async () => {
    const source = createTokenSource({
      clientId: 'a',
      clientSecret: 'correct-horse',
      tokenEndpoint,
      fetch: async () =>
        Response.json({ error: 'invalid_client', error_description: 'not correct-horse' }, { status: 401 }),
    })
    const error = await reasonOf(source.accessToken())
    expect(error).toMatchObject({ error: 'invalid_client' })
    expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain(
      'correct-horse',
    )
    expect(inspect(source, { depth: 9, showHidden: true }) + JSON.stringify(source)).not.toContain(
      'correct-horse',
    )
  })
})
