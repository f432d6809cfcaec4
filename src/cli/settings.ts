import type { AccessTokenAuthenticatorOptions } from '../auth/access-token-authenticator.js'
import { toPolicy } from '../auth/configured-policy.js'
import { inferPreset, type IssuerPreset } from '../auth/issuer-preset.js'
import type { AccessTokenPolicyInput } from '../auth/policy.js'
import { parseIssuer } from '../config/addresses.js'
import { ConfigError, type ConfigMistake } from '../config/config-error.js'
import type { Config, Environment } from '../config/config.js'
import { withEmbeddedIssuer } from '../config/embedded-issuer.js'
import { createEnvironmentReader } from '../config/environment-reader.js'
import { parseConfig } from '../config/parse-config.js'

/** What the environment says, also where it does not suffice for a service. */
export interface Settings {
  /** `undefined`: there are mistakes. */
  readonly config: Config | undefined
  readonly mistakes: readonly ConfigMistake[]
  /** `undefined`: not set, or wrong. */
  readonly issuer: string | undefined
  /** Whether the issuer is the embedded authorization server, because ISSUER is unset while developing. */
  readonly isEmbedded: boolean
  readonly isProduction: boolean
}

/** Reads the variables as `npm run dev` and `npm start` do. */
export function readSettings(env: Environment): Settings {
  const read = createEnvironmentReader(env, () => '')
  const isProduction = read.text('NODE_ENV') === 'production'
  const isEmbedded = read.text('ISSUER') === undefined && !isProduction
  const port = isEmbedded ? (read.integer('DEV_ISSUER_PORT', 1, 65_535) ?? 9000) : 9000
  const environment = isEmbedded ? withEmbeddedIssuer(env, port) : env
  const { config, mistakes } = tryConfig(environment)
  const all = [...mistakes, ...read.mistakes]
  const isIssuerWrong = all.some(({ name }) => name === 'ISSUER' || name === 'DEV_ISSUER_PORT')
  return {
    config: all.length === 0 ? config : undefined,
    mistakes: all,
    issuer: isIssuerWrong ? undefined : parseIssuer(environment['ISSUER']?.trim() ?? ''),
    isEmbedded,
    isProduction,
  }
}

function tryConfig(env: Environment): { config?: Config; mistakes: readonly ConfigMistake[] } {
  try {
    return { config: parseConfig(env), mistakes: [] }
  } catch (error) {
    if (error instanceof ConfigError) return { mistakes: error.mistakes }
    throw error
  }
}

/** What the service accepts access tokens by. */
export interface TokenRules {
  readonly policy: AccessTokenPolicyInput
  readonly preset: IssuerPreset
  readonly options: Pick<AccessTokenAuthenticatorOptions, 'allowInsecureIssuers'>
}

export function toTokenRules(config: Config): TokenRules {
  const { issuer, issuerPreset, environment } = config
  return {
    policy: toPolicy(config),
    preset: issuerPreset ?? inferPreset(issuer),
    options: { allowInsecureIssuers: environment !== 'production' },
  }
}
