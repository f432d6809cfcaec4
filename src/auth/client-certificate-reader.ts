import { createHash, X509Certificate } from 'node:crypto'
import { BlockList, isIP, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { AuthenticatorRequest } from './authenticator.js'

/** A proxy that ends TLS in front of the service and passes the client certificate on. */
export interface CertificateProxy {
  /**
   * Header field with the certificate. `Client-Cert`: RFC 9440; `X-Forwarded-Client-Cert`: Envoy's list with `Hash`; any
   * other: PEM, percent-encoded, as nginx's `$ssl_client_escaped_cert` and AWS write it. The proxy must remove the field
   * from what callers send.
   */
  readonly header: string
  /** IP addresses of the proxy, single or as CIDR blocks, e.g. `10.0.0.0/8`. From anybody else the field is ignored. */
  readonly addresses: readonly string[]
}

export interface ClientCertificateOptions {
  /** Default: none, TLS ends in this process. */
  readonly proxy?: CertificateProxy
}

/** SHA-256 of a request's client certificate, base64url, as `x5t#S256` has it; `undefined` where there is none. */
export type ReadClientCertificate = (
  request: Pick<AuthenticatorRequest, 'headersDistinct' | 'socket'>,
) => string | undefined

/**
 * Reads the certificate that the client proved to hold in its TLS handshake, here or at a trusted proxy. Its chain does not
 * matter: the authorization server has put this very certificate into the token (RFC 8705 section 3). Throws `TypeError`
 * for a header or address that is none.
 */
export function createClientCertificateReader(options: ClientCertificateOptions = {}): ReadClientCertificate {
  const { proxy } = options
  if (proxy === undefined) return ({ socket }) => thumbprintOfSocket(socket)
  const name = proxy.header.toLowerCase()
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name))
    throw new TypeError('A certificate header needs a field name')
  const trusted = toBlockList(proxy.addresses)
  const parse = forms.get(name) ?? fromEscapedPem

  return ({ headersDistinct, socket }) => {
    // Behind a proxy the certificate of the socket, if any, is the proxy's own.
    if (!isFrom(socket, trusted)) return thumbprintOfSocket(socket)
    const [field, ...others] = headersDistinct[name] ?? []
    if (field === undefined || others.length > 0) return undefined
    try {
      return parse(field)
    } catch {
      return undefined
    }
  }
}

function thumbprintOfSocket(socket: Socket): string | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  return certificate && thumbprintOf(certificate)
}

function thumbprintOf({ raw }: X509Certificate): string {
  return createHash('sha256').update(raw).digest('base64url')
}

const forms: ReadonlyMap<string, (field: string) => string | undefined> = new Map([
  ['client-cert', fromByteSequence],
  ['x-forwarded-client-cert', fromEnvoyList],
])

/** RFC 9440 section 2.1: DER as a Byte Sequence of RFC 8941 section 3.3.5. */
function fromByteSequence(field: string): string | undefined {
  const bytes = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(field.trim())?.[1]
  return bytes === undefined ? undefined : thumbprintOf(new X509Certificate(Buffer.from(bytes, 'base64')))
}

/**
 * Envoy's `Hash=…;Cert="…";Subject="…"`, with the SHA-256 in hex. Only one element is unambiguous: with more, the proxy
 * appends to what others sent.
 */
function fromEnvoyList(field: string): string | undefined {
  const outsideQuotes = field.replace(/"(?:[^"\\]|\\.)*"/g, '')
  if (/[",]/.test(outsideQuotes)) return undefined
  const hashes = outsideQuotes
    .split(';')
    .flatMap((pair) => /^\s*hash=([0-9a-f]{64})\s*$/i.exec(pair)?.[1] ?? [])
  const [hash] = hashes
  return hash === undefined || hashes.length > 1 ? undefined : Buffer.from(hash, 'hex').toString('base64url')
}

function fromEscapedPem(field: string): string | undefined {
  const pem = decodeURIComponent(field)
  const isOne = pem.split('-----BEGIN').length === 2
  return isOne ? thumbprintOf(new X509Certificate(pem)) : undefined
}

function isFrom({ remoteAddress = '' }: Socket, addresses: BlockList): boolean {
  const version = isIP(remoteAddress)
  return version !== 0 && addresses.check(remoteAddress, version === 4 ? 'ipv4' : 'ipv6')
}

function toBlockList(addresses: readonly string[]): BlockList {
  if (addresses.length === 0) throw new TypeError('A certificate proxy needs addresses')
  const list = new BlockList()
  for (const text of addresses) {
    const [address = '', prefix, ...rest] = text.split('/')
    const version = isIP(address)
    const longest = version === 4 ? 32 : 128
    if (version === 0 || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)))
      throw new TypeError(`${text} is no IP address and no CIDR block`)
    const bits = prefix === undefined ? longest : Number(prefix)
    if (bits > longest) throw new TypeError(`${text} is no CIDR block`)
    list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}
