/** Everything the environment decides. Complete: whoever reads it needs no defaults of its own. Frozen, all of it. */
export interface Config {
  readonly environment: 'development' | 'test' | 'production'
  /** Address to listen at. */
  readonly host: string
  /** Port to listen at; 0 lets the system choose. */
  readonly port: number
  /** Origin at which callers reach the service, e.g. `https://api.example.com`. `undefined`: not known. */
  readonly publicUrl: string | undefined
  /** Issuer identifier of the authorization server, byte for byte as configured. */
  readonly issuer: string
  /** Which claims its access tokens carry. `undefined`: to be inferred from the issuer. */
  readonly issuerPreset: IssuerPreset | undefined
  /** Access tokens must be meant for one of these. `null`: they carry no audience, and `clientIds` is not empty. */
  readonly audiences: readonly string[] | null
  /** The only clients that may call. Empty: any client of the issuer whose tokens are meant for this service. */
  readonly clientIds: readonly string[]
  /** How the issuer is asked about opaque tokens (RFC 7662). `undefined`: not at all, they are refused. */
  readonly introspection: IntrospectionConfig | undefined
  /** How every access token must be bound to its caller. `undefined`: as the document asks, bearer tokens else. */
  readonly senderConstrained: SenderConstrained | undefined
  /** Secrets that nonces for DPoP proofs are made of, the first one, and accepted by, all. Empty: none are asked for. */
  readonly dpopNonceSecrets: readonly string[]
  /** The proxy whose header names the client certificate. `undefined`: none, only certificates of this TLS server count. */
  readonly certificateProxy: CertificateProxyConfig | undefined
  /** Initial access token for client registration (RFC 7591 section 3). `undefined`: nothing can be registered. */
  readonly registrationToken: string | undefined
  /** Web origins that browsers may call from. Empty: none, CORS is off. */
  readonly corsOrigins: readonly string[]
  /** PEM text to serve https with. `undefined`: http, with TLS ended in front of the service or not at all. */
  readonly tls: TlsConfig | undefined
  /** Connection string of PostgreSQL. `undefined`: the embedded database in `dataDir`. */
  readonly databaseUrl: string | undefined
  /** Folder for what the service keeps on disk itself. */
  readonly dataDir: string
  readonly logLevel: LogLevel
  /** Largest request body, bytes. */
  readonly bodyLimitBytes: number
  /** What becomes of a reply that does not fit the document. */
  readonly validateReplies: ValidateReplies
  /** Whether the documentation and the document are served. */
  readonly docs: boolean
  /** Seconds between saying "not ready" and refusing new connections, for balancers to notice. */
  readonly shutdownDelaySeconds: number
  /** Seconds that requests in flight then have to finish. */
  readonly shutdownGraceSeconds: number
}

export interface IntrospectionConfig {
  readonly clientId: string
  readonly clientSecret: string
  /** `undefined`: from the issuer's metadata. */
  readonly endpoint: string | undefined
}

export interface TlsConfig {
  readonly cert: string
  readonly key: string
  /** Certificates that client certificates must chain to. */
  readonly ca?: string
  /** `optional`: any certificate is taken, and none too. Absent: as `ca` says. */
  readonly clientCertificates?: (typeof clientCertificateModes)[number]
}

export const clientCertificateModes = ['optional', 'required'] as const

export const senderConstrainedValues = ['dpop', 'mtls', 'any'] as const
export type SenderConstrained = (typeof senderConstrainedValues)[number]

export interface CertificateProxyConfig {
  readonly header: string
  /** IP addresses and CIDR blocks. */
  readonly addresses: readonly string[]
}

export const issuerPresets = [
  'okta',
  'auth0',
  'rfc9068',
  'keycloak',
  'entra',
  'entra-v1',
  'cognito',
  'hydra',
  'ping',
] as const
export type IssuerPreset = (typeof issuerPresets)[number]

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export const validateRepliesModes = ['enforce', 'report', 'off'] as const
export type ValidateReplies = (typeof validateRepliesModes)[number]

/** Environment variables, e.g. `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>
