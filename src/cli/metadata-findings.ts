import { fetchJson } from '../auth/fetch-json.js'
import { JwkSetError, toUsableKeys, type UsableKeys } from '../auth/jwk-set.js'
import type { AccessTokenPolicy } from '../auth/policy.js'
import { isSecureUrl } from '../auth/secure-url.js'
import type { Json, JsonObject } from '../contract/json-pointer.js'
import { toFetchFailure } from './fetch-failure.js'
import { ok, problem, skipped, warning, type Finding } from './finding.js'
import { show } from './refused-token.js'
import { toCount, toSeries } from './terminal.js'

/** Whether the keys that the metadata names can be had, and are of use under the policy. */
export async function examineKeys(
  metadata: JsonObject,
  policy: AccessTokenPolicy | undefined,
  isProduction: boolean,
  send: typeof fetch,
): Promise<Finding> {
  const url = metadata['jwks_uri']
  if (!isUsable(url, isProduction)) {
    return problem(
      'keys',
      `jwks_uri is ${show(url)}.`,
      'Have the authorization server publish its keys at an https address.',
    )
  }
  let usable: UsableKeys
  try {
    usable = toUsableKeys(await fetchJson(url, { fetch: send }))
  } catch (error) {
    const what =
      error instanceof JwkSetError ? `what is there is ${lowerFirst(error.message)}` : toFetchFailure(error)
    return problem(
      'keys',
      `${url}: ${what}.`,
      'Have the authorization server publish its keys there, as a JWK Set, with an answer of 200 and JSON.',
    )
  }
  const { jwks, ignored } = usable
  const algorithms = [...new Set(jwks.keys.flatMap(algorithmsOf))]
  const passedOver = ignored === 0 ? '' : `, and ${ignored} of no use for signatures`
  const seen = `${url} has ${toCount(jwks.keys.length, 'key')} for ${toSeries(algorithms, 'or')}${passedOver}.`
  if (policy === undefined || algorithms.some((algorithm) => policy.algorithms.includes(algorithm))) {
    return ok('keys', seen)
  }
  const accepted = toSeries(policy.algorithms, 'or')
  return problem(
    'keys',
    `${seen} None is for ${accepted}, which ISSUER_PRESET accepts.`,
    `Have the authorization server sign with ${accepted}, or set ISSUER_PRESET in .env to what it is.`,
  )
}

/** RFC 7517 section 4.4: a key may say what it is for; where it does not, its kind does. */
function algorithmsOf(key: UsableKeys['jwks']['keys'][number]): readonly string[] {
  if (key.alg !== undefined) return [key.alg]
  switch (key.crv) {
    case 'P-256':
      return ['ES256']
    case 'P-384':
      return ['ES384']
    case 'P-521':
      return ['ES512']
    case 'Ed25519':
      return ['EdDSA', 'Ed25519']
    default:
      return key.kty === 'RSA' ? ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] : [show(key.crv)]
  }
}

/** Whether clients can get tokens, by what the metadata says. */
export function examineTokenEndpoint(metadata: JsonObject, isProduction: boolean): readonly Finding[] {
  const url = metadata['token_endpoint']
  if (!isUsable(url, isProduction)) {
    return [
      problem(
        'token endpoint',
        `token_endpoint is ${show(url)}.`,
        'Have the authorization server publish it, at an https address: callers look it up there.',
      ),
    ]
  }
  const grants = metadata['grant_types_supported']
  // RFC 8414 section 2: where it does not say, it is this one.
  const methods = metadata['token_endpoint_auth_methods_supported'] ?? ['client_secret_basic']
  return [
    ok('token endpoint', url),
    ...(Array.isArray(grants) && !grants.includes('client_credentials')
      ? [
          warning(
            'token endpoint',
            'grant_types_supported lacks client_credentials.',
            'Turn the client credentials grant on, where it is off.',
          ),
        ]
      : []),
    ...(Array.isArray(methods) && !methods.includes('client_secret_basic')
      ? [
          warning(
            'token endpoint',
            `Clients authenticate with ${methods.map(show).join(', ')}.`,
            'Allow client_secret_basic, which is what TEST_CLIENT_SECRET is sent with.',
          ),
        ]
      : []),
  ]
}

/** Whether POST /v1/clients can work. Nothing is registered. */
export function examineRegistration(metadata: JsonObject, isProduction: boolean): Finding {
  const url = metadata['registration_endpoint']
  return isUsable(url, isProduction)
    ? ok('registration', `${url}; REGISTRATION_TOKEN was not tried, since that would register a client.`)
    : problem(
        'registration',
        `registration_endpoint is ${show(url)}, so that no client can be registered.`,
        'Turn dynamic registration on at the authorization server, or unset REGISTRATION_TOKEN.',
      )
}

/** The document's scopes, held against those that the authorization server publishes. */
export function examineSupportedScopes(
  metadata: JsonObject,
  scopes: readonly string[],
  policy: AccessTokenPolicy | undefined,
): Finding {
  const supported = metadata['scopes_supported']
  // Roles grant what scopes do elsewhere (Entra ID), and are not published.
  if (!Array.isArray(supported) || policy?.scopeFrom === 'roles') {
    return skipped('scopes', 'The authorization server does not publish which scopes it knows.')
  }
  const known = new Set<Json>(supported)
  const unknown = scopes.filter((scope) => !known.has(scope))
  return unknown.length === 0
    ? ok('scopes', `scopes_supported has all ${toCount(scopes.length, 'scope')} of the document.`)
    : warning(
        'scopes',
        `scopes_supported lacks ${toSeries(unknown, 'and')}.`,
        'Define them at the authorization server, unless it knows them and does not publish them.',
      )
}

function isUsable(url: Json | undefined, isProduction: boolean): url is string {
  return typeof url === 'string' && isSecureUrl(url, { allowInsecureIssuers: !isProduction })
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
