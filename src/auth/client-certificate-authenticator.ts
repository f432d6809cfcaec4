import type { X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { Principal } from '../contract/principal.js'
import type { SecurityScheme } from '../contract/operations/security-requirement.js'
import type { Authentication, Authenticator, AuthenticatorRequest } from './authenticator.js'

export interface ClientCertificateAuthenticatorOptions {
  /** The clock, ms since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/**
 * OpenAPI "Security Scheme Object", `type: mutualTLS`: the certificate that the client proved in the TLS handshake of this very
 * connection. One that does not lead to the server's CA is refused before `findCaller` is asked, which gives the caller,
 * `undefined` where there is none, and throws or rejects where it cannot tell, which is answered with 503. There is no
 * challenge: HTTP has no way to ask for a certificate.
 */
export function createClientCertificateAuthenticator<P extends Principal>(
  findCaller: (certificate: X509Certificate) => P | undefined | Promise<P | undefined>,
  { now = Date.now }: ClientCertificateAuthenticatorOptions = {},
): Authenticator<P> {
  const authenticate = async ({ socket }: AuthenticatorRequest): Promise<Authentication<P>> => {
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
    if (!certificate || !(socket instanceof TLSSocket)) return { ok: false, reason: 'absent' }
    if (!socket.authorized) return { ok: false, reason: 'invalid', code: 'untrusted_certificate' }
    // The handshake may be long past on a connection that is kept.
    if (Date.parse(certificate.validTo) < now())
      return { ok: false, reason: 'invalid', code: 'expired_certificate' }
    try {
      const principal = await findCaller(certificate)
      return principal
        ? { ok: true, principal }
        : { ok: false, reason: 'invalid', code: 'unknown_certificate' }
    } catch (cause) {
      return { ok: false, reason: 'unavailable', code: 'lookup_failed', cause }
    }
  }
  return Object.assign(authenticate, { fits: ({ type }: SecurityScheme) => type === 'mutualTLS' })
}
