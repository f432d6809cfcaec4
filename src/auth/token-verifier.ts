import { createAccessTokenVerifier, type TrustedIssuer } from './access-token.js'
import type { Authentication } from './authenticator.js'
import { createTokenCache, type Verdict } from './token-cache.js'
import { refuseToken } from './token-failure.js'

/** An issuer, and, where its policy says so, the way to ask it about opaque tokens. */
export interface AskedIssuer extends TrustedIssuer {
  readonly introspect?: (token: string) => Promise<Authentication>
}

export interface TokenVerifierOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Seconds for which a verified JWT is not verified again, 0 to 300, and never beyond its `exp`. Default: 60. */
  readonly tokenCacheSeconds?: number
  /** Accepted tokens that are remembered at once; 0: none. Default: 5,000. */
  readonly tokenCacheEntries?: number
}

/**
 * Access token -> who it is of. JWTs are verified here; any other token is put to the issuers that are to be asked, in
 * the order of their policies. What it gives is the same for every request with this token: scopes and proofs of
 * possession are for the caller to check on each.
 */
export function createTokenVerifier(
  issuers: ReadonlyMap<string, AskedIssuer>,
  options: TokenVerifierOptions = {},
): (token: string) => Authentication | Promise<Authentication> {
  const { now, tokenCacheSeconds = 60, tokenCacheEntries } = options
  if (!(tokenCacheSeconds >= 0 && tokenCacheSeconds <= 300)) {
    throw new TypeError('tokenCacheSeconds is 0 to 300')
  }
  const clock = now !== undefined && { now }
  const verifyJwt = createAccessTokenVerifier(issuers, { ...clock })
  const asked = [...issuers.values()].flatMap(({ introspect, policy }) =>
    introspect === undefined ? [] : [{ introspect, keepSeconds: policy.introspection?.cacheSeconds ?? 0 }],
  )

  const verify = async (token: string): Promise<Verdict> => {
    // A token that names its issuer is sent to no other, and one that only looks like a JWT is sent to nobody.
    if (asked.length === 0 || isJose(token)) {
      return { authentication: await verifyJwt(token), keepSeconds: tokenCacheSeconds }
    }
    let answer: Verdict = { authentication: refuseToken('malformed'), keepSeconds: 0 }
    for (const { introspect, keepSeconds } of asked) {
      const authentication = await introspect(token)
      if (authentication.ok || isFinal(authentication.code)) return { authentication, keepSeconds }
      // Whoever cannot be asked may be the one that knows the token.
      const isOpen = !answer.authentication.ok && answer.authentication.reason === 'unavailable'
      if (!isOpen) answer = { authentication, keepSeconds: 0 }
    }
    return answer
  }

  const keySets = [...issuers.values()].map(({ keySet }) => keySet)
  return createTokenCache(verify, {
    ...clock,
    ...(tokenCacheEntries !== undefined && { maxEntries: tokenCacheEntries }),
    // Each of them only ever grows, so that no two states of all have the same sum.
    generation: () => keySets.reduce((sum, keySet) => sum + keySet.generation(), 0),
  }).verify
}

/** Anything else is the word of the token's own issuer. */
function isFinal(code: string | undefined): boolean {
  return code !== 'inactive' && code !== 'issuer' && code !== 'introspection_unavailable'
}

/** RFC 7515 section 4, RFC 7516 section 4: a first part that is a JSON object makes it a JWS or JWE, however broken. */
function isJose(token: string): boolean {
  const end = token.indexOf('.')
  if (end === -1) return false
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, end), 'base64url').toString())
    return typeof header === 'object' && header !== null
  } catch {
    return false
  }
}
