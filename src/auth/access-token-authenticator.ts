import { silentLogger, type Logger } from '../telemetry/log.js'
import type { Authentication, Authenticator } from './authenticator.js'
import { readBearerToken } from './bearer-token.js'
import { toBearerChallenge } from './challenge.js'
import { createIssuerMetadataSource, type IssuerMetadataSource } from './discovery.js'
import { createIntrospector } from './introspection.js'
import { createRemoteKeySet, createStaticKeySet, type KeySet, type KeySetOptions } from './key-set.js'
import { PolicyError, resolvePolicy, type AccessTokenPolicy, type AccessTokenPolicyInput } from './policy.js'
import { createTokenVerifier, type AskedIssuer, type TokenVerifierOptions } from './token-verifier.js'

export interface AccessTokenAuthenticatorOptions extends KeySetOptions, TokenVerifierOptions {
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
 * The authenticator for `oauth2`, `openIdConnect` and `http` bearer schemes: access tokens sent as bearer tokens, JWTs
 * and, where a policy says how to ask about them, opaque ones; one policy per issuer. It fetches nothing until it is asked: `ready()` loads the keys. Throws `PolicyError` for a
 * policy that cannot work, `JwkSetError` for keys in it that cannot be used, and `TypeError` for no policy at all and for
 * a realm or address that no challenge can carry.
 */
export function createAccessTokenAuthenticator(
  policies: readonly AccessTokenPolicyInput[],
  options: AccessTokenAuthenticatorOptions = {},
): AccessTokenAuthenticator {
  const issuers = trust(policies, options)
  const verify = createTokenVerifier(issuers, options)
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
): ReadonlyMap<string, AskedIssuer> {
  if (policies.length === 0) throw new TypeError('An access token authenticator needs a policy')
  const issuers = new Map<string, AskedIssuer>()
  for (const input of policies) {
    const policy = resolvePolicy(input, options)
    if (issuers.has(policy.issuer))
      throw new PolicyError(policy.issuer, ['there is another one for this issuer'])
    issuers.set(policy.issuer, toIssuer(policy, options))
  }
  return issuers
}

function toIssuer(policy: AccessTokenPolicy, options: AccessTokenAuthenticatorOptions): AskedIssuer {
  const { issuer, introspection } = policy
  const metadata = createMetadataSource(issuer, options)
  const logger = withIssuer(options.logger ?? silentLogger, issuer)
  const keySet = toKeySet(policy, metadata, { ...options, logger })
  if (introspection === null) return { policy, keySet }
  const endpoint = async (): Promise<string> => {
    const url = introspection.endpoint ?? (await metadata()).introspectionEndpoint
    if (url === undefined) throw new TypeError('The metadata has no https introspection_endpoint')
    return url
  }
  const introspect = createIntrospector({ ...policy, introspection }, endpoint, { ...options, logger })
  return { policy, keySet, introspect }
}

function toKeySet(
  { jwks, jwksUri }: AccessTokenPolicy,
  metadata: IssuerMetadataSource,
  options: KeySetOptions,
): KeySet {
  if (jwks !== null) return createStaticKeySet(jwks)
  return createRemoteKeySet(async () => {
    const url = jwksUri ?? (await metadata()).jwksUri
    if (url === undefined) throw new TypeError('The metadata has no https jwks_uri')
    return url
  }, options)
}

function createMetadataSource(
  issuer: string,
  options: AccessTokenAuthenticatorOptions,
): IssuerMetadataSource {
  return createIssuerMetadataSource(issuer, {
    ...(options.fetch !== undefined && { fetch: options.fetch }),
    ...(options.now !== undefined && { now: options.now }),
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
    ...(options.allowInsecureIssuers !== undefined && { allowInsecureIssuers: options.allowInsecureIssuers }),
  })
}

function withIssuer(logger: Logger, issuer: string): Logger {
  return {
    debug: (fields, message) => logger.debug({ issuer, ...fields }, message),
    info: (fields, message) => logger.info({ issuer, ...fields }, message),
    warn: (fields, message) => logger.warn({ issuer, ...fields }, message),
    error: (fields, message) => logger.error({ issuer, ...fields }, message),
  }
}
