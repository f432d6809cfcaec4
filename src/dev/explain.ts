import { inspect } from 'node:util'

import { PolicyError } from '../auth/policy.js'
import { ConfigError } from '../config/config-error.js'
import { ContractError } from '../contract/defect.js'
import { TokenError } from '../sdk/errors.js'
import { StoreError } from '../store/store-error.js'
import { DevelopmentError } from './development-error.js'

const mistakes = [ConfigError, ContractError, DevelopmentError, PolicyError, StoreError, TokenError]

/**
 * What went wrong, for the terminal: mistakes of whoever develops in their own words, without a stack, and whatever
 * else happened with everything there is, since that is a fault of the code.
 */
export function explain(error: unknown): string {
  const isMistake = mistakes.some((kind) => error instanceof kind)
  return isMistake ? (error as Error).message : inspect(error)
}
