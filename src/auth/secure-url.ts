export interface SecureUrlOptions {
  /** Whether `http` is accepted on loopback hosts, for development. Default: false. */
  readonly allowInsecureIssuers?: boolean
}

/**
 * Whether an address is safe to fetch keys and metadata from: `https`, or `http` that stays on this machine where that
 * is allowed. User information and fragments have no business in one.
 */
export function isSecureUrl(value: string, options: SecureUrlOptions = {}): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  if (url.username !== '' || url.password !== '' || value.includes('#')) return false
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && options.allowInsecureIssuers === true && isLoopback(url.hostname)
}

/** Takes the host name of a parsed URL: IPv4 is dotted decimal there, whatever was written. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}
