import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createAuthorizationServer,
  type AuthorizationServerOptions,
} from '../../../src/dev/authorization-server.js'
import { createCertificate } from '../../support/certificate.js'
import { openBoundService, publicUrl } from '../../support/bound-service.js'
import { createProofMaker } from '../../support/dpop.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function start(options: AuthorizationServerOptions = {}) {
  const server = createAuthorizationServer(['items:read'], options)
  closing.push(server.close)
  return server.listen()
}

const basic = (id: string, secret = ''): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const form = 'grant_type=client_credentials'
const formType = 'application/x-www-form-urlencoded'

describe('the embedded authorization server', () => {
  it('issues tokens that are bound by DPoP, and the service takes them with a proof', async () => {
    const issuing = await start()
    const maker = await createProofMaker()
    const response = await fetch(issuing.tokenEndpoint, {
      method: 'POST',
      headers: {
        authorization: basic('dev-client', issuing.clientSecrets.get('dev-client')),
        'content-type': formType,
        dpop: maker.proof({
          method: 'POST',
          uri: issuing.tokenEndpoint,
          token: '',
          claims: { ath: undefined },
        }),
      },
      body: form,
    })
    const { access_token: token, token_type: type } = (await response.json()) as Record<string, string>
    expect(type).toBe('DPoP')
    expect(decodeJwt(token!)).toMatchObject({ cnf: { jkt: maker.jkt } })

    const service = await openBoundService({
      policy: { issuer: issuing.issuer, audiences: issuing.audiences },
      authenticator: { dpop: { publicUrl }, allowInsecureIssuers: true },
    })
    const send = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${service.url}/items`, { headers })
    const dpop = maker.proof({ uri: `${publicUrl}/items`, token: token! })
    expect((await send({ authorization: `Bearer ${token}` })).status).toBe(401)
    expect((await send({ authorization: `DPoP ${token}`, dpop })).status).toBe(200)
  })

  it('says so in its metadata, and nothing of certificates, which plain http does not have', async () => {
    const { issuer } = await start()
    const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({ dpop_signing_alg_values_supported: expect.arrayContaining(['ES256']) })
    expect(metadata).not.toHaveProperty('tls_client_certificate_bound_access_tokens')
  })

  it('binds tokens to the certificate of its TLS connection, and the service takes them with that one', async () => {
    const tls = createCertificate()
    const client = createCertificate('client')
    const issuing = await start({
      tls,
      clients: [
        { clientId: 'bound', scopes: ['items:read'], clientSecret: 'secret', certificateBound: true },
      ],
    })
    expect(issuing.issuer).toMatch(/^https:/)
    const send = (
      url: string,
      method: string,
      headers: Record<string, string>,
      certificate: object,
      body = '',
    ) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        request(url, { ...certificate, ca: tls.cert, method, headers, agent: false }, (response) => {
          void text(response).then((read) => resolve({ status: response.statusCode ?? 0, body: read }))
        })
          .on('error', reject)
          .end(body)
      })
    const authorization = basic('bound', 'secret')
    const granted = await send(
      issuing.tokenEndpoint,
      'POST',
      { authorization, 'content-type': formType },
      client,
      form,
    )
    const { access_token: token } = JSON.parse(granted.body) as { access_token: string }
    const thumbprint = new X509Certificate(client.cert).fingerprint256.replaceAll(':', '')
    expect(decodeJwt(token)).toMatchObject({
      cnf: { 'x5t#S256': Buffer.from(thumbprint, 'hex').toString('base64url') },
    })

    const keys = JSON.parse((await send(`${issuing.issuer}/jwks`, 'GET', {}, {})).body)
    const service = await openBoundService({
      policy: { issuer: issuing.issuer, audiences: issuing.audiences, jwks: keys },
      authenticator: { mtls: {} },
      server: { tls: { ...tls, clientCertificates: 'optional' } },
    })
    const url = `https://127.0.0.1:${service.port}/items`
    const bearer = { authorization: `Bearer ${token}` }
    expect((await send(url, 'GET', bearer, createCertificate('thief'))).status).toBe(401)
    expect((await send(url, 'GET', bearer, {})).status).toBe(401)
    expect((await send(url, 'GET', bearer, client)).status).toBe(200)
  })

  it('starts with no client that it could not bind tokens for', async () => {
    const clients = [{ clientId: 'bound', scopes: ['items:read'], certificateBound: true }]
    await expect(start({ clients })).rejects.toMatchObject({ name: 'DevelopmentError' })
  })
})
