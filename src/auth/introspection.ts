import { silentLogger, type Logger } from '../telemetry/log.js'
import type { Authentication } from './authenticator.js'
import { createBackoff } from './backoff.js'
import { fetchJson, FetchJsonError } from './fetch-json.js'
import type { IntrospectionPolicy } from './introspection-policy.js'
import type { AccessTokenPolicy } from './policy.js'
import { acceptClaims, type Claims, type ClaimRules } from './token-claims.js'
import { refuseToken } from './token-failure.js'

export interface IntrospectionOptions {
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Told of failures; never of tokens or credentials. Default: nobody. */
  readonly logger?: Logger
  /** Milliseconds for one reply, looking for the endpoint included. Default: 5,000. */
  readonly timeoutMs?: number
}

/**
 * Answers that may be about the token that was sent: 403 is also what a filter in front of the server says of a strange one.
 * Were all of an issuer's tokens to wait then, anybody could make them.
 */
const statusesOfOneToken = [400, 403, 413]

/** RFC 7662 section 2.2: `token_type`, where given, is that of an access token (RFC 6749 section 7.1, RFC 9449). */
const tokenTypes = ['bearer', 'dpop']

/** `token_use`, where a server says so, tells refresh tokens from access tokens. */
const tokenUses = ['access', 'access_token']

/**
 * Asks one issuer about an opaque token (RFC 7662). Its reply is held to the rules that JWTs of this issuer are held to.
 * Whatever keeps it from answering is `unavailable`, and is not asked again before the end of a backoff.
 */
export function createIntrospector(
  policy: AccessTokenPolicy & { readonly introspection: IntrospectionPolicy },
  endpoint: () => Promise<string>,
  options: IntrospectionOptions = {},
): (token: string) => Promise<Authentication> {
  const { now = Date.now, logger = silentLogger, timeoutMs = 5000 } = options
  const { issuer, introspection } = policy
  const { scopeFrom, scopeFormat, clientIdFrom, requiredClaims } = introspection
  const rules: ClaimRules = {
    ...policy,
    scopeFrom,
    scopeFormat,
    clientIdFrom,
    requiredClaims,
    issuedAt: 'optional',
  }
  const backoff = createBackoff(now)

  const ask = async (token: string): Promise<Claims> => {
    const signal = AbortSignal.timeout(timeoutMs)
    const url = await within(endpoint(), signal)
    const reply = await fetchJson(url, {
      ...(options.fetch !== undefined && { fetch: options.fetch }),
      signal,
      form: toForm(token, introspection),
    })
    if (!isReply(reply)) throw new TypeError('The reply is no introspection response')
    return reply
  }

  const unavailable = (retryAfterSeconds: number, cause: unknown): Authentication => {
    const code = 'introspection_unavailable'
    return { ok: false, reason: 'unavailable', code, issuer, cause, retryAfterSeconds }
  }

  return async (token) => {
    if (backoff.isWaiting()) return unavailable(backoff.retryAfterSeconds(), backoff.failure()?.cause)
    try {
      const reply = await ask(token)
      backoff.succeeded()
      return acceptReply(reply, rules, now() / 1000)
    } catch (cause) {
      const hint = isRefusedClient(cause)
        ? 'The client that introspects may be refused: check its id and secret'
        : undefined
      if (isAboutToken(cause)) {
        logger.warn({ err: cause, ...(hint && { hint }) }, 'token not introspected')
        return unavailable(1, cause)
      }
      const { count } = backoff.failed(cause)
      logger.warn({ err: cause, failures: count, ...(hint && { hint }) }, 'introspection failed')
      return unavailable(backoff.retryAfterSeconds(), cause)
    }
  }
}

/** RFC 7662 section 2.1: a form by POST, with the credentials of the protected resource. */
function toForm(
  token: string,
  { clientId, clientSecret, authentication }: IntrospectionPolicy,
): { readonly body: URLSearchParams; readonly authorization?: string } {
  const body = new URLSearchParams({ token, token_type_hint: 'access_token' })
  if (authentication === 'client_secret_post') {
    body.set('client_id', clientId)
    body.set('client_secret', clientSecret)
    return { body }
  }
  // RFC 6749 section 2.3.1: both are form-encoded first.
  const [id, secret] = [clientId, clientSecret].map((text) =>
    new URLSearchParams([['', text]]).toString().slice(1),
  )
  return { body, authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

/** RFC 7662 section 2.2: `active` is required, and a boolean. */
function isReply(reply: unknown): reply is Claims & { readonly active: boolean } {
  return (
    typeof reply === 'object' &&
    reply !== null &&
    !Array.isArray(reply) &&
    Object.hasOwn(reply, 'active') &&
    'active' in reply &&
    typeof reply.active === 'boolean'
  )
}

function acceptReply(reply: Claims, rules: ClaimRules, nowSeconds: number): Authentication {
  const { issuer } = rules
  if (reply['active'] !== true) return refuseToken('inactive', { issuer })
  // A server may speak for several issuers; this policy is about one of them.
  if (reply['iss'] !== undefined && reply['iss'] !== issuer) return refuseToken('issuer')
  if (!isOneOf(reply['token_type'], tokenTypes) || !isOneOf(reply['token_use'], tokenUses)) {
    return refuseToken('token_kind', { issuer })
  }
  const answer = acceptClaims(reply, rules, nowSeconds)
  // RFC 9449 section 6.2: the key goes with the type. Without it, anybody could bear what only its holder may use.
  const isKeyless = answer.ok && answer.principal?.confirmation?.jkt === undefined
  if (isKeyless && isOfType(reply, 'dpop')) return refuseToken('confirmation', { issuer })
  return answer
}

function isOfType({ token_type: type }: Claims, name: string): boolean {
  return typeof type === 'string' && type.toLowerCase() === name
}

function isOneOf(value: unknown, names: readonly string[]): boolean {
  return value === undefined || (typeof value === 'string' && names.includes(value.toLowerCase()))
}

function isAboutToken(cause: unknown): boolean {
  return cause instanceof FetchJsonError && statusesOfOneToken.includes(cause.status ?? 0)
}

/** RFC 7662 section 2.3. */
function isRefusedClient(cause: unknown): boolean {
  return cause instanceof FetchJsonError && (cause.status === 401 || cause.status === 403)
}

/** Looking for the endpoint has time limits of its own, which are longer. */
function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new FetchJsonError('timeout', 'No endpoint in time')), {
      once: true,
    })
    work.then(resolve, reject)
  })
}
