/** What Node and OpenSSL call it -> what it is. */
const systemFailures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was broken off',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up at the moment',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: name its CA in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an unknown CA: name that in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an unknown CA: name that in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an unknown CA: name that in NODE_EXTRA_CA_CERTS',
}

/** Why something was not fetched, as the rest of a sentence: of the causes, the deepest that says anything. */
export function toFetchFailure(error: unknown): string {
  let said = 'it failed'
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') {
      const known = systemFailures[cause.code]
      if (known !== undefined) return known
    }
    if (cause.message === 'unexpected redirect') return 'it redirects, which is not followed'
    if (cause.message !== '' && cause.message !== 'fetch failed') said = cause.message
  }
  return said.charAt(0).toLowerCase() + said.slice(1)
}
