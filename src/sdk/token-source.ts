import { createClientAuthentication } from './client-authentication.js'
import { scheduleTimeout } from './clock.js'
import { createDpopProver, type DpopProver } from './dpop.js'
import { TokenError } from './errors.js'
import { isPassing, withRetries } from './retry.js'
import { discoverTokenEndpoint } from './token-endpoint.js'
import { requestToken, type TokenResponse } from './token-request.js'
import { assertTokenSourceOptions, type TokenSourceOptions } from './token-source-options.js'

export interface AccessToken {
  readonly value: string
  readonly type: 'Bearer' | 'DPoP'
  /** Scopes granted: as the answer says, else as asked for (RFC 6749 section 5.1). */
  readonly scopes: readonly string[]
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

/** Supplies access tokens. Clients that share one share its tokens. */
export interface TokenSource<Token extends { readonly value: string } = { readonly value: string }> {
  /**
   * One that is valid now and good for these scopes. `others` are asked for along with them where a token has to be
   * fetched anyway. Rejects with a `TokenError`.
   */
  readonly accessToken: (scopes?: readonly string[], others?: Iterable<string>) => Promise<Token>
  /** One such token where nothing has to be waited for. Default: `accessToken` is asked. */
  readonly tokenAtHand?: (scopes: readonly string[]) => Token | undefined
  /** Drops a token that the service refused, by its value. */
  readonly forget?: (value: string) => void
  /** Proofs for tokens that are bound to a key. */
  readonly dpop?: DpopProver
}

interface Held {
  readonly token: AccessToken
  /** From here on a new token is asked for while this one still serves. */
  readonly refreshAtMs: number
  /** From here on this one no longer serves: a request that carries it could arrive too late. */
  readonly unusableAtMs: number
}

/** The token for one set of scopes. */
interface Entry {
  readonly scopes: readonly string[]
  held?: Held | undefined
  pending?: Promise<AccessToken> | undefined
  pausedUntilMs?: number
}

const refreshAtShareOfLife = 0.8
const longestMarginMs = 10_000
const shareOfLifeAsMargin = 0.1
const pauseAfterFailureMs = 5_000

/**
 * One cache of access tokens for one client and API, by their scopes. However many callers wait, one request for the same
 * scopes is in flight, and no caller's end is the end of it. Throws `OptionsError`.
 */
export function createTokenSource(
  options: TokenSourceOptions,
): Required<Pick<TokenSource<AccessToken>, 'accessToken' | 'tokenAtHand' | 'forget'>> &
  Pick<TokenSource<AccessToken>, 'dpop'> {
  assertTokenSourceOptions(options)
  const { now = Date.now, schedule = scheduleTimeout, random = Math.random, fetch: send = fetch } = options
  const { issuer, audience, resource, tokenParameters, retries = 2, tokenTimeoutMs = 10_000 } = options
  const randomId = options.randomId ?? (() => crypto.randomUUID())
  const authentication = createClientAuthentication(options, { issuer, now, randomId })
  const dpop = options.dpop === true ? createDpopProver({ now, randomId }) : undefined
  const fixed = options.tokenScope === undefined ? options.scopes : [options.tokenScope]
  const entries = new Map<string, Entry>()
  /** Asked for by themselves, and refused: they spoil no other request. */
  const refused = new Set<string>()
  let endpoint = options.tokenEndpoint

  const timeoutSignal = () => {
    const controller = new AbortController()
    const clear = schedule(() => {
      controller.abort(new Error(`no answer within ${tokenTimeoutMs} ms`))
    }, tokenTimeoutMs)
    return { signal: controller.signal, clear }
  }

  const load = async (scopes: readonly string[]): Promise<Held> => {
    endpoint ??= await discoverTokenEndpoint(issuer ?? '', send, timeoutSignal)
    // Counted from before the request: by its answer, part of the token's life may be over.
    const askedAtMs = now()
    const request = { scopes, audience, resource, tokenParameters }
    return toHeld(
      await requestToken(endpoint, request, { authentication, dpop, fetch: send, timeoutSignal }),
      askedAtMs,
    )
  }

  const refresh = (entry: Entry): Promise<AccessToken> => {
    const isWorthwhile = (error: unknown) => isPassing(error, false)
    const plan = { retries, endMs: Infinity, now, random, schedule, isWorthwhile }
    entry.pending ??= withRetries(
      async () => load(entry.scopes),
      () => plan,
    )
      .then((held) => {
        entry.held = held
        dropCovered(entries, entry)
        return held.token
      })
      .finally(() => {
        entry.pending = undefined
      })
    return entry.pending
  }

  const entryFor = (scopes: Iterable<string>): Entry => {
    const sorted = [...new Set(scopes)].sort()
    const key = sorted.join(' ')
    const entry = entries.get(key) ?? { scopes: sorted }
    entries.set(key, entry)
    return entry
  }

  const fetchToken = async (needed: readonly string[], others: Iterable<string>): Promise<AccessToken> => {
    // Calls that begin in the same turn have said by then what they need: one token will do for all.
    await Promise.resolve()
    const joined = entryFor([...[...others].filter((scope) => !refused.has(scope)), ...needed])
    const alone = entryFor(needed)
    try {
      return await refresh(joined)
    } catch (error) {
      if (fixed !== undefined || !isInvalidScope(error)) throw error
      if (joined === alone) {
        for (const scope of needed) refused.add(scope)
        throw error
      }
      entries.delete(joined.scopes.join(' '))
    }
    // One scope that the client may not have does not cost it the others.
    return fetchToken(needed, [])
  }

  const tokenAtHand = (scopes: readonly string[]): AccessToken | undefined => {
    const atMs = now()
    const entry = findServing(entries.values(), fixed ?? scopes, atMs)
    if (entry?.held === undefined) return undefined
    if (atMs >= entry.held.refreshAtMs && atMs >= (entry.pausedUntilMs ?? -Infinity)) {
      // The token at hand still serves, so a failure is nobody's yet; an authorization server that is down is not
      // asked again by every call.
      refresh(entry).catch(() => {
        entry.pausedUntilMs = now() + pauseAfterFailureMs
      })
    }
    return entry.held.token
  }

  return {
    accessToken: async (scopes = [], others = []) =>
      tokenAtHand(scopes) ?? fetchToken(fixed ?? scopes, fixed ?? others),
    tokenAtHand,
    forget: (value) => {
      for (const entry of entries.values()) if (entry.held?.token.value === value) entry.held = undefined
    },
    ...(dpop !== undefined && { dpop }),
  }
}

function toHeld({ value, type, scopes, lifeSeconds }: TokenResponse, askedAtMs: number): Held {
  const lifeMs = lifeSeconds * 1000
  const expiresAtMs = askedAtMs + lifeMs
  return {
    token: { value, type, scopes, expiresAtMs },
    refreshAtMs: askedAtMs + lifeMs * refreshAtShareOfLife,
    unusableAtMs: expiresAtMs - Math.min(longestMarginMs, lifeMs * shareOfLifeAsMargin),
  }
}

/** The entry whose token serves these scopes, the one that lasts longest where there are several. */
function findServing(entries: Iterable<Entry>, needed: readonly string[], atMs: number): Entry | undefined {
  let found: Entry | undefined
  for (const entry of entries) {
    if (entry.held === undefined || atMs >= entry.held.unusableAtMs) continue
    if (!needed.every((scope) => entry.scopes.includes(scope))) continue
    if (found?.held === undefined || entry.held.refreshAtMs > found.held.refreshAtMs) found = entry
  }
  return found
}

/** A wider token takes the place of the narrower ones, so that they are not renewed beside it. */
function dropCovered(entries: Map<string, Entry>, by: Entry): void {
  for (const [key, entry] of entries) {
    if (entry === by || entry.pending !== undefined) continue
    if (entry.scopes.every((scope) => by.scopes.includes(scope))) entries.delete(key)
  }
}

function isInvalidScope(error: unknown): boolean {
  return error instanceof TokenError && error.error === 'invalid_scope'
}
