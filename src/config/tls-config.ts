import { createSecureContext } from 'node:tls'
import { clientCertificateModes, type TlsConfig } from './config.js'
import type { EnvironmentReader } from './environment-reader.js'

/** The part of the configuration that says how https is served. */
export function readTls(read: EnvironmentReader): TlsConfig | undefined {
  const cert = read.file('TLS_CERT_FILE')
  const key = read.file('TLS_KEY_FILE')
  const ca = read.file('TLS_CA_FILE')
  const [hasCert, hasKey, hasCa] = ['TLS_CERT_FILE', 'TLS_KEY_FILE', 'TLS_CA_FILE'].map(
    (name) => read.text(name) !== undefined,
  )
  if (hasCert !== hasKey) {
    read.mistake(
      hasCert === true ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE',
      'is not set: https needs the certificate and its key, so set both or neither',
    )
  }
  if (hasCa === true && hasCert !== true && hasKey !== true) {
    read.mistake(
      'TLS_CA_FILE',
      'does nothing without TLS_CERT_FILE and TLS_KEY_FILE: set them too, or unset it',
    )
  }
  const clientCertificates = read.choice('TLS_CLIENT_CERTIFICATES', clientCertificateModes)
  if (clientCertificates !== undefined && hasCert !== true && hasKey !== true) {
    read.mistake(
      'TLS_CLIENT_CERTIFICATES',
      'does nothing without TLS_CERT_FILE and TLS_KEY_FILE: set them too, or unset it',
    )
  } else if (clientCertificates === 'required' && hasCa !== true) {
    read.mistake(
      'TLS_CLIENT_CERTIFICATES',
      'is required: set TLS_CA_FILE to the authorities they must come from',
    )
  }
  if (cert === undefined || key === undefined) return undefined

  const tls: TlsConfig = {
    cert,
    key,
    ...(ca !== undefined && { ca }),
    ...(clientCertificates !== undefined && { clientCertificates }),
  }
  try {
    createSecureContext({ cert, key, ...(ca !== undefined && { ca }) })
  } catch (error) {
    // OpenSSL's reason ("key values mismatch", "no start line") names no secret.
    const reason = error instanceof Error ? error.message : String(error)
    read.mistake('TLS_CERT_FILE', `and the key or CA beside it do not make a certificate to serve: ${reason}`)
  }
  return tls
}
