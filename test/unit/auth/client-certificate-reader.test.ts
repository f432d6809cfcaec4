import { X509Certificate } from 'node:crypto'
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createClientCertificateReader } from '../../../src/auth/client-certificate-reader.js'
import { openBoundService, publicUrl, type BoundService } from '../../support/bound-service.js'
import { createCertificate, type CertificateWithKey } from '../../support/certificate.js'

const server = createCertificate()
const client = createCertificate('client')
const other = createCertificate('other')

/** RFC 8705 section 3.1, by OpenSSL's fingerprint and not by a digest of our own. */
function thumbprintOf({ cert }: CertificateWithKey): string {
  return Buffer.from(new X509Certificate(cert).fingerprint256.replaceAll(':', ''), 'hex').toString(
    'base64url',
  )
}

const derOf = ({ cert }: CertificateWithKey): string => new X509Certificate(cert).raw.toString('base64')
const hashOf = ({ cert }: CertificateWithKey): string =>
  new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase()

let lines: { readonly message: string; readonly reason?: unknown }[]
const record = (fields: object, message: string): void => void lines.push({ ...fields, message })
const logger = { debug: record, info: record, warn: record, error: record }
beforeEach(() => {
  lines = []
})
/** Of the decisions, which are told before the answer; the access log comes after it. */
const reasons = (): unknown[] =>
  lines.flatMap(({ message, reason }) => (message === 'refused' || message === 'authorized' ? [reason] : []))

const cnf = { 'x5t#S256': thumbprintOf(client) }

describe('a token bound to the certificate of the TLS connection (RFC 8705 section 3)', () => {
  let service: BoundService
  beforeEach(async () => {
    service = await openBoundService({
      app: { logger },
      authenticator: { mtls: {}, dpop: { publicUrl } },
      server: { tls: { ...server, clientCertificates: 'optional' } },
    })
  })

  const call = (
    headers: Record<string, string>,
    certificate?: CertificateWithKey,
    agent = new Agent({ maxCachedSessions: 0 }),
  ): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string; resumed: boolean }> =>
    new Promise((resolve, reject) => {
      const sending = request(
        `https://127.0.0.1:${service.port}/items`,
        { ca: server.cert, ...certificate, agent, headers: { connection: 'close', ...headers } },
        (response) => {
          const resumed = (response.socket as unknown as { isSessionReused(): boolean }).isSessionReused()
          void text(response).then((body) =>
            resolve({ status: response.statusCode, headers: response.headers, body, resumed }),
          )
        },
      )
      sending.on('error', reject).end()
    })
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

  it('is accepted with that certificate, self-signed as it may be', async () => {
    const { status, body } = await call(bearer(service.token({ cnf })), client)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ clientId: 'test-client', confirmation: cnf })
  })

  it.each([
    { title: 'no certificate', certificate: undefined, reason: 'certificate_missing' },
    { title: 'another certificate', certificate: other, reason: 'certificate_mismatch' },
  ])('is 401 invalid_token with $title', async ({ certificate, reason }) => {
    const { status, headers } = await call(bearer(service.token({ cnf })), certificate)
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toMatch(/^Bearer realm="api", error="invalid_token"/)
    expect(reasons()).toEqual([reason])
  })

  it('is looked at on every connection, and on one that resumes a session too', async () => {
    const agent = new Agent({ maxCachedSessions: 10 })
    const token = service.token({ cnf })
    const first = await call(bearer(token), client, agent)
    const second = await call(bearer(token), client, agent)
    expect([first.status, second.status, second.resumed]).toEqual([200, 200, true])
    expect((await call(bearer(token), other)).status).toBe(401)
  })

  it('is a bearer token where it is not bound, whatever certificate there is', async () => {
    const token = service.token({ cnf: undefined })
    expect((await call(bearer(token))).status).toBe(200)
    expect((await call(bearer(token), other)).status).toBe(200)
  })

  it('is no DPoP token', async () => {
    const token = service.token({ cnf })
    const headers = { authorization: `DPoP ${token}`, dpop: service.proof({ token }) }
    expect((await call(headers, client)).status).toBe(401)
    expect(reasons()).toEqual(['unbound_token_as_dpop'])
  })

  it('needs both proofs where it is bound twice', async () => {
    const token = service.token({ cnf: { ...cnf, jkt: service.maker.jkt } })
    const proof = service.proof({ token })
    const both = { authorization: `DPoP ${token}`, dpop: proof }
    expect((await call(both, other)).status).toBe(401)
    expect((await call({ authorization: `DPoP ${token}` }, client)).status).toBe(401)
    expect((await call(bearer(token), client)).status).toBe(401)
    // A missing certificate has used up no proof.
    expect((await call(both, client)).status).toBe(200)
    expect(reasons()).toEqual(['certificate_mismatch', 'dpop_missing', 'bound_token_as_bearer', undefined])
  })
})

