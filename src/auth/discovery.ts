import { fetchJson, type FetchJsonOptions } from './fetch-json.js'
import { isSecureUrl, type SecureUrlOptions } from './secure-url.js'

/**
 * What the service uses of an authorization server's metadata (RFC 8414 section 2). An address that is not https is left
 * out, as if the server did not offer it.
 */
export interface IssuerMetadata {
  readonly issuer: string
  readonly jwksUri?: string
  readonly tokenEndpoint?: string
  readonly registrationEndpoint?: string
  readonly introspectionEndpoint?: string
}

/** Metadata of one issuer, fetched when needed. Rejects with `DiscoveryError`. */
export type IssuerMetadataSource = () => Promise<IssuerMetadata>

/** The metadata of an issuer cannot be had. `errors` of the cause holds one reason per address tried. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError'
  readonly code = 'discovery_failed'
  readonly issuer: string

  constructor(issuer: string, options?: ErrorOptions) {
    super(`No metadata of the issuer ${issuer}`, options)
    this.issuer = issuer
  }
}

export interface DiscoveryOptions extends Omit<FetchJsonOptions, 'signal'>, SecureUrlOptions {}

export interface IssuerMetadataSourceOptions extends DiscoveryOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Seconds for which metadata is kept. Default: 600. */
  readonly maxAgeSeconds?: number
}

/** Discovery with a memory: one fetch at a time, its result kept. Failures are not kept. */
export function createIssuerMetadataSource(
  issuer: string,
  options: IssuerMetadataSourceOptions = {},
): IssuerMetadataSource {
  const { now = Date.now, maxAgeSeconds = 600 } = options
  let kept: { readonly metadata: IssuerMetadata; readonly until: number } | undefined
  let pending: Promise<IssuerMetadata> | undefined

  const load = async (): Promise<IssuerMetadata> => {
    try {
      const metadata = await discoverIssuer(issuer, options)
      kept = { metadata, until: now() + maxAgeSeconds * 1000 }
      return metadata
    } finally {
      pending = undefined
    }
  }
  return async () => (kept !== undefined && now() < kept.until ? kept.metadata : (pending ??= load()))
}

/**
 * Fetches the metadata of an issuer from `{issuer}/.well-known/openid-configuration` (OpenID Connect Discovery 1.0
 * section 4), else from RFC 8414's address, both within one time limit. A document counts only if it names the very
 * issuer that was asked for (RFC 8414 section 3.3): otherwise one tenant could answer for another.
 */
export async function discoverIssuer(
  issuer: string,
  options: DiscoveryOptions = {},
): Promise<IssuerMetadata> {
  if (!isSecureUrl(issuer, options)) {
    throw new DiscoveryError(issuer, { cause: new TypeError('An issuer must be an https URL') })
  }
  const signal = AbortSignal.timeout(options.timeoutMs ?? 5000)
  const reasons: Error[] = []
  for (const url of metadataUrls(issuer)) {
    try {
      return toIssuerMetadata(await fetchJson(url, { ...options, signal }), issuer, options)
    } catch (reason) {
      reasons.push(reason as Error)
    }
  }
  // A log shows the messages of causes, and none of the errors in an aggregate.
  const why = reasons.map(({ message }) => message).join('; ')
  throw new DiscoveryError(issuer, { cause: new AggregateError(reasons, `Every address failed: ${why}`) })
}

/** Appended to the issuer, and inserted before its path (RFC 8414 section 3.1); one trailing slash goes first. */
export function metadataUrls(issuer: string): readonly [string, string] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

function toIssuerMetadata(document: unknown, issuer: string, options: SecureUrlOptions): IssuerMetadata {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new TypeError('The metadata is no object')
  }
  const members = new Map<string, unknown>(Object.entries(document))
  if (members.get('issuer') !== issuer) throw new TypeError('The metadata is that of another issuer')

  const address = (name: string): string | undefined => {
    const value = members.get(name)
    return typeof value === 'string' && isSecureUrl(value, options) ? value : undefined
  }
  const jwksUri = address('jwks_uri')
  const tokenEndpoint = address('token_endpoint')
  const registrationEndpoint = address('registration_endpoint')
  const introspectionEndpoint = address('introspection_endpoint')
  return {
    issuer,
    ...(jwksUri !== undefined && { jwksUri }),
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
    ...(registrationEndpoint !== undefined && { registrationEndpoint }),
    ...(introspectionEndpoint !== undefined && { introspectionEndpoint }),
  }
}
