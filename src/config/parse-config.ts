import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { parseDatabaseUrl, parseHost, parseOrigin } from './addresses.js'
import { readAuthorizationConfig } from './authorization-config.js'
import { parseBearerToken } from './bearer-token.js'
import { parseByteSize } from './byte-size.js'
import { ConfigError } from './config-error.js'
import { readIntrospectionConfig } from './introspection-config.js'
import { logLevels, validateRepliesModes, type Config, type Environment, type TlsConfig } from './config.js'
import { createEnvironmentReader, type EnvironmentReader } from './environment-reader.js'

export interface ParseConfigOptions {
  /** Reads a file that a `*_FILE` variable names; throws where it cannot. Default: from disk, as UTF-8. */
  readonly readFile?: (path: string) => string
}

/**
 * Environment -> one complete, frozen `Config`. Empty variables count as unset. Throws one `ConfigError` that names every
 * mistake.
 */
export function parseConfig(env: Environment, options: ParseConfigOptions = {}): Config {
  const readFile = options.readFile ?? ((path: string) => readFileSync(path, 'utf8'))
  const read = createEnvironmentReader(env, readFile)

  // As Koa reads it: unset is development. A deployment that forgets it listens at 127.0.0.1 and is noticed at once.
  const environment = read.choice('NODE_ENV', ['development', 'test', 'production']) ?? 'development'
  const isProduction = environment === 'production'
  const host = read.parsed('HOST', parseHost) ?? (isProduction ? '0.0.0.0' : '127.0.0.1')
  const port = read.integer('PORT', 0, 65_535) ?? 3000
  const tls = readTls(read)
  const publicUrl = read.parsed('PUBLIC_URL', parseOrigin)

  const config: Config = {
    environment,
    host,
    port,
    publicUrl: publicUrl ?? (isProduction || port === 0 ? undefined : localUrl(host, port, tls)),
    ...readAuthorizationConfig(read, environment),
    introspection: readIntrospectionConfig(read, environment),
    registrationToken: read.secret('REGISTRATION_TOKEN', parseBearerToken),
    corsOrigins: read.list('CORS_ORIGINS', parseOrigin),
    tls,
    databaseUrl: read.secret('DATABASE_URL', parseDatabaseUrl),
    dataDir: read.text('DATA_DIR') ?? '.data',
    logLevel: read.choice('LOG_LEVEL', logLevels) ?? 'info',
    bodyLimitBytes: read.parsed('BODY_LIMIT', parseByteSize) ?? 1024 ** 2,
    validateReplies:
      read.choice('VALIDATE_REPLIES', validateRepliesModes) ?? (isProduction ? 'report' : 'enforce'),
    docs: read.choice('DOCS', ['on', 'off']) !== 'off',
    shutdownDelaySeconds: read.integer('SHUTDOWN_DELAY_SECONDS', 0, 300) ?? (isProduction ? 5 : 0),
    shutdownGraceSeconds: read.integer('SHUTDOWN_GRACE_SECONDS', 0, 300) ?? 10,
  }
  if (read.mistakes.length > 0) throw new ConfigError(read.mistakes)
  return deepFreeze(config)
}

function readTls(read: EnvironmentReader): TlsConfig | undefined {
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
  if (cert === undefined || key === undefined) return undefined

  const tls: TlsConfig = { cert, key, ...(ca !== undefined && { ca }) }
  try {
    createSecureContext(tls)
  } catch (error) {
    // OpenSSL's reason ("key values mismatch", "no start line") names no secret.
    const reason = error instanceof Error ? error.message : String(error)
    read.mistake('TLS_CERT_FILE', `and the key or CA beside it do not make a certificate to serve: ${reason}`)
  }
  return tls
}

function localUrl(host: string, port: number, tls: TlsConfig | undefined): string {
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return new URL(`${tls === undefined ? 'http' : 'https'}://${name}:${port}`).origin
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
