import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { publicUrl } from '../support/bound-service.js'
import { createProofMaker, type ProofMaker } from '../support/dpop.js'
import { createTestIssuer, type TestIssuer } from '../support/keys.js'
import { openTestStore, type TestStore } from '../support/database.js'
import { openTestService, type TestService, type TestServiceOptions } from '../support/service.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let issuer: TestIssuer
let store: TestStore
let maker: ProofMaker
let open: TestService[]
beforeEach(async () => {
  ;[issuer, store, maker] = await Promise.all([
    createTestIssuer({ audience: 'https://inventory.test' }),
    openTestStore(),
    createProofMaker(),
  ])
  await issuer.start()
  open = []
})
afterEach(async () => {
  await Promise.all(open.map((service) => service.close()))
  await store.close()
  await issuer.close()
})

async function start(environment: TestServiceOptions['environment'] = {}): Promise<TestService> {
  const service = await openTestService({
    issuer,
    store,
    environment: { PUBLIC_URL: publicUrl, ...environment },
  })
  open.push(service)
  return service
}

const bound = (): string => issuer.token({ claims: { cnf: { jkt: maker.jkt } } })
const proofFor = (token: string, claims: object = {}): string =>
  maker.proof({ uri: `${publicUrl}/v1/whoami`, token, claims: { ...claims } })
const whoami = (service: TestService, token: string, proof: string): Promise<Response> =>
  fetch(`${service.url}/v1/whoami`, { headers: { authorization: `DPoP ${token}`, dpop: proof } })

describe('two instances on one database', () => {
  it('accept a proof once between them, of twenty at once', async () => {
    const instances = [await start(), await start()]
    const token = bound()
    const proof = proofFor(token)
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => (await whoami(instances[n % 2]!, token, proof)).status),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401)).toHaveLength(19)
    const next = await whoami(instances[1]!, token, proofFor(token))
    expect(next.status).toBe(200)
  })

  it('accept each other’s nonces where they share a secret', async () => {
    const secret = { DPOP_NONCE_SECRET: 's'.repeat(32) }
    const [first, second] = [await start(secret), await start(secret)]
    const token = bound()
    const asked = await whoami(first, token, proofFor(token))
    expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="use_dpop_nonce"'),
    ])
    const nonce = asked.headers.get('dpop-nonce')
    expect((await whoami(second, token, proofFor(token, { nonce }))).status).toBe(200)
  })

  it('ask for a new nonce where their secrets differ, and take those of an earlier one that is still named', async () => {
    const [old, other, both] = [
      await start({ DPOP_NONCE_SECRET: 'a'.repeat(32) }),
      await start({ DPOP_NONCE_SECRET: 'b'.repeat(32) }),
      await start({ DPOP_NONCE_SECRET: `${'b'.repeat(32)}, ${'a'.repeat(32)}` }),
    ]
    const token = bound()
    const nonce = (await whoami(old, token, proofFor(token))).headers.get('dpop-nonce')
    expect((await whoami(other, token, proofFor(token, { nonce }))).status).toBe(401)
    const rotated = await whoami(both, token, proofFor(token, { nonce }))
    expect(rotated.status).toBe(200)
    expect(
      (await whoami(other, token, proofFor(token, { nonce: rotated.headers.get('dpop-nonce') }))).status,
    ).toBe(200)
  })
})

describe('a service whose issuer is down as it starts', () => {
  it('answers what is for anyone, is not ready, and asks callers with tokens to come again', async () => {
    issuer.answer((_, response) => response.writeHead(500).end())
    const service = await start()
    const readiness = (): Promise<Response> => fetch(`${service.url}/readyz`)
    expect((await readiness()).status).toBe(503)
    expect((await service.call('getStatus')).status).toBe(200)
    expect((await service.call('getCaller', { token: null })).status).toBe(401)
    const { status, headers } = await service.call('getCaller')
    expect([status, headers['retry-after']]).toEqual([503, expect.stringMatching(/^[1-9]\d*$/)])
    issuer.answer()
    // The backoff is a second or more.
    await vi.waitFor(async () => expect((await readiness()).status).toBe(200), { timeout: 30_000 })
    expect((await service.call('getCaller')).status).toBe(200)
  })
})

describe('SENDER_CONSTRAINED', () => {
  it('refuses bearer tokens at every operation that takes tokens', async () => {
    const service = await start({ SENDER_CONSTRAINED: 'dpop' })
    for (const operationId of ['getCaller', 'registerClient'] as const) {
      expect((await service.call(operationId)).status).toBe(401)
    }
    const token = bound()
    expect((await whoami(service, token, proofFor(token))).status).toBe(200)
    expect((await service.call('getStatus')).status).toBe(200)
  })
})

/** RFC 9728 section 2 */
describe('the metadata of the resource', () => {
  const proxied = { CLIENT_CERTIFICATE_HEADER: 'Client-Cert', TRUSTED_PROXIES: '10.0.0.0/8' }
  it.each([
    { title: 'DPoP', environment: {}, required: false, mtls: undefined },
    { title: 'DPoP for all', environment: { SENDER_CONSTRAINED: 'dpop' }, required: true, mtls: undefined },
    { title: 'client certificates too', environment: proxied, required: false, mtls: true },
    {
      title: 'either',
      environment: { ...proxied, SENDER_CONSTRAINED: 'any' },
      required: false,
      mtls: true,
    },
  ])('says what is taken: $title', async ({ environment, required, mtls }) => {
    const service = await start(environment)
    const response = await fetch(`${service.url}/.well-known/oauth-protected-resource`)
    const metadata = (await response.json()) as Record<string, unknown>
    expect(metadata['dpop_signing_alg_values_supported']).toContain('ES256')
    expect(metadata['dpop_signing_alg_values_supported']).not.toContain('none')
    expect(metadata['dpop_bound_access_tokens_required']).toBe(required)
    expect(metadata['tls_client_certificate_bound_access_tokens']).toBe(mtls)
  })
})
