import { discoverTokenEndpoint } from './token-endpoint.js'
import { requestToken, type ClientCredentials } from './token-request.js'

export type TokenSourceOptions = ClientCredentials & {
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
} & (
    | {
        /** Issuer identifier; the token endpoint is looked up in its metadata. */
        readonly issuer: string
        readonly tokenEndpoint?: never
      }
    | { readonly tokenEndpoint: string; readonly issuer?: never }
  )

export interface AccessToken {
  readonly value: string
  /** Scopes granted: as the answer says, else as asked for (RFC 6749 section 5.1). */
  readonly scopes: readonly string[]
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

/** Supplies access tokens. */
export interface TokenSource {
  /** One that is valid now, from the cache where possible. Rejects with a `TokenError`. */
  readonly accessToken: () => Promise<AccessToken>
}

interface Held {
  readonly token: AccessToken
  /** From here on a new token is asked for while this one still serves. */
  readonly refreshAtMs: number
  /** From here on this one no longer serves: a request that carries it could arrive too late. */
  readonly unusableAtMs: number
}

const timeoutMs = 10_000
const refreshAtShareOfLife = 0.8
const longestMarginMs = 10_000
const shareOfLifeAsMargin = 0.1
const pauseAfterFailureMs = 5_000

/** One cache of access tokens for one client, scopes and API. However many callers wait, one request is in flight. */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { fetch: send = fetch, now = Date.now, issuer } = options
  let endpoint = options.tokenEndpoint
  let held: Held | undefined
  let pending: Promise<AccessToken> | undefined
  let pausedUntilMs = -Infinity

  const load = async (): Promise<AccessToken> => {
    endpoint ??= await discoverTokenEndpoint(issuer ?? '', send, timeoutMs)
    // Counted from before the request: by its answer, part of the token's life may be over.
    const askedAtMs = now()
    const { value, scopes, lifeSeconds } = await requestToken(endpoint, options, send, timeoutMs)
    const lifeMs = lifeSeconds * 1000
    const expiresAtMs = askedAtMs + lifeMs
    const token = { value, scopes, expiresAtMs }
    held = {
      token,
      refreshAtMs: askedAtMs + lifeMs * refreshAtShareOfLife,
      unusableAtMs: expiresAtMs - Math.min(longestMarginMs, lifeMs * shareOfLifeAsMargin),
    }
    return token
  }

  const refresh = (): Promise<AccessToken> => {
    pending ??= load().finally(() => {
      pending = undefined
    })
    return pending
  }

  return {
    accessToken: async () => {
      const atMs = now()
      if (held === undefined || atMs >= held.unusableAtMs) return refresh()
      if (atMs >= held.refreshAtMs && atMs >= pausedUntilMs) {
        // The token at hand still serves, so a failure is nobody's yet; an authorization server that is down is not
        // asked again by every call.
        refresh().catch(() => {
          pausedUntilMs = now() + pauseAfterFailureMs
        })
      }
      return held.token
    },
  }
}
