import { silentLogger, type Logger } from '../telemetry/log.js'
import { createAccessTokenVerifier, type TrustedIssuer } from './access-token.js'
import type { Authentication, Authenticator } from './authenticator.js'
import { readBearerToken } from './bearer-token.js'
import { toBearerChallenge } from './challenge.js'
import { createIssuerMetadataSource } from './discovery.js'
import { createRemoteKeySet, createStaticKeySet, type KeySet, type KeySetOptions } from './key-set.js'
import { PolicyError, resolvePolicy, type AccessTokenPolicy, type AccessTokenPolicyInput } from './policy.js'

export interface AccessTokenAuthenticatorOptions extends KeySetOptions {
  /** Names the protection space in challenges. Default: `api`. */
  readonly realm?: string
  /** Address of this resource's RFC 9728 document, for challenges. Default: none. */
  readonly resourceMetadataUrl?: string
  /** Whether issuers may use `http` on loopback hosts, for development. Default: false. */
  readonly allowInsecureIssuers?: boolean
}

/** An authenticator that always has a challenge and always knows whether it is ready. */
export type AccessTokenAuthenticator = Authenticator & Required<Pick<Authenticator, 'challenge' | 'ready'>>

/**
 * The authenticator for `oauth2`, `openIdConnect` and `http` bearer schemes: JWT access tokens sent as bearer tokens,
 * one policy per issuer. It fetches nothing until it is asked: `ready()` loads the keys. Throws `PolicyError` for a
 * policy that cannot work, `JwkSetError` for keys in it that cannot be used, and `TypeError` for no policy at all and for
 * a realm or address that no challenge can carry.
 */
export function createAccessTokenAuthenticator(
  policies: readonly AccessTokenPolicyInput[],
  options: AccessTokenAuthenticatorOptions = {},
): AccessTokenAuthenticator {
  const issuers = trust(policies, options)
  const verify = createAccessTokenVerifier(issuers, options)
  const { realm = 'api', resourceMetadataUrl } = options
  const challenge: AccessTokenAuthenticator['challenge'] = (reason) =>
    toBearerChallenge({ realm, resourceMetadataUrl }, reason)
  challenge({})

  const authenticate: Authenticator = (request) => {
    const bearer = readBearerToken(request)
    if (bearer.kind === 'token') return verify(bearer.token)
    return bearer.kind === 'absent' ? absent : { ok: false, reason: 'syntax', code: bearer.code }
  }
  const ready = async (): Promise<boolean> => {
    const loaded = await Promise.all([...issuers.values()].map(({ keySet }) => keySet.ready()))
    return loaded.every(Boolean)
  }
  return Object.assign(authenticate, { challenge, ready })
}

const absent: Authentication = { ok: false, reason: 'absent' }

function trust(
  policies: readonly AccessTokenPolicyInput[],
  options: AccessTokenAuthenticatorOptions,
): ReadonlyMap<string, TrustedIssuer> {
  if (policies.length === 0) throw new TypeError('An access token authenticator needs a policy')
  const issuers = new Map<string, TrustedIssuer>()
  for (const input of policies) {
    const policy = resolvePolicy(input, options)
    if (issuers.has(policy.issuer))
      throw new PolicyError(policy.issuer, ['there is another one for this issuer'])
    issuers.set(policy.issuer, { policy, keySet: toKeySet(policy, options) })
  }
  return issuers
}

function toKeySet(policy: AccessTokenPolicy, options: AccessTokenAuthenticatorOptions): KeySet {
  const { issuer, jwks, jwksUri } = policy
  if (jwks !== null) return createStaticKeySet(jwks)
  const { logger = silentLogger } = options
  return createRemoteKeySet(
    jwksUri === null ? discoverJwksUri(issuer, options) : () => Promise.resolve(jwksUri),
    {
      ...options,
      logger: withIssuer(logger, issuer),
    },
  )
}

function discoverJwksUri(issuer: string, options: AccessTokenAuthenticatorOptions): () => Promise<string> {
  const metadata = createIssuerMetadataSource(issuer, {
    ...(options.fetch !== undefined && { fetch: options.fetch }),
    ...(options.now !== undefined && { now: options.now }),
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
    ...(options.allowInsecureIssuers !== undefined && { allowInsecureIssuers: options.allowInsecureIssuers }),
  })
  return async () => {
    const { jwksUri } = await metadata()
    if (jwksUri === undefined) throw new TypeError('The metadata has no https jwks_uri')
    return jwksUri
  }
}

function withIssuer(logger: Logger, issuer: string): Logger {
  return {
    debug: (fields, message) => logger.debug({ issuer, ...fields }, message),
    info: (fields, message) => logger.info({ issuer, ...fields }, message),
    warn: (fields, message) => logger.warn({ issuer, ...fields }, message),
    error: (fields, message) => logger.error({ issuer, ...fields }, message),
  }
}
