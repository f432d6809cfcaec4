import { isIP } from 'node:net'
import { senderConstrainedValues, type CertificateProxyConfig, type Config } from './config.js'
import type { EnvironmentReader } from './environment-reader.js'

type BindingConfig = Pick<Config, 'senderConstrained' | 'dpopNonceSecrets' | 'certificateProxy'>

/** 32 random bytes have more characters than this in every encoding. */
const minSecretLength = 32

/** The part of the configuration that says how access tokens are bound to their callers. */
export function readBindingConfig(
  read: EnvironmentReader,
  { tls, publicUrl }: Pick<Config, 'tls' | 'publicUrl'>,
): BindingConfig {
  const senderConstrained = read.choice('SENDER_CONSTRAINED', senderConstrainedValues)
  const dpopNonceSecrets = read.secret('DPOP_NONCE_SECRET', parseSecrets)?.split(',') ?? []
  const certificateProxy = readCertificateProxy(read)

  const seesCertificates =
    tls?.ca !== undefined || tls?.clientCertificates !== undefined || certificateProxy !== undefined
  const can = {
    dpop: publicUrl !== undefined,
    mtls: seesCertificates,
    any: publicUrl !== undefined || seesCertificates,
  }
  if (senderConstrained !== undefined && !can[senderConstrained]) {
    read.mistake(
      'SENDER_CONSTRAINED',
      senderConstrained === 'mtls'
        ? 'is "mtls", and client certificates are not seen: set TLS_CA_FILE, TLS_CLIENT_CERTIFICATES or CLIENT_CERTIFICATE_HEADER'
        : `is "${senderConstrained}", and proofs name the address that callers use: set PUBLIC_URL`,
    )
  }
  if (dpopNonceSecrets.length > 0 && !can.dpop)
    read.mistake(
      'DPOP_NONCE_SECRET',
      'does nothing without PUBLIC_URL, which DPoP needs: set it too, or unset this',
    )
  return { senderConstrained, dpopNonceSecrets, certificateProxy }
}

function readCertificateProxy(read: EnvironmentReader): CertificateProxyConfig | undefined {
  const header = read.parsed('CLIENT_CERTIFICATE_HEADER', parseFieldName)
  const addresses = read.list('TRUSTED_PROXIES', parseAddressBlock)
  const hasHeader = read.text('CLIENT_CERTIFICATE_HEADER') !== undefined
  const hasAddresses = read.text('TRUSTED_PROXIES') !== undefined
  if (hasHeader && !hasAddresses) {
    read.mistake(
      'TRUSTED_PROXIES',
      'is not set: anybody can send CLIENT_CERTIFICATE_HEADER, so name the addresses of the proxy that it is taken from',
    )
  }
  if (hasAddresses && !hasHeader)
    read.mistake(
      'TRUSTED_PROXIES',
      'does nothing without CLIENT_CERTIFICATE_HEADER: set it too, or unset this',
    )
  return header === undefined ? undefined : { header, addresses }
}

/** Secrets, so they are never quoted. */
function parseSecrets(text: string): string {
  const secrets = text.split(',').map((secret) => secret.trim())
  if (secrets.some((secret) => secret.length < minSecretLength)) {
    throw new Error(
      `is too short: give ${minSecretLength} characters or more, such as of \`openssl rand -base64 32\`; several are separated by commas`,
    )
  }
  return secrets.join(',')
}

function parseFieldName(text: string): string {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) {
    throw new Error(`is "${text}": give the name of a header field, such as Client-Cert`)
  }
  return text
}

/** An IP address, or a block of them. */
function parseAddressBlock(text: string): string {
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  const isPrefix = prefix === undefined || /^\d{1,3}$/.test(prefix)
  const longest = version === 4 ? 32 : 128
  if (version === 0 || rest.length > 0 || !isPrefix || Number(prefix ?? 0) > longest) {
    throw new Error(`has "${text}": give IP addresses, or blocks such as 10.0.0.0/8`)
  }
  return text
}
