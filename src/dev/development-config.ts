import { ConfigError, type ConfigMistake } from '../config/config-error.js'
import type { Config, Environment } from '../config/config.js'
import { withDefaults, withEmbeddedIssuer } from '../config/embedded-issuer.js'
import { createEnvironmentReader } from '../config/environment-reader.js'
import { parseConfig, type ParseConfigOptions } from '../config/parse-config.js'
import { readTestClientVariables, type TestClientVariables } from '../config/test-client.js'
import type { RunningAuthorizationServer } from './authorization-server.js'
import { DevelopmentError } from './development-error.js'

/** What the environment decides while developing. */
export interface DevelopmentConfig {
  /** The service's. Its issuer is the embedded authorization server unless ISSUER names another. */
  readonly config: Config
  /** `undefined`: ISSUER names another authorization server. */
  readonly embedded: EmbeddedConfig | undefined
  readonly testClient: TestClientVariables
}

export interface EmbeddedConfig {
  readonly port: number
}

/**
 * The environment of `npm run dev` and `npm run call`: as the service reads it, with the embedded authorization server
 * for an unset ISSUER. Throws one `ConfigError` that names every mistake, and `DevelopmentError` in production.
 */
export function parseDevelopmentConfig(
  env: Environment,
  options: ParseConfigOptions = {},
): DevelopmentConfig {
  const read = createEnvironmentReader(env, () => '')
  if (read.text('NODE_ENV') === 'production') {
    throw new DevelopmentError(
      'production',
      'This is for development: it does not run with NODE_ENV=production. Unset it, or start the built service with `npm start`.',
    )
  }
  const isEmbedded = read.text('ISSUER') === undefined
  const port = read.integer('DEV_ISSUER_PORT', 0, 65_535) ?? 9000
  const { config, mistakes } = tryConfig(
    // A reload should not wait for requests that somebody left open.
    withDefaults(isEmbedded ? withEmbeddedIssuer(env, port) : env, { SHUTDOWN_GRACE_SECONDS: '0' }),
    options,
  )
  if (isEmbedded && config !== undefined && port !== 0 && port === config.port) {
    read.mistake('DEV_ISSUER_PORT', `is ${port}, as PORT is: give each a port of its own`)
  }
  if (config === undefined || read.mistakes.length > 0) throw new ConfigError([...mistakes, ...read.mistakes])

  return { config, embedded: isEmbedded ? { port } : undefined, testClient: readTestClientVariables(env) }
}

/** The service's configuration once the embedded authorization server listens: only then is all of it known. */
export function withRunningServer(config: Config, running: RunningAuthorizationServer): Config {
  return Object.freeze({
    ...config,
    issuer: running.issuer,
    registrationToken: config.registrationToken ?? running.registrationToken,
  })
}

function tryConfig(
  env: Environment,
  options: ParseConfigOptions,
): { readonly config?: Config; readonly mistakes: readonly ConfigMistake[] } {
  try {
    return { config: parseConfig(env, options), mistakes: [] }
  } catch (error) {
    if (error instanceof ConfigError) return { mistakes: error.mistakes }
    throw error
  }
}
