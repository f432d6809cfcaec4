import { createLocalJWKSet, errors, type CryptoKey, type JWTHeaderParameters } from 'jose'
import { silentLogger, type Logger } from '../telemetry/log.js'
import { fetchJson, type FetchJsonOptions } from './fetch-json.js'
import { toUsableKeys } from './jwk-set.js'

/** The public keys of one issuer. */
export interface KeySet {
  /**
   * The key that a protected header asks for by `kid` and `alg`. Rejects with `KeySetUnavailableError` where that cannot
   * be known at the moment, with `UnknownKeyError` where the issuer has no such key.
   */
  readonly findKey: (header: JWTHeaderParameters) => Promise<CryptoKey>
  /** Whether keys were loaded once; tries to load them where they were not. Never rejects. */
  readonly ready: () => Promise<boolean>
}

/** Nobody can tell at the moment whether a key is the issuer's. */
export class KeySetUnavailableError extends Error {
  override readonly name = 'KeySetUnavailableError'
  readonly code = 'key_set_unavailable'
  /** Seconds until the next attempt to load the keys. */
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number, options?: ErrorOptions) {
    super('The key set cannot be loaded', options)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The issuer has no usable key that fits. */
export class UnknownKeyError extends Error {
  override readonly name = 'UnknownKeyError'
  readonly code = 'unknown_key'
}

export interface KeySetOptions extends Omit<FetchJsonOptions, 'signal'> {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Told of loads and failures. Default: nobody. */
  readonly logger?: Logger
  /** Seconds for which keys count as current; they are renewed in the background from half of it. Default: 600. */
  readonly maxAgeSeconds?: number
  /** Seconds beyond that for which they still serve while the issuer cannot be reached. Default: 3,600. */
  readonly maxStaleSeconds?: number
  /** Seconds that pass between two fetches for the sake of unknown keys. Default: 30. */
  readonly cooldownSeconds?: number
}

/** After failures in a row: 1, 2, 4 … seconds, at most this many, before the next attempt. */
const maxBackoffSeconds = 30

/** Keys given in the configuration. Throws `JwkSetError`. */
export function createStaticKeySet(jwks: unknown): KeySet {
  const find = toKeyFinder(toUsableKeys(jwks).jwks)
  return { findKey: find, ready: () => Promise.resolve(true) }
}

/**
 * Keys fetched from an issuer and kept. jose's own remote set fails every token once its cache has aged while the
 * endpoint is down, and asks a failing endpoint again for every request; this one does neither. `jwksUri` is called for
 * every fetch, so that it can come from discovery.
 */
export function createRemoteKeySet(jwksUri: () => Promise<string>, options: KeySetOptions = {}): KeySet {
  const {
    now = Date.now,
    logger = silentLogger,
    maxAgeSeconds = 600,
    maxStaleSeconds = 3600,
    cooldownSeconds = 30,
  } = options
  let current: { readonly find: KeyFinder; readonly loadedAt: number } | undefined
  let failure: { readonly count: number; readonly retryAt: number; readonly cause: unknown } | undefined
  let pending: Promise<void> | undefined

  const load = async (): Promise<void> => {
    try {
      const { jwks, ignored } = toUsableKeys(await fetchJson(await jwksUri(), options))
      current = { find: toKeyFinder(jwks), loadedAt: now() }
      failure = undefined
      logger.debug({ keys: jwks.keys.length, ignored }, 'key set loaded')
    } catch (cause) {
      const count = (failure?.count ?? 0) + 1
      const backoffSeconds = Math.min(2 ** (count - 1), maxBackoffSeconds)
      failure = { count, retryAt: now() + backoffSeconds * 1000, cause }
      logger.warn({ err: cause, failures: count, backoffSeconds }, 'key set not loaded')
    }
  }

  /** One load at a time, none before the end of the backoff. Settles when it is over, however it ends. */
  const refresh = (): Promise<void> => {
    if (pending !== undefined) return pending
    if (failure !== undefined && now() < failure.retryAt) return Promise.resolve()
    pending = load().finally(() => {
      pending = undefined
    })
    return pending
  }

  const ageSeconds = (): number => (current === undefined ? Infinity : (now() - current.loadedAt) / 1000)

  const unavailable = (): KeySetUnavailableError => {
    const seconds = Math.ceil(((failure?.retryAt ?? 0) - now()) / 1000)
    return new KeySetUnavailableError(Math.max(1, seconds), { cause: failure?.cause })
  }

  /** Waits for new keys only where the ones at hand are no answer, or are old with no outage to excuse it. */
  const currentKeys = async (): Promise<KeyFinder> => {
    const age = ageSeconds()
    if (age > maxAgeSeconds + maxStaleSeconds || (age > maxAgeSeconds && failure === undefined))
      await refresh()
    else if (age > maxAgeSeconds / 2) void refresh()
    if (current === undefined || ageSeconds() > maxAgeSeconds + maxStaleSeconds) throw unavailable()
    return current.find
  }

  return {
    findKey: async (header) => {
      const find = await currentKeys()
      try {
        return await find(header)
      } catch (error) {
        if (!(error instanceof UnknownKeyError) || ageSeconds() < cooldownSeconds) throw error
      }
      // The key may be newer than the set. While the issuer cannot be asked, that is open.
      await refresh()
      if (failure !== undefined || current === undefined) throw unavailable()
      return current.find(header)
    },
    ready: async () => {
      if (current === undefined) await refresh()
      return current !== undefined
    },
  }
}

type KeyFinder = (header: JWTHeaderParameters) => Promise<CryptoKey>

function toKeyFinder(jwks: Parameters<typeof createLocalJWKSet>[0]): KeyFinder {
  const find = createLocalJWKSet(jwks)
  return async (header) => {
    try {
      return await find(header)
    } catch (cause) {
      // None fits, several do, or the one that does cannot be imported: never the caller's key to choose.
      const message =
        cause instanceof errors.JWKSMultipleMatchingKeys ? 'More than one key fits' : 'No usable key fits'
      throw new UnknownKeyError(message, { cause })
    }
  }
}