it('a token bound to a certificate is refused where certificates are not looked at', async () => {
  const at = await openBoundService({ app: { logger } })
  const token = at.token({ cnf })
  expect((await fetch(`${at.url}/items`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
  expect(reasons()).toEqual(['certificate_missing'])
})

describe('a certificate in a header', () => {
  const open = (addresses: readonly string[], header = 'Client-Cert'): Promise<BoundService> =>
    openBoundService({ app: { logger }, authenticator: { mtls: { proxy: { header, addresses } } } })
  const send = async (at: BoundService, headers: Record<string, string>): Promise<number> =>
    (
      await fetch(`${at.url}/items`, {
        headers: { authorization: `Bearer ${at.token({ cnf })}`, ...headers },
      })
    ).status

  it.each([
    { addresses: ['127.0.0.1'], want: 200 },
    { addresses: ['10.0.0.0/8', '127.0.0.0/8'], want: 200 },
    { addresses: ['::1', '127.0.0.0/30'], want: 200 },
    { addresses: ['127.0.0.2'], want: 401 },
    { addresses: ['10.0.0.0/8'], want: 401 },
    { addresses: ['2001:db8::/32'], want: 401 },
  ])('from 127.0.0.1 is $want where $addresses are trusted', async ({ addresses, want }) => {
    const at = await open(addresses)
    await expect(send(at, { 'Client-Cert': `:${derOf(client)}:` })).resolves.toBe(want)
    expect(reasons()).toEqual([want === 200 ? undefined : 'certificate_missing'])
  })

  it('is not looked at where no proxy is named', async () => {
    const at = await openBoundService({ authenticator: { mtls: {} } })
    await expect(send(at, { 'Client-Cert': `:${derOf(client)}:` })).resolves.toBe(401)
  })

  const escaped = encodeURIComponent(client.cert)
  it.each<{ header: string; title: string; given: string; want: 'read' | 'refused' }>([
    { header: 'Client-Cert', title: 'a byte sequence', given: `:${derOf(client)}:`, want: 'read' },
    { header: 'Client-Cert', title: 'no byte sequence', given: derOf(client), want: 'refused' },
    { header: 'Client-Cert', title: 'two', given: `:${derOf(client)}:, :${derOf(other)}:`, want: 'refused' },
    { header: 'Client-Cert', title: 'no certificate', given: ':AAAA:', want: 'refused' },
    { header: 'Client-Cert', title: 'PEM', given: escaped, want: 'refused' },
    {
      header: 'X-Forwarded-Client-Cert',
      title: 'one element',
      given: `By=spiffe://a/b;Hash=${hashOf(client)};Subject="CN=a,O=\\"b\\";Hash=0";URI=`,
      want: 'read',
    },
    {
      header: 'X-Forwarded-Client-Cert',
      title: 'a hash alone',
      given: `Hash=${hashOf(client)}`,
      want: 'read',
    },
    {
      header: 'X-Forwarded-Client-Cert',
      title: 'two elements',
      given: `Hash=${hashOf(client)},Hash=${hashOf(other)}`,
      want: 'refused',
    },
    {
      header: 'X-Forwarded-Client-Cert',
      title: 'two hashes',
      given: `Hash=${hashOf(other)};Hash=${hashOf(client)}`,
      want: 'refused',
    },
    {
      header: 'X-Forwarded-Client-Cert',
      title: 'a hash within quotes',
      given: `Subject="a;Hash=${hashOf(client)};b"`,
      want: 'refused',
    },
    {
      header: 'X-Forwarded-Client-Cert',
      title: 'a quote that is left open',
      given: `Subject="a;Hash=${hashOf(client)}`,
      want: 'refused',
    },
    { header: 'X-Forwarded-Client-Cert', title: 'half a hash', given: 'Hash=abcd', want: 'refused' },
    { header: 'X-SSL-Client-Cert', title: 'escaped PEM', given: escaped, want: 'read' },
    {
      header: 'X-Amzn-Mtls-Clientcert',
      title: 'PEM escaped but for + = /',
      given: encodeURI(client.cert),
      want: 'read',
    },
    { header: 'X-SSL-Client-Cert', title: 'two certificates', given: escaped + escaped, want: 'refused' },
    { header: 'X-SSL-Client-Cert', title: 'a broken escape', given: '%E0%A4%A', want: 'refused' },
    { header: 'X-SSL-Client-Cert', title: 'nothing', given: '', want: 'refused' },
    { header: 'X-SSL-Client-Cert', title: '(null), as nginx may say', given: '(null)', want: 'refused' },
  ])('$header with $title is $want', async ({ header, given, want }) => {
    const at = await open(['127.0.0.1'], header)
    await expect(send(at, { [header]: given })).resolves.toBe(want === 'read' ? 200 : 401)
  })

  it.each(['Client-Cert', 'X-SSL-Client-Cert'])('%s of another certificate is refused', async (header) => {
    const at = await open(['127.0.0.1'], header)
    const given = header === 'Client-Cert' ? `:${derOf(other)}:` : encodeURIComponent(other.cert)
    await expect(send(at, { [header]: given })).resolves.toBe(401)
    expect(reasons()).toEqual(['certificate_mismatch'])
  })

  it('in two fields is refused: one of them may be the caller’s own', async () => {
    const read = createClientCertificateReader({ proxy: { header: 'Client-Cert', addresses: ['127.0.0.1'] } })
    const seen: unknown[] = []
    const listening = createHttpServer((incoming, response) => {
      seen.push(read(incoming))
      response.end()
    })
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    const socket = connect((listening.address() as AddressInfo).port, '127.0.0.1')
    const field = `Client-Cert: :${derOf(client)}:\r\n`
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${field}\r\n`)
    socket.end(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${field}${field}\r\n`)
    await text(socket)
    await new Promise((resolve) => listening.close(resolve))
    expect(seen).toEqual([thumbprintOf(client), undefined])
  })
})

it.each([
  { title: 'no address', header: 'Client-Cert', addresses: [] },
  { title: 'a host name', header: 'Client-Cert', addresses: ['proxy.test'] },
  { title: 'a prefix that is too long', header: 'Client-Cert', addresses: ['10.0.0.0/33'] },
  { title: 'a prefix that is no number', header: 'Client-Cert', addresses: ['10.0.0.0/x'] },
  { title: 'two prefixes', header: 'Client-Cert', addresses: ['10.0.0.0/8/8'] },
  { title: 'no field name', header: 'Client Cert', addresses: ['10.0.0.1'] },
])('a proxy with $title is not taken', ({ header, addresses }) => {
  expect(() => createClientCertificateReader({ proxy: { header, addresses } })).toThrow(TypeError)
})
