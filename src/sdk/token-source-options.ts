import type { ClientAuthenticationOptions } from './client-authentication.js'
import type { Clock } from './clock.js'
import { OptionsError } from './errors.js'
import { readPrivateKey } from './private-key.js'

export interface TokenSourceOptions extends ClientAuthenticationOptions, Clock {
  /** Issuer identifier. The token endpoint is looked up in its metadata, unless `tokenEndpoint` names it. */
  readonly issuer?: string | undefined
  /** Needed unless there is an `issuer`. */
  readonly tokenEndpoint?: string | undefined
  /** The only scopes to ask for. Default: those that a call needs. */
  readonly scopes?: readonly string[] | undefined
  /** Sent as `scope` instead, where the authorization server wants one name for all (Entra ID: `<api>/.default`). */
  readonly tokenScope?: string | undefined
  /** The API the token is for, at authorization servers that name it `audience` (Auth0). Default: not sent. */
  readonly audience?: string | undefined
  /** The API the token is for (RFC 8707). Default: not sent. */
  readonly resource?: string | undefined
  /** Further parameters of the token request. Default: none. */
  readonly tokenParameters?: Readonly<Record<string, string>> | undefined
  /** Binds tokens to a key of this source (RFC 9449). Default: false. */
  readonly dpop?: boolean | undefined
  /** Attempts after the first while the authorization server does not answer. Default: 2. */
  readonly retries?: number | undefined
  /** Milliseconds for one request to the authorization server. Default: 10,000. */
  readonly tokenTimeoutMs?: number | undefined
  /** Default: the global one. */
  readonly fetch?: typeof fetch | undefined
  /** From 0 to 1, for pauses. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Default: `crypto.randomUUID`. */
  readonly randomId?: (() => string) | undefined
}

/** Throws `OptionsError`, which names every mistake. */
export function assertTokenSourceOptions(options: TokenSourceOptions): void {
  const faults = findTokenSourceFaults(options)
  if (faults.length > 0) throw new OptionsError(faults.join('\n'))
}

/** What is missing, and what contradicts itself. */
export function findTokenSourceFaults(options: Partial<TokenSourceOptions>): readonly string[] {
  const { issuer, tokenEndpoint, clientId, clientSecret, privateKey, assertionAudience = 'issuer' } = options
  const faults: string[] = []
  const refuse = (isFault: boolean, fault: string) => isFault && faults.push(fault)
  refuse(issuer === undefined && tokenEndpoint === undefined, 'Give an issuer, or a tokenEndpoint')
  refuse(clientId === undefined || clientId === '', 'Give a clientId')
  refuse(
    (clientSecret === undefined) === (privateKey === undefined),
    'Give either a clientSecret or a privateKey',
  )
  const key = privateKey === undefined ? undefined : readPrivateKey(options)
  if (typeof key === 'string') faults.push(key)
  for (const name of ['keyId', 'keyAlgorithm'] as const) {
    refuse(
      privateKey === undefined && options[name] !== undefined,
      `${name} is of no use without a privateKey: leave it out`,
    )
  }
  refuse(
    privateKey !== undefined && options.secretIn !== undefined,
    'secretIn is of no use with a privateKey: leave it out',
  )
  refuse(
    privateKey !== undefined && issuer === undefined && assertionAudience === 'issuer',
    'Give the issuer, or an assertionAudience: the assertion must say whom it is for',
  )
  refuse(
    privateKey === undefined && options.assertionAudience !== undefined,
    'assertionAudience is of no use without a privateKey: leave it out',
  )
  for (const [name, address] of Object.entries({ issuer, tokenEndpoint })) {
    if (address === undefined) continue
    refuse(!isAddress(address), `${name} must be an https or http URL without a user and password in it`)
  }
  return faults
}

/** An absolute http(s) URL. One with credentials in it would carry them into messages and logs. */
export function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}
