import { createHmac, createSign } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAccessTokenVerifier, type TrustedIssuer } from '../../../src/auth/access-token.js'
import { createStaticKeySet, KeySetUnavailableError, type KeySet } from '../../../src/auth/key-set.js'
import { resolvePolicy, type AccessTokenPolicyInput } from '../../../src/auth/policy.js'
import { createTestIssuer, encodePart, signToken, type TestIssuer, type TestKey } from '../../support/keys.js'

const audience = 'api://inventory'
const nowSeconds = 1_800_000_000

describe('createAccessTokenVerifier', () => {
  let issuer: TestIssuer
  let other: TestIssuer
  let ec: TestKey
  let rsa: TestKey

  beforeAll(async () => {
    issuer = await createTestIssuer({
      issuer: 'https://issuer.test/tenant',
      audience,
      algorithms: ['ES256', 'RS256'],
    })
    other = await createTestIssuer({ issuer: 'https://other.test', audience })
    ec = issuer.key('ES256')
    rsa = issuer.key('RS256')
  })

  function trust(from: TestIssuer, changed: Partial<AccessTokenPolicyInput> = {}): [string, TrustedIssuer] {
    const policy = resolvePolicy({ issuer: from.issuer, audiences: [audience], ...changed })
    return [from.issuer, { policy, keySet: createStaticKeySet(from.jwks) }]
  }

  function verify(token: string, changed: Partial<AccessTokenPolicyInput> = {}): Promise<unknown> {
    const issuers = new Map([trust(issuer, changed), trust(other)])
    return createAccessTokenVerifier(issuers, { now: () => nowSeconds * 1000 })(token)
  }

  /** Claims and header of a valid token; its text is the caller's to spoil. */
  const claims = (changed: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
    iss: issuer.issuer,
    aud: audience,
    sub: 'subject',
    client_id: 'client',
    scope: 'items:read',
    iat: nowSeconds - 10,
    exp: nowSeconds + 290,
    ...changed,
  })
  const header = (changed: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
    alg: 'ES256',
    kid: ec.kid,
    typ: 'at+jwt',
    ...changed,
  })
  const refused = (code: string): unknown => expect.objectContaining({ ok: false, reason: 'invalid', code })

  it('makes a principal of a valid token', async () => {
    await expect(verify(signToken(header(), claims(), ec))).resolves.toEqual({
      ok: true,
      principal: {
        issuer: 'https://issuer.test/tenant',
        clientId: 'client',
        subject: 'subject',
        scopes: ['items:read'],
        expiresAt: nowSeconds + 290,
        claims: claims(),
      },
    })
  })

  it('accepts an RSA signature, and a token of every issuer by its own policy', async () => {
    await expect(
      verify(signToken(header({ alg: 'RS256', kid: rsa.kid }), claims(), rsa)),
    ).resolves.toMatchObject({ ok: true })
    const key = other.key('ES256')
    await expect(
      verify(signToken(header({ kid: key.kid }), claims({ iss: other.issuer }), key)),
    ).resolves.toMatchObject({ ok: true, principal: { issuer: 'https://other.test' } })
  })

  describe('refuses what is no JWS in compact form:', () => {
    it.each<{ title: string; spoil: (token: string, parts: readonly string[]) => string }>([
      { title: 'one word', spoil: () => 'opaque' },
      { title: 'two parts', spoil: (_, [h, p]) => `${h}.${p}` },
      { title: 'no signature', spoil: (_, [h, p]) => `${h}.${p}.` },
      { title: 'no payload', spoil: (_, [h, , s]) => `${h}..${s}` },
      { title: 'no header', spoil: (_, [, p, s]) => `.${p}.${s}` },
      { title: 'five parts', spoil: (token) => `${token}.a.b` },
      {
        title: 'JSON serialisation',
        spoil: (_, [h, p, s]) => JSON.stringify({ protected: h, payload: p, signature: s }),
      },
      { title: 'padding', spoil: (token) => `${token}=` },
      { title: 'a space', spoil: (token) => `${token} ` },
      { title: 'a line break within', spoil: (token) => `${token.slice(0, 20)}\n${token.slice(20)}` },
      { title: 'base64 in place of base64url', spoil: (token) => `${token.slice(0, -2)}+/` },
      { title: 'an impossible length', spoil: (_, [h, p]) => `${h}.${p}.AAAAA` },
      { title: 'stray bits at the end of the signature', spoil: (token) => respell(token) },
      { title: 'a header that is no JSON', spoil: (_, [, p, s]) => `${encodePart('{')}.${p}.${s}` },
      { title: 'a header that is an array', spoil: (_, [, p, s]) => `${encodePart('[]')}.${p}.${s}` },
      {
        title: 'a header of broken UTF-8',
        spoil: (_, [, p, s]) => `${encodePart(Buffer.from('7b22ff227d', 'hex'))}.${p}.${s}`,
      },
    ])('$title', async ({ spoil }) => {
      const token = signToken(header(), claims(), ec)
      await expect(verify(token)).resolves.toMatchObject({ ok: true })
      await expect(verify(spoil(token, token.split('.')))).resolves.toEqual(refused('malformed'))
    })

    it.each<{ title: string; payload: string | Buffer }>([
      { title: 'an empty payload', payload: '""' },
      { title: 'an array for a payload', payload: '[]' },
      { title: 'null for a payload', payload: 'null' },
      { title: 'text for a payload', payload: 'text' },
      { title: 'another token for a payload', payload: 'e30.e30.AAAA' },
      { title: 'a payload of broken UTF-8', payload: Buffer.from('7b2261223a22ff227d', 'hex') },
    ])('$title', async ({ payload }) => {
      await expect(verify(signToken(header(), payload, ec))).resolves.toEqual(refused('malformed'))
    })
  })

  /** The same bytes with another last character: 86 characters hold 516 bits, the signature has 512. */
  function respell(token: string): string {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(token.slice(-1))
    return token.slice(0, -1) + (alphabet[last + 1] ?? '')
  }

  describe('refuses the signature', () => {
    it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'ES256K', 'constructor'])('alg %j', async (alg) => {
      const [h, p] = [encodePart(header({ alg })), encodePart(claims())]
      const code = alg === '' ? 'malformed' : 'algorithm'
      await expect(verify(`${h}.${p}.AAAA`)).resolves.toEqual(refused(code))
    })

    it.each([7, null, ['ES256'], undefined])('of the algorithm %j', async (alg) => {
      await expect(verify(signToken(header({ alg }), claims(), ec))).resolves.toEqual(refused('malformed'))
    })

    it('of HMAC with the public key in any of its forms', async () => {
      const forms = [
        rsa.publicKey.export({ format: 'pem', type: 'spki' }),
        rsa.publicKey.export({ format: 'pem', type: 'pkcs1' }),
        rsa.publicKey.export({ format: 'der', type: 'spki' }),
        JSON.stringify(rsa.publicJwk),
        rsa.publicJwk.n ?? '',
      ]
      for (const secret of forms) {
        const input = `${encodePart(header({ alg: 'HS256', kid: rsa.kid }))}.${encodePart(claims())}`
        const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
        await expect(verify(token)).resolves.toEqual(refused('algorithm'))
      }
    })

    it('of an algorithm that the policy leaves out, with the right key', async () => {
      const token = signToken(header({ alg: 'RS256', kid: rsa.kid }), claims(), rsa)
      await expect(verify(token, { algorithms: ['PS256'] })).resolves.toEqual(refused('algorithm'))
    })

    it('of an algorithm that the key is not for', async () => {
      for (const alg of ['PS256', 'RS512', 'ES256']) {
        const token = signToken(header({ alg, kid: rsa.kid }), claims(), rsa)
        await expect(verify(token)).resolves.toEqual(refused('key'))
      }
    })

    it('with r and s of zero', async () => {
      const zero = Buffer.alloc(64).toString('base64url')
      const token = `${encodePart(header())}.${encodePart(claims())}.${zero}`
      await expect(verify(token)).resolves.toEqual(refused('signature'))
    })

    it('in ASN.1, as other libraries write it', async () => {
      const input = `${encodePart(header())}.${encodePart(claims())}`
      const der = createSign('sha256').update(input).sign(ec.privateKey, 'base64url')
      await expect(verify(`${input}.${der}`)).resolves.toEqual(refused('signature'))
    })

    it('that is cut short, or belongs to another payload or header', async () => {
      const [h, p, s] = signToken(header(), claims(), ec).split('.')
      const tampered = [
        `${h}.${p}.${s?.slice(0, 40)}`,
        `${h}.${p}.AA`,
        `${h}.${encodePart(claims({ scope: 'items:write' }))}.${s}`,
        `${encodePart(header({ extra: 1 }))}.${p}.${s}`,
      ]
      for (const token of tampered) await expect(verify(token)).resolves.toEqual(refused('signature'))
    })

    it('of another trusted issuer', async () => {
      const key = other.key('ES256')
      await expect(verify(signToken(header({ kid: key.kid }), claims(), key))).resolves.toEqual(
        refused('key'),
      )
      await expect(verify(signToken(header(), claims(), key))).resolves.toEqual(refused('signature'))
    })
  })

  describe('refuses the header', () => {
    it.each<{ title: string; given: Readonly<Record<string, unknown>>; code: string }>([
      { title: 'an unknown kid', given: { kid: 'unknown' }, code: 'key' },
      { title: 'a path for a kid', given: { kid: '../../../dev/null' }, code: 'key' },
      { title: 'a kid of 4 kB', given: { kid: 'k'.repeat(4096) }, code: 'key' },
      { title: 'a kid that is a number', given: { kid: 7 }, code: 'header' },
      { title: 'a kid that is null', given: { kid: null }, code: 'header' },
      { title: 'an unknown critical extension', given: { crit: ['ext'], ext: 1 }, code: 'header' },
      { title: 'an empty crit', given: { crit: [] }, code: 'header' },
      { title: 'an unencoded payload', given: { crit: ['b64'], b64: false }, code: 'header' },
      { title: 'b64 even where it changes nothing', given: { b64: true }, code: 'header' },
      { title: 'compression', given: { zip: 'DEF' }, code: 'header' },
      { title: 'encryption', given: { enc: 'A256GCM' }, code: 'header' },
      { title: 'no typ', given: { typ: undefined }, code: 'typ' },
      { title: 'typ null', given: { typ: null }, code: 'typ' },
      { title: 'a list of typ', given: { typ: ['at+jwt'] }, code: 'typ' },
      { title: 'typ JWT', given: { typ: 'JWT' }, code: 'typ' },
      { title: 'typ of another tree', given: { typ: 'x/at+jwt' }, code: 'typ' },
    ])('with $title', async ({ given, code }) => {
      await expect(verify(signToken(header(given), claims(), ec))).resolves.toEqual(refused(code))
    })

    it('with typ null even where none is due', async () => {
      const untyped = { typ: [null] }
      await expect(
        verify(signToken(header({ typ: undefined }), claims(), ec), untyped),
      ).resolves.toMatchObject({
        ok: true,
      })
      await expect(verify(signToken(header({ typ: null }), claims(), ec), untyped)).resolves.toEqual(
        refused('typ'),
      )
    })

    it('with a typ that is inherited only', async () => {
      const text = JSON.stringify(header({ typ: undefined })).replace('{', '{"__proto__":{"typ":"at+jwt"},')
      await expect(verify(signToken(text, claims(), ec))).resolves.toEqual(refused('typ'))
    })

    it('without a kid where several keys fit', async () => {
      const twin = { ...ec.publicJwk, kid: 'twin' }
      const policy = resolvePolicy({ issuer: issuer.issuer, audiences: [audience] })
      const keySet = createStaticKeySet({ keys: [ec.publicJwk, twin] })
      const verifyTwins = createAccessTokenVerifier(new Map([[issuer.issuer, { policy, keySet }]]), {
        now: () => nowSeconds * 1000,
      })
      const token = signToken(header({ kid: undefined }), claims(), ec)
      await expect(verifyTwins(token)).resolves.toEqual(refused('key'))
      await expect(verify(token)).resolves.toMatchObject({ ok: true })
    })

    it.each(['AT+JWT', 'application/at+jwt', 'Application/AT+JWT'])('but not with typ %s', async (typ) => {
      await expect(verify(signToken(header({ typ }), claims(), ec))).resolves.toMatchObject({ ok: true })
    })
  })

  it('follows no key or address in the header', async () => {
    const evil = other.key('ES256')
    const keys = {
      jwk: evil.publicJwk,
      jku: 'http://127.0.0.1:1/jwks',
      x5u: 'http://127.0.0.1:1/x5u',
      x5c: ['MII'],
    }
    await expect(verify(signToken(header(keys), claims(), evil))).resolves.toEqual(refused('signature'))
    await expect(verify(signToken(header(keys), claims(), ec))).resolves.toMatchObject({ ok: true })
  })

  describe('refuses the claims', () => {
    it.each<{ title: string; given: Readonly<Record<string, unknown>>; code: string }>([
      { title: 'of an unknown issuer', given: { iss: 'https://evil.test' }, code: 'issuer' },
      { title: 'of a prefix of the issuer', given: { iss: 'https://issuer.test' }, code: 'issuer' },
      {
        title: 'of an issuer with a slash more',
        given: { iss: 'https://issuer.test/tenant/' },
        code: 'issuer',
      },
      {
        title: 'of the issuer in another case',
        given: { iss: 'https://issuer.test/Tenant' },
        code: 'issuer',
      },
      { title: 'of a list with the issuer', given: { iss: ['https://issuer.test/tenant'] }, code: 'issuer' },
      { title: 'of an issuer like a built-in', given: { iss: 'constructor' }, code: 'issuer' },
      { title: 'of no issuer', given: { iss: undefined }, code: 'issuer' },
      { title: 'expired a tolerance ago', given: { exp: nowSeconds - 30 }, code: 'expired' },
      { title: 'without exp', given: { exp: undefined }, code: 'expired' },
      { title: 'with exp in text', given: { exp: String(nowSeconds + 300) }, code: 'expired' },
      { title: 'with exp null', given: { exp: null }, code: 'expired' },
      { title: 'with a negative exp', given: { exp: -1 }, code: 'expired' },
      { title: 'with exp beyond all dates', given: { exp: 8.64e12 + 1 }, code: 'expired' },
      {
        title: 'not valid for more than a tolerance',
        given: { nbf: nowSeconds + 31 },
        code: 'not_yet_valid',
      },
      { title: 'with nbf in text', given: { nbf: '0' }, code: 'not_yet_valid' },
      { title: 'with a negative nbf', given: { nbf: -1 }, code: 'not_yet_valid' },
      { title: 'issued in the future', given: { iat: nowSeconds + 31 }, code: 'issued_at' },
      { title: 'without iat', given: { iat: undefined }, code: 'issued_at' },
      { title: 'with iat in text', given: { iat: String(nowSeconds) }, code: 'issued_at' },
      { title: 'with a negative iat', given: { iat: -1 }, code: 'issued_at' },
      { title: 'without an audience', given: { aud: undefined }, code: 'audience' },
      { title: 'for an empty audience', given: { aud: '' }, code: 'audience' },
      { title: 'for no audience', given: { aud: [] }, code: 'audience' },
      { title: 'for another audience', given: { aud: 'api://other' }, code: 'audience' },
      { title: 'for a longer audience', given: { aud: `${audience}/items` }, code: 'audience' },
      { title: 'for the audience in another case', given: { aud: audience.toUpperCase() }, code: 'audience' },
      { title: 'for a nested audience', given: { aud: [[audience]] }, code: 'audience' },
      { title: 'for an audience in an object', given: { aud: { [audience]: true } }, code: 'audience' },
      { title: 'for a number', given: { aud: 7 }, code: 'audience' },
      { title: 'for the audience and a number', given: { aud: [audience, 7] }, code: 'audience' },
      { title: 'with a nonce, as ID tokens have', given: { nonce: 'n' }, code: 'token_kind' },
      { title: 'with at_hash, as ID tokens have', given: { at_hash: 'h' }, code: 'token_kind' },
      { title: 'with events, as logout tokens have', given: { events: {} }, code: 'token_kind' },
      { title: 'bound to a DPoP key', given: { cnf: { jkt: 'j' } }, code: 'confirmation' },
      { title: 'bound to a certificate', given: { cnf: { 'x5t#S256': 't' } }, code: 'confirmation' },
      { title: 'bound in a way unknown', given: { cnf: null }, code: 'confirmation' },
      { title: 'without a client', given: { client_id: undefined }, code: 'client' },
      { title: 'with an empty client', given: { client_id: '' }, code: 'client' },
      { title: 'with a list of clients', given: { client_id: ['client'] }, code: 'client' },
      { title: 'with a NUL in the client', given: { client_id: 'client\0' }, code: 'client' },
      { title: 'with a lone surrogate in the client', given: { client_id: 'client\ud800' }, code: 'client' },
      { title: 'with a client beyond ASCII', given: { client_id: '\u0441lient' }, code: 'client' },
      { title: 'with a client of 1,025 characters', given: { client_id: 'c'.repeat(1025) }, code: 'client' },
    ])('$title', async ({ given, code }) => {
      await expect(verify(signToken(header(), claims(given), ec))).resolves.toEqual(refused(code))
    })

    it.each([
      { member: 'exp', code: 'expired' },
      { member: 'nbf', code: 'not_yet_valid' },
      { member: 'iat', code: 'issued_at' },
    ])('with $member of infinity, which JSON can write', async ({ member, code }) => {
      const text = JSON.stringify(claims({ [member]: 'X' })).replace('"X"', '1e400')
      await expect(verify(signToken(header(), text, ec))).resolves.toEqual(refused(code))
    })

    it('that are inherited only', async () => {
      const { aud: _aud, ...rest } = claims()
      const text = JSON.stringify(rest).replace('{', `{"__proto__":{"aud":"${audience}"},`)
      await expect(verify(signToken(header(), text, ec))).resolves.toEqual(refused('audience'))
    })

    it.each([
      { exp: nowSeconds - 29 },
      { nbf: nowSeconds + 30 },
      { iat: nowSeconds + 30 },
      { exp: nowSeconds + 0.5 },
      { aud: ['api://other', audience] },
      { sub: undefined },
    ])('but not with %j', async (given) => {
      await expect(verify(signToken(header(), claims(given), ec))).resolves.toMatchObject({ ok: true })
    })

    it('by the tolerance of the policy', async () => {
      const token = signToken(header(), claims({ exp: nowSeconds - 1 }), ec)
      await expect(verify(token)).resolves.toMatchObject({ ok: true })
      await expect(verify(token, { clockToleranceSeconds: 0 })).resolves.toEqual(refused('expired'))
    })
  })

  describe('where tokens have no audience', () => {
    it('takes those of the clients that are pinned', async () => {
      const token = signToken(header(), claims({ aud: undefined }), ec)
      const pinned = { audiences: null, clientIds: ['client'] }
      await expect(verify(token, pinned)).resolves.toMatchObject({ ok: true })
      await expect(verify(token, { ...pinned, clientIds: ['Client'] })).resolves.toEqual(refused('client'))
    })

    it('takes those that have a scope with the prefix', async () => {
      const pinned = { audiences: null, scopePrefix: 'inventory/' }
      const token = signToken(header(), claims({ scope: 'inventory/items:read items:write' }), ec)
      await expect(verify(token, pinned)).resolves.toMatchObject({ principal: { scopes: ['items:read'] } })
      const foreign = signToken(header(), claims({ scope: 'other/items:read' }), ec)
      await expect(verify(foreign, pinned)).resolves.toEqual(refused('audience'))
    })
  })

  describe('with a key set that fails', () => {
    const failing = (error: Error): ReturnType<typeof createAccessTokenVerifier> => {
      const keySet: KeySet = {
        findKey: () => Promise.reject(error),
        generation: () => 0,
        ready: () => Promise.resolve(false),
      }
      const policy = resolvePolicy({ issuer: issuer.issuer, audiences: [audience] })
      return createAccessTokenVerifier(new Map([[issuer.issuer, { policy, keySet }]]))
    }

    it('cannot decide, and says when to ask again', async () => {
      const verifyLater = failing(new KeySetUnavailableError(7))
      await expect(verifyLater(signToken(header(), claims(), ec))).resolves.toMatchObject({
        ok: false,
        reason: 'unavailable',
        code: 'key_set_unavailable',
        retryAfterSeconds: 7,
        issuer: issuer.issuer,
      })
    })

    it('still refuses what no key could save', async () => {
      const verifyLater = failing(new KeySetUnavailableError(7))
      const hopeless = [
        signToken(header({ alg: 'none' }), claims(), ec),
        signToken(header({ typ: 'JWT' }), claims(), ec),
        signToken(header(), claims({ iss: 'https://evil.test' }), ec),
        'opaque',
      ]
      for (const token of hopeless) {
        await expect(verifyLater(token)).resolves.toMatchObject({ reason: 'invalid' })
      }
    })

    it('passes a defect on rather than calling the token bad', async () => {
      await expect(failing(new Error('defect'))(signToken(header(), claims(), ec))).rejects.toThrow('defect')
    })
  })

  it('keeps claims out of what is logged about a refusal', async () => {
    const secret = 'private-claim'
    for (const given of [{ exp: 1 }, { aud: 'api://other' }, { nbf: nowSeconds + 100 }, { client_id: 7 }]) {
      const answer = await verify(signToken(header(), claims({ secret, ...given }), ec))
      const { cause, ...fields } = answer as { cause?: unknown }
      expect(cause).toBeUndefined()
      expect(JSON.stringify(fields)).not.toContain(secret)
    }
  })
})
