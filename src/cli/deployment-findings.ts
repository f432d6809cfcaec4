import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Config } from '../config/config.js'
import { isLoopback } from '../config/addresses.js'
import { ok, problem, warning, type Finding } from './finding.js'

/** Sooner than this a certificate should be renewed. */
const renewalDays = 21

/** How callers reach the service, as far as its configuration says. `nowMs`: milliseconds since the epoch. */
export function examineDeployment(config: Config, nowMs: number): readonly Finding[] {
  return [examinePublicUrl(config), ...examineTls(config, nowMs)]
}

function examinePublicUrl({ publicUrl, environment, tls }: Config): Finding {
  if (publicUrl === undefined) {
    return warning(
      'PUBLIC_URL',
      'It is not set, so that the service does not describe itself to clients (RFC 9728).',
      'Set it to the origin at which callers reach the service.',
    )
  }
  const url = new URL(publicUrl)
  if (tls && url.protocol === 'http:') {
    return problem(
      'PUBLIC_URL',
      `${publicUrl} is http, and the service answers https alone, with TLS_CERT_FILE.`,
      'Set it to the same origin with https.',
    )
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    const seen = `${publicUrl} is http: access tokens can be read, and used, by whoever is on their way.`
    const advice = 'Serve https, by TLS_CERT_FILE and TLS_KEY_FILE or in front of the service, and change it.'
    return environment === 'production'
      ? problem('PUBLIC_URL', seen, advice)
      : warning('PUBLIC_URL', seen, advice)
  }
  return ok('PUBLIC_URL', publicUrl)
}

function examineTls({ tls, publicUrl }: Config, nowMs: number): readonly Finding[] {
  if (!tls) return []
  const certificate = new X509Certificate(tls.cert)
  const from = new Date(certificate.validFrom)
  const to = new Date(certificate.validTo)
  const subject = 'TLS_CERT_FILE'
  const findings: Finding[] = []
  if (to.getTime() <= nowMs) {
    findings.push(
      problem(
        subject,
        `The certificate expired at ${to.toISOString()}.`,
        'Renew it, and start the service again.',
      ),
    )
  } else if (from.getTime() > nowMs) {
    findings.push(
      problem(
        subject,
        `The certificate is valid from ${from.toISOString()} only.`,
        'Use another until then.',
      ),
    )
  } else if (to.getTime() - nowMs < renewalDays * 86_400_000) {
    findings.push(
      warning(
        subject,
        `The certificate expires at ${to.toISOString()}.`,
        'Renew it, and start the service again.',
      ),
    )
  }
  const host = publicUrl === undefined ? undefined : new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')
  if (host !== undefined && !isFor(certificate, host)) {
    findings.push(
      problem(
        subject,
        `The certificate is not for ${host}, the host of PUBLIC_URL.`,
        'Have one issued for it, or correct PUBLIC_URL.',
      ),
    )
  }
  return findings.length > 0 ? findings : [ok(subject, `The certificate is valid until ${to.toISOString()}.`)]
}

function isFor(certificate: X509Certificate, host: string): boolean {
  const match = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  return match !== undefined
}
