import { readFileSync } from 'node:fs'
import { parseDatabaseUrl, parseHost, parseOrigin } from './addresses.js'
import { readAuthorizationConfig } from './authorization-config.js'
import { parseBearerToken } from './bearer-token.js'
import { readBindingConfig } from './binding-config.js'
import { parseByteSize } from './byte-size.js'
import { ConfigError } from './config-error.js'
import { readIntrospectionConfig } from './introspection-config.js'
import { logLevels, validateRepliesModes, type Config, type Environment, type TlsConfig } from './config.js'
import { createEnvironmentReader } from './environment-reader.js'
import { readTls } from './tls-config.js'

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
  const publicUrl =
    read.parsed('PUBLIC_URL', parseOrigin) ??
    (isProduction || port === 0 ? undefined : localUrl(host, port, tls))

  const config: Config = {
    environment,
    host,
    port,
    publicUrl,
    ...readAuthorizationConfig(read, environment),
    introspection: readIntrospectionConfig(read, environment),
    ...readBindingConfig(read, { tls, publicUrl }),
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

function localUrl(host: string, port: number, tls: TlsConfig | undefined): string {
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return new URL(`${tls === undefined ? 'http' : 'https'}://${name}:${port}`).origin
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
