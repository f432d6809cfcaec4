import { isIP } from 'node:net'

/** http or https, absolute, and nothing beside scheme, host and port -> that origin. Throws an `Error`. */
export function parseOrigin(text: string): string {
  const url = toUrl(text)
  if (url === undefined || !isHttp(url) || (url.href !== url.origin && url.href !== `${url.origin}/`)) {
    throw new Error(`is "${text}": give an origin and nothing after it, such as https://example.com`)
  }
  return url.origin
}

/** A host name or an IP address, without scheme, port or brackets. Throws an `Error`. */
export function parseHost(text: string): string {
  const isName = /^(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?$/i.test(text)
  // What looks like an IPv4 address and is none (`127.0.0.256`) would pass for a name and fail when listening.
  if (isIP(text) === 0 && (!isName || /^[\d.]+$/.test(text))) {
    throw new Error(`is "${text}": give a host name or an IP address alone, such as 0.0.0.0`)
  }
  return text
}

/**
 * An issuer identifier: a URL without query, fragment and user (RFC 8414 section 2), returned byte for byte, because
 * `iss` is compared that way. Throws an `Error`.
 */
export function parseIssuer(text: string): string {
  const url = toUrl(text)
  if (
    url === undefined ||
    !isHttp(url) ||
    /[?#\s]/.test(text) ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw new Error(
      `is not an issuer: give its URL exactly as in the "iss" of its tokens, such as https://dev-1.okta.com/oauth2/default`,
    )
  }
  return text
}

/** An http or https URL without fragment and user. Throws an `Error`. */
export function parseEndpoint(text: string): string {
  const url = toUrl(text)
  if (url === undefined || !isHttp(url) || /[#\s]/.test(text) || url.username !== '' || url.password !== '') {
    throw new Error('is not an address: give a URL such as https://issuer.example.com/introspect')
  }
  return text
}

/** A PostgreSQL connection string. It holds a password, so it is never quoted. Throws an `Error`. */
export function parseDatabaseUrl(text: string): string {
  const url = toUrl(text)
  if (url?.protocol !== 'postgres:' && url?.protocol !== 'postgresql:') {
    throw new Error('is not a connection string: give postgres://user:password@host:5432/database')
  }
  return text
}

/** Whether the URL's host is this machine itself. */
export function isLoopback(url: URL): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
}

function toUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function isHttp(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}
