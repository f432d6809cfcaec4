import { constants, createVerify, generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { PrivateJwk } from '../../../src/sdk/private-key.js'
import type { TokenSourceOptions } from '../../../src/sdk/token-source-options.js'
import { createTokenSource } from '../../../src/sdk/token-source.js'
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

const toJwk = (key: KeyObject): PrivateJwk => key.export({ format: 'jwk' })
const toPem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString()

describe('private_key_jwt', () => {
  const pairs = [
    { alg: 'ES256', pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256' },
    { alg: 'ES384', pair: generateKeyPairSync('ec', { namedCurve: 'P-384' }), hash: 'sha384' },
    { alg: 'RS256', pair: generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256' },
    { alg: 'EdDSA', pair: generateKeyPairSync('ed25519'), hash: undefined },
  ]
  const forms = [
    { form: 'a JWK', write: toJwk },
    { form: 'the text of a JWK', write: (key: KeyObject) => JSON.stringify(toJwk(key)) },
    { form: 'PEM', write: toPem },
    { form: 'PEM on one line', write: (key: KeyObject) => toPem(key).replaceAll('\n', String.raw`\n`) },
  ]
  const given = pairs.flatMap((pair) => forms.map((form) => ({ ...pair, ...form })))
  it.each(given)('signs with $alg, by a key in $form', async ({ alg, pair, hash, write }) => {
    const { headers, form } = await askedBy({ privateKey: write(pair.privateKey), keyId: 'k1' })
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
  const privateKey = toJwk(pair.privateKey)

  it('names the key as its JWK does, unless told otherwise', async () => {
    for (const [options, kid] of [
      [{ privateKey: { ...privateKey, kid: 'k2' } }, 'k2'],
      [{ privateKey: { ...privateKey, kid: 'k2' }, keyId: 'k3' }, 'k3'],
      [{ privateKey }, undefined],
    ] as const) {
      const { form } = await askedBy(options)
      expect(decode(form.get('client_assertion')?.split('.')[0]).kid).toBe(kid)
    }
  })

  it('takes a key as WebCrypto exports it', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const made = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const { form } = await askedBy({ privateKey: await crypto.subtle.exportKey('jwk', made.privateKey) })
    expect(decode(form.get('client_assertion')?.split('.')[0]).alg).toBe('ES256')
  })

  it('signs with the algorithm that is asked for', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { form } = await askedBy({ privateKey: toPem(rsa.privateKey), keyAlgorithm: 'PS256' })
    const [header = '', claims = '', signature = ''] = (form.get('client_assertion') ?? '').split('.')
    expect(decode(header).alg).toBe('PS256')
    const key = { key: rsa.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    expect(
      verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')),
    ).toBe(true)
  })

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
      want: 'privateKey must be a private EC P-256 or P-384, RSA, or Ed25519 key, as a JWK or as PKCS #8 in PEM',
    },
    {
      title: 'an unknown algorithm',
      options: { privateKey: { ...privateKey, alg: 'HS256' } },
      want: 'privateKey does not sign with HS256: give one of ES256 as keyAlgorithm, or none',
    },
    {
      title: 'an algorithm of another key',
      options: { privateKey: toPem(pair.privateKey), keyAlgorithm: 'RS256' },
      want: 'does not sign with RS256: give one of ES256',
    },
    {
      title: 'PEM in an older form',
      options: { privateKey: pair.privateKey.export({ format: 'pem', type: 'sec1' }).toString() },
      want: 'a PEM file of "EC PRIVATE KEY", not of "PRIVATE KEY": `openssl pkcs8 -topk8 -nocrypt` makes one',
    },
    {
      title: 'the PEM of a key of another kind',
      options: { privateKey: toPem(generateKeyPairSync('x25519').privateKey) },
      want: 'privateKey must be a private EC',
    },
    {
      title: 'the name of a file',
      options: { privateKey: '/run/secrets/key.pem' },
      want: 'privateKey must be a private EC',
    },
    {
      title: 'text that is no JWK',
      options: { privateKey: '{ "kty": ' },
      want: 'privateKey must be a private EC',
    },
    {
      title: 'the name of no key',
      options: { clientSecret: 'x', keyId: 'k1' },
      want: 'keyId is of no use without a privateKey: leave it out',
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
