import { operations } from '../../generated/sdk/operations.js'
import { scheduleTimeout, type Schedule } from './clock.js'
import { readVariable, variables, type Environment, type VariableOption } from './environment.js'
import { OptionsError } from './errors.js'
import type { Hooks } from './hooks.js'
import { documentedScopes, needsToken } from './operation-scopes.js'
import { findTokenSourceFaults, isAddress, type TokenSourceOptions } from './token-source-options.js'
import { createTokenSource, type TokenSource } from './token-source.js'

/**
 * Everything is optional: what is left out comes from environment variables with the prefix of the document's
 * `info.x-sdk`: `_BASE_URL`, `_ISSUER`, `_CLIENT_ID`, `_CLIENT_SECRET`,
 * `_PRIVATE_KEY`, `_KEY_ID`, `_KEY_ALGORITHM` and `_SCOPES`.
 */
export interface ClientOptions<S extends readonly string[] = readonly string[]>
  extends Partial<Omit<TokenSourceOptions, 'scopes'>>, Hooks {
  /** Address of the service, e.g. `https://api.example.com`. Default: from the environment. */
  readonly baseUrl?: string | undefined
  /** Pins the scopes that tokens are asked for. Default: from the environment, else those of the operations in use. */
  readonly scopes?: S | undefined
  /** Supplies access tokens in place of the client's own credentials, as in a browser. Default: made of the credentials. */
  readonly tokenSource?: TokenSource | undefined
  /** Header fields of every request to the service, such as an API key. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Attempts after the first. Default: 2. */
  readonly retries?: number | undefined
  /** Milliseconds for a call with all of its retries. Default: 120,000. */
  readonly timeoutMs?: number | undefined
  /** Milliseconds for one attempt. Default: 30,000. */
  readonly attemptTimeoutMs?: number | undefined
  /** W3C Trace Context to pass on, asked for with each call. Default: none. */
  readonly traceparent?: (() => string | undefined) | undefined
  /** Default: `process.env` where there is one. */
  readonly environment?: Environment | undefined
}

/** All options, settled once. */
export interface Settings extends Hooks {
  readonly baseUrl: string
  readonly tokens: TokenSource | undefined
  /** The scopes that the client is pinned to. */
  readonly pinned: readonly string[] | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly retries: number
  readonly timeoutMs: number
  readonly attemptTimeoutMs: number
  readonly traceparent: () => string | undefined
  readonly fetch: typeof fetch
  readonly now: () => number
  readonly schedule: Schedule
  readonly random: () => number
  readonly randomId: () => string
}

/** @throws {OptionsError} that names everything that is missing or contradicts itself */
export function settleOptions(given: ClientOptions): Settings {
  const options = withEnvironment(given)
  const { baseUrl = '', tokenSource } = options
  const faults: string[] = []
  if (!isAddress(baseUrl)) {
    faults.push('Give a baseUrl: an https or http URL without a user and password in it')
  }
  const wantsTokens = Object.values(operations).some(({ security }) => needsToken(security))
  if (tokenSource !== undefined && options.clientId !== undefined) {
    faults.push('Give a tokenSource or credentials, not both')
  } else if (tokenSource === undefined && wantsTokens) faults.push(...findTokenSourceFaults(options))
  faults.push(...findScopeFaults(options.scopes))
  for (const name of ['retries', 'timeoutMs', 'attemptTimeoutMs'] as const) {
    const value = options[name]
    if (value !== undefined && !(value >= 0)) faults.push(`${name} must be a number, 0 or more`)
  }
  if (faults.length > 0) {
    const names = Object.values(variables).join(', ')
    throw new OptionsError([...faults, `What is not given is read from ${names}.`].join('\n'))
  }
  const credentials = options as ClientOptions & TokenSourceOptions
  return {
    baseUrl,
    tokens: tokenSource ?? (wantsTokens ? createTokenSource(credentials) : undefined),
    pinned: options.scopes,
    headers: options.headers ?? {},
    retries: options.retries ?? 2,
    timeoutMs: options.timeoutMs ?? 120_000,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 30_000,
    traceparent: options.traceparent ?? (() => undefined),
    fetch: options.fetch ?? ((address, init) => fetch(address, init)),
    now: options.now ?? Date.now,
    schedule: options.schedule ?? scheduleTimeout,
    random: options.random ?? Math.random,
    randomId: options.randomId ?? (() => crypto.randomUUID()),
    ...(options.onRequest !== undefined && { onRequest: options.onRequest }),
    ...(options.onResponse !== undefined && { onResponse: options.onResponse }),
    ...(options.onRetry !== undefined && { onRetry: options.onRetry }),
  }
}

function findScopeFaults(pinned: readonly string[] = []): readonly string[] {
  const known = documentedScopes()
  const unknown = pinned.filter((scope) => !known.has(scope))
  if (known.size === 0 || unknown.length === 0) return []
  return [
    `scopes names ${unknown.join(' ')}, which no operation needs: leave it out, or write ${[...known].sort().join(', ')}. ` +
      'What the authorization server wants to be asked for instead goes into tokenScope',
  ]
}

/** Explicit options win. */
function withEnvironment(given: ClientOptions): ClientOptions {
  const hasOtherKey = [given.tokenSource, given.clientSecret, given.privateKey].some(
    (one) => one !== undefined,
  )
  // These would be somebody else's, beside a token source, a key or an endpoint that is given.
  const isForeign: Readonly<Partial<Record<VariableOption, boolean>>> = {
    issuer: given.tokenSource !== undefined || given.tokenEndpoint !== undefined,
    clientId: given.tokenSource !== undefined,
    clientSecret: given.tokenSource !== undefined || given.privateKey !== undefined,
    ...{ privateKey: hasOtherKey, keyId: hasOtherKey, keyAlgorithm: hasOtherKey },
  }
  const options: Record<string, unknown> = {}
  for (const name of Object.keys(variables) as VariableOption[]) {
    const value = isForeign[name] === true ? undefined : readVariable(name, given.environment)
    if (value !== undefined) options[name] = name === 'scopes' ? value.split(/\s+/) : value
  }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) options[name] = value
  return options
}
