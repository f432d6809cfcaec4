import { hash } from 'node:crypto'
import type { Authentication } from './authenticator.js'

/** What became of a token, and for how long nobody needs to ask again if it was accepted. */
export interface Verdict {
  readonly authentication: Authentication
  readonly keepSeconds: number
}

export interface TokenCacheOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Tokens that are remembered at once; 0: none. Default: 5,000. */
  readonly maxEntries?: number
  /** A number that changes when keys do; what was accepted before is then verified again. Default: never. */
  readonly generation?: () => number
}

export interface TokenCache {
  /** Answers at once where the token is remembered. */
  readonly verify: (token: string) => Authentication | Promise<Authentication>
  readonly size: () => number
}

interface Entry {
  readonly authentication: Authentication
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly generation: number
}

/**
 * Remembers tokens that were accepted, by the SHA-256 of the whole token: neither `kid`, `sub` nor `jti` is unique across
 * tokens, and a digest takes as much memory for a token of 8 kB as for any other. An entry never outlives the token, and
 * is looked at anew on each use. What was refused is not remembered. The same token is verified once at a time.
 */
export function createTokenCache(
  verify: (token: string) => Promise<Verdict>,
  options: TokenCacheOptions = {},
): TokenCache {
  const { now = Date.now, maxEntries = 5000, generation = () => 0 } = options
  /** Least recently used first. */
  const entries = new Map<string, Entry>()
  const pending = new Map<string, Promise<Authentication>>()

  const recall = (key: string): Authentication | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    entries.delete(key)
    if (now() >= entry.until || entry.generation !== generation()) return undefined
    entries.set(key, entry)
    return entry.authentication
  }

  const remember = (key: string, { authentication, keepSeconds }: Verdict, since: number): void => {
    const { expiresAt } = (authentication.ok ? authentication.principal : undefined) ?? {}
    if (expiresAt === undefined) return
    const until = Math.min(expiresAt * 1000, now() + keepSeconds * 1000)
    if (until <= now()) return
    entries.set(key, { authentication, until, generation: since })
    if (entries.size <= maxEntries) return
    const [oldest] = entries.keys()
    if (oldest !== undefined) entries.delete(oldest)
  }

  const ask = async (key: string, token: string): Promise<Authentication> => {
    // Keys may change while the signature is checked: then the entry is born old.
    const since = generation()
    const verdict = await verify(token)
    // Also where it is not remembered: whoever brought the token meanwhile is given the same.
    if (verdict.authentication.ok) deepFreeze(verdict.authentication)
    remember(key, verdict, since)
    return verdict.authentication
  }

  return {
    verify: (token) => {
      const key = hash('sha256', token, 'base64url')
      const remembered = recall(key) ?? pending.get(key)
      if (remembered !== undefined) return remembered
      const asked = ask(key, token).finally(() => pending.delete(key))
      pending.set(key, asked)
      return asked
    },
    size: () => entries.size,
  }
}

/** Other requests get the same principal: what one handler changed would hold for all. */
function deepFreeze(root: object): void {
  // A list and no recursion: what an issuer has nested is as deep as it likes.
  const found: object[] = [root]
  for (const object of found) {
    Object.freeze(object)
    for (const value of Object.values(object) as unknown[])
      if (typeof value === 'object' && value !== null) found.push(value)
  }
}
