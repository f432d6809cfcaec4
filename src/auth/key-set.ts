import { createLocalJWKSet, errors, type CryptoKey, type JWTHeaderParameters } from 'jose'
import { silentLogger, type Logger } from '../telemetry/log.js'
import { createBackoff } from './backoff.js'
import { fetchJson, type FetchJsonOptions } from './fetch-json.js'
import { toUsableKeys } from './jwk-set.js'

/** The public keys of one issuer. */
export interface KeySet {
  /**
   * The key that a protected header asks for by `kid` and `alg`. Rejects with `KeySetUnavailableError` where that cannot
   * be known at the moment, with `UnknownKeyError` where the issuer has no such key.
   */
  readonly findKey: (header: JWTHeaderParameters) => Promise<CryptoKey>
  /** Grows whenever other keys take the place of those that were there. */
  readonly generation: () => number
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
  /** Milliseconds for which requests wait for keys that are being renewed; that goes on behind. Default: 2,000. */
  readonly waitMs?: number
  /** The same where there are no keys yet, as when a service starts. Default: 5,000. */
  readonly firstWaitMs?: number
}

/** Keys given in the configuration. Throws `JwkSetError`. */
export function createStaticKeySet(jwks: unknown): KeySet {
  const find = toKeyFinder(toUsableKeys(jwks).jwks)
  return { findKey: find, generation: () => 0, ready: () => Promise.resolve(true) }
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
    waitMs = 2000,
    firstWaitMs = 5000,
  } = options
  let current: LoadedKeys | undefined
  let generation = 0
  let pending: Promise<void> | undefined
  const backoff = createBackoff(now)

  const load = async (): Promise<void> => {
    try {
      const { jwks, ignored } = toUsableKeys(await fetchJson(await jwksUri(), options))
      const text = JSON.stringify(jwks)
      const find = current?.text === text ? current.find : toKeyFinder(jwks)
      if (current !== undefined && find !== current.find) generation++
      current = { find, text, loadedAt: now() }
      backoff.succeeded()
      logger.debug({ keys: jwks.keys.length, ignored }, 'key set loaded')
    } catch (cause) {
      const { count, retryAt } = backoff.failed(cause)
      const backoffSeconds = (retryAt - now()) / 1000
      logger.warn({ err: cause, failures: count, backoffSeconds }, 'key set not loaded')
    }
  }

  /**
   * One load at a time, none before the end of the backoff. Settles when it is over, however it ends, or when it has
   * taken too long to wait for: whoever comes after that does not wait at all, so that a slow issuer holds nobody up for long.
   */
  const refresh = (): Promise<void> => {
    if (pending !== undefined) return pending
    if (backoff.isWaiting()) return Promise.resolve()
    const loading = load().finally(() => {
      pending = undefined
    })
    pending = atMost(loading, current === undefined ? firstWaitMs : waitMs)
    return pending
  }

  const ageSeconds = (): number => (current === undefined ? Infinity : (now() - current.loadedAt) / 1000)

  const unavailable = (): KeySetUnavailableError =>
    new KeySetUnavailableError(backoff.retryAfterSeconds(), { cause: backoff.failure()?.cause })

  /** Waits for new keys only where the ones at hand are no answer, or are old with no outage to excuse it. */
  const currentKeys = async (): Promise<KeyFinder> => {
    const age = ageSeconds()
    if (age > maxAgeSeconds + maxStaleSeconds || (age > maxAgeSeconds && backoff.failure() === undefined))
      await refresh()
    else if (age > maxAgeSeconds / 2) void refresh()
    if (current === undefined || ageSeconds() > maxAgeSeconds + maxStaleSeconds) throw unavailable()
    return current.find
  }

  /** When keys were last fetched, with success, for the sake of an unknown one. */
  let soughtAt = -Infinity

  return {
    findKey: async (header) => {
      const find = await currentKeys()
      try {
        return await find(header)
      } catch (error) {
        // Counted from then and not from any load: some issuers make a key when they sign their first token, and a service
        // that has just started would refuse that one.
        if (!(error instanceof UnknownKeyError) || now() - soughtAt < cooldownSeconds * 1000) throw error
      }
      // The key may be newer than the set. While the issuer cannot be asked, that is open.
      await refresh()
      if (pending !== undefined || backoff.failure() !== undefined || current === undefined)
        throw unavailable()
      soughtAt = now()
      return current.find(header)
    },
    generation: () => generation,
    ready: async () => {
      if (current === undefined) await refresh()
      return current !== undefined
    },
  }
}

interface LoadedKeys {
  readonly find: KeyFinder
  /** What they were made of. */
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly loadedAt: number
}

function atMost(work: Promise<void>, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs).unref()
    void work.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
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
