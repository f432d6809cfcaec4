import { createHash, X509Certificate } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBoundService, publicUrl, type BoundService } from '../../support/bound-service.js'
import { createCertificate } from '../../support/certificate.js'
import { createTestIssuer, type TestIssuer } from '../../support/keys.js'

/* Opaque tokens that are bound: what to is in the introspection reply (RFC 9449 section 6.2, RFC 8705 section 3.2). */

const { raw } = new X509Certificate(createCertificate().cert)
const x5t = createHash('sha256').update(raw).digest('base64url')
const token = 'opaque-token'

let issuer: TestIssuer
let service: BoundService

beforeEach(async () => {
  issuer = await createTestIssuer()
  await issuer.start()
  const endpoint = `${issuer.issuer}/introspect`
  service = await openBoundService({
    issuer,
    policy: {
      issuer: issuer.issuer,
      audiences: [issuer.audience],
      jwks: issuer.jwks,
      introspection: { clientId: 'api', clientSecret: 'very-secret', endpoint },
    },
    authenticator: {
      allowInsecureIssuers: true,
      dpop: { publicUrl },
      mtls: { proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] } },
    },
  })
})
afterEach(() => issuer.close())

function answer(changed: Readonly<Record<string, unknown>>): void {
  const reply = {
    active: true,
    aud: issuer.audience,
    client_id: 'client',
    scope: 'items:read',
    exp: Math.floor(Date.now() / 1_000) + 300,
    ...changed,
  }
  issuer.answer((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply)),
  )
}

async function call(headers: Readonly<Record<string, string>>): Promise<number> {
  return (await fetch(`${service.url}/items`, { headers })).status
}
const bearer = { authorization: `Bearer ${token}` }
const dpop = (): Record<string, string> => ({
  authorization: `DPoP ${token}`,
  dpop: service.proof({ token }),
})

describe('an opaque token', () => {
  // Some servers say Bearer of every token; what counts is the key.
  it.each(['DPoP', 'Bearer', undefined])(
    'bound to a DPoP key is taken with a proof alone, a new one each time (token_type: %s)',
    async (token_type) => {
      answer({ cnf: { jkt: service.maker.jkt }, token_type })
      const first = dpop()
      expect(await call(first)).toBe(200)
      expect(await call(first)).toBe(401)
      expect(await call(dpop())).toBe(200)
      expect(await call(bearer)).toBe(401)
      // What it is bound to is remembered with it; the proofs are not.
      expect(issuer.requests).toEqual(['/introspect'])
    },
  )

  it('that is not bound is no DPoP token', async () => {
    answer({})
    expect(await call(dpop())).toBe(401)
    expect(await call(bearer)).toBe(200)
  })

  it('that is said to be a DPoP token, with no key, is taken by no scheme', async () => {
    answer({ token_type: 'DPoP' })
    expect(await call(dpop())).toBe(401)
    expect(await call(bearer)).toBe(401)
  })

  it('bound to a certificate is taken with that one alone', async () => {
    answer({ cnf: { 'x5t#S256': x5t } })
    const other = new X509Certificate(createCertificate().cert).raw
    expect(await call({ ...bearer, 'client-cert': `:${raw.toString('base64')}:` })).toBe(200)
    expect(await call({ ...bearer, 'client-cert': `:${other.toString('base64')}:` })).toBe(401)
    expect(await call(bearer)).toBe(401)
  })
})
