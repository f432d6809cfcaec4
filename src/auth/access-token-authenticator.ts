import { silentLogger, type Logger } from '../telemetry/log.js'
import type { SecurityScheme, SenderConstraint } from '../contract/operations/security-requirement.js'
import type {
  Authentication,
  AuthenticationContext,
  Authenticator,
  AuthenticatorRequest,
  ChallengeReason,
  TokenBinding,
} from './authenticator.js'
import { toBearerChallenge, toDpopChallenge } from './challenge.js'
import { createClientCertificateReader, type ClientCertificateOptions } from './client-certificate-reader.js'
import { createIssuerMetadataSource, type IssuerMetadataSource } from './discovery.js'
import { createIntrospector } from './introspection.js'
import { createRemoteKeySet, createStaticKeySet, type KeySet, type KeySetOptions } from './key-set.js'
import { publicKeyAlgorithms } from './issuer-preset.js'
import { PolicyError, resolvePolicy, type AccessTokenPolicy, type AccessTokenPolicyInput } from './policy.js'
import { createPossessionCheck, type DpopOptions } from './possession.js'
import { readPresentedToken, type PresentedToken } from './presented-token.js'
import { holdConstraints, meetsConstraint } from './sender-constraint.js'
import { createTokenVerifier, type AskedIssuer, type TokenVerifierOptions } from './token-verifier.js'

export interface AccessTokenAuthenticatorOptions extends KeySetOptions, TokenVerifierOptions {
  /** Names the protection space in challenges. Default: `api`. */
  readonly realm?: string
  /** Address of this resource's RFC 9728 document, for challenges. Default: none. */
  readonly resourceMetadataUrl?: string
  /** Whether issuers may use `http` on loopback hosts, for development. Default: false. */
  readonly allowInsecureIssuers?: boolean
  /** Takes access tokens that are bound by DPoP (RFC 9449). Default: off, and such tokens are refused. */
  readonly dpop?: DpopOptions
  /** Takes access tokens that are bound to a client certificate (RFC 8705). Default: off, and such tokens are refused. */
  readonly mtls?: ClientCertificateOptions
  /** How every access token must be bound, whatever the document says. Default: bearer tokens are taken too. */
  readonly senderConstrained?: SenderConstraint
}

/** An authenticator that always has its challenges and always knows whether it is ready. */
export interface AccessTokenAuthenticator extends Authenticator {
  readonly challenge: (
    reason: ChallengeReason,
    context?: Pick<AuthenticationContext, 'senderConstraints'>,
  ) => readonly string[]
  readonly ready: () => Promise<boolean>
  readonly bindings: readonly TokenBinding[]
}

/**
 * The authenticator for `oauth2`, `openIdConnect` and `http` bearer and dpop schemes: access tokens, JWTs and, where a
 * policy says how to ask about them, opaque ones, one policy per issuer; and what binds them to their callers. It fetches
 * nothing until it is asked: `ready()` loads the keys. Throws `PolicyError` for a policy that cannot work, `JwkSetError`
 * for keys in it that cannot be used, and `TypeError` for no policy at all, for a realm or address that no challenge can
 * carry, and for a binding that is asked for and switched off.
 */
export function createAccessTokenAuthenticator(
  policies: readonly AccessTokenPolicyInput[],
  options: AccessTokenAuthenticatorOptions = {},
): AccessTokenAuthenticator {
  const issuers = trust(policies, options)
  const verify = createTokenVerifier(issuers, options)
  const { realm = 'api', resourceMetadataUrl, dpop, mtls, senderConstrained } = options
  const bindings: readonly TokenBinding[] = [
    ...(dpop ? ['dpop' as const] : []),
    ...(mtls ? ['mtls' as const] : []),
  ]
  const always = senderConstrained === undefined ? [] : [senderConstrained]
  if (!always.every((constraint) => meetsConstraint(bindings, constraint))) {
    throw new TypeError(`Tokens bound by ${String(senderConstrained)} are asked for, and none can be checked`)
  }
  const checkPossession = createPossessionCheck({
    ...(dpop && { dpop: { ...(options.now && { now: options.now }), ...dpop } }),
    ...(mtls && { clientCertificate: createClientCertificateReader(mtls) }),
  })

  const challenge: AccessTokenAuthenticator['challenge'] = (reason, { senderConstraints = [] } = {}) => {
    const context = { realm, resourceMetadataUrl }
    // A bearer token would be refused all the same.
    const isDpopOnly = [...senderConstraints, ...always].includes('dpop')
    const isAboutDpop = reason.authScheme === 'DPoP' || isDpopOnly
    return [
      ...(isDpopOnly ? [] : [toBearerChallenge(context, isAboutDpop ? {} : reason)]),
      ...(dpop
        ? [toDpopChallenge(context, dpop.algorithms ?? publicKeyAlgorithms, isAboutDpop ? reason : {})]
        : []),
    ]
  }
  challenge({})

  const hold = (authentication: Authentication): Authentication =>
    authentication.ok ? holdConstraints(authentication, always) : authentication
  // Nothing is waited for where a token is known and needs no proof, which is the usual case.
  const check = (
    request: AuthenticatorRequest,
    presented: PresentedToken,
  ): Authentication | Promise<Authentication> =>
    andThen(verify(presented.token), (verified) =>
      andThen(checkPossession(verified, presented, request), hold),
    )
  /** Several schemes of one operation may ask, and a proof is used up by the first look at it. */
  const checked = new WeakMap<AuthenticatorRequest, Authentication | Promise<Authentication>>()
  const authenticate = (request: AuthenticatorRequest): Authentication | Promise<Authentication> => {
    const presented = readPresentedToken(request)
    if (presented.kind === 'syntax') {
      const { kind, ...details } = presented
      return { ok: false, reason: kind, ...details }
    }
    if (presented.kind === 'absent' || (presented.authScheme === 'DPoP' && !dpop)) return absent
    const known = checked.get(request) ?? check(request, presented)
    checked.set(request, known)
    return known
  }
  const ready = async (): Promise<boolean> => {
    const loaded = await Promise.all([...issuers.values()].map(({ keySet }) => keySet.ready()))
    return loaded.every(Boolean)
  }
  return Object.assign(authenticate, { challenge, ready, bindings, fits })
}

/** What carries an access token: RFC 6750, RFC 9449 section 7.1. */
function fits({ type, scheme = '' }: SecurityScheme): boolean {
  return (
    type === 'oauth2' || type === 'openIdConnect' || (type === 'http' && /^(?:bearer|dpop)$/i.test(scheme))
  )
}

const absent: Authentication = { ok: false, reason: 'absent' }

function andThen<A>(answer: A | Promise<A>, next: (answer: A) => A | Promise<A>): A | Promise<A> {
  return answer instanceof Promise ? answer.then(next) : next(answer)
}

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
