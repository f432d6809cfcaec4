import { TLSSocket } from 'node:tls'
import type { AdapterFactory, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { InvalidScope, InvalidTarget } from 'oidc-provider/lib/helpers/errors.js'
import type { JWK } from 'jose'

import { applyRegistrationPolicy } from './registration-policy.js'
import type { SeededClient } from './seeded-clients.js'
import { signingAlgorithm } from './signing-keys.js'

export interface ProviderSettings {
  readonly scopes: readonly string[]
  /** Audiences of JWT access tokens; the first is meant where a request names no `resource`. */
  readonly audiences: readonly [string, ...string[]]
  readonly clients: readonly SeededClient[]
  readonly clientSecrets: ReadonlyMap<string, string>
  readonly keys: { readonly keys: readonly JWK[] }
  readonly adapter: AdapterFactory
  readonly accessTokenSeconds: number
  /** Whether it listens with TLS: only then can tokens be bound to certificates (RFC 8705). */
  readonly seesCertificates: boolean
}

/** The `resource` (RFC 8707) whose access tokens are opaque: for introspection (RFC 7662) and revocation (RFC 7009). */
export const opaqueResource = 'urn:gatehouse:dev:opaque'

/** Name under which the initial access token asks for `applyRegistrationPolicy`. */
export const registrationPolicyName = 'scoped-client-credentials'

/** oidc-provider reduced to the client credentials grant. Everything it would remark on at run time is decided here. */
export function toProviderConfiguration(settings: ProviderSettings): Configuration {
  const { scopes, audiences, accessTokenSeconds } = settings
  const known = new Set(scopes)
  return {
    adapter: settings.adapter,
    jwks: settings.keys,
    clients: settings.clients.map((client) => ({
      client_id: client.clientId,
      // An empty `scope` is invalid metadata; without it settleScope lets the client have none.
      ...(client.scopes.length > 0 && { scope: client.scopes.join(' ') }),
      ...(client.certificateBound === true && { tls_client_certificate_bound_access_tokens: true }),
      ...(client.jwks
        ? { token_endpoint_auth_method: 'private_key_jwt' as const, jwks: client.jwks }
        : { client_secret: settings.clientSecrets.get(client.clientId) }),
    })),
    scopes,
    claims: {},
    responseTypes: [],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: {
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      // Its default, RS256, would need a key of that kind even where no ID token is ever issued.
      id_token_signed_response_alg: signingAlgorithm,
    },
    clientBasedCORS: () => false,
    renderError: (ctx, out) => {
      ctx.body = out
    },
    ttl: { ClientCredentials: accessTokenSeconds },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: true, requireNonce: () => false },
      mTLS: {
        enabled: settings.seesCertificates,
        certificateBoundAccessTokens: settings.seesCertificates,
        getCertificate: ({ req }) =>
          req.socket instanceof TLSSocket ? req.socket.getPeerX509Certificate() : undefined,
      },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      registration: {
        enabled: true,
        initialAccessToken: true,
        policies: {
          [registrationPolicyName]: (_ctx, metadata) => {
            applyRegistrationPolicy(metadata, known)
          },
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audiences[0],
        getResourceServerInfo: (ctx, resource, client) => {
          const opaque = resource === opaqueResource
          if (!opaque && !audiences.includes(resource)) throw new InvalidTarget('resource is not known here')
          settleScope(ctx, client.scope)
          return {
            scope: scopes.join(' '),
            audience: opaque ? audiences[0] : resource,
            accessTokenFormat: opaque ? 'opaque' : 'jwt',
          }
        },
      },
    },
  }
}

/**
 * RFC 6749 section 3.3: a request for more than the client may have is refused, one without `scope` gets all the client
 * may have. oidc-provider drops scopes it does not know and lets a client without an allow-list have any.
 */
function settleScope(ctx: KoaContextWithOIDC, allowList: string | undefined): void {
  const { params } = ctx.oidc
  if (params === undefined) throw new TypeError('the parameters of the request were not read')
  const allowed = new Set(allowList?.split(' '))
  if (params['scope'] === undefined) {
    if (allowed.size === 0) throw new InvalidScope('the client may have no scope')
    params['scope'] = [...allowed].join(' ')
    return
  }
  for (const scope of ctx.oidc.requestParamScopes) {
    if (!allowed.has(scope)) throw new InvalidScope('requested scope is not allowed', scope)
  }
}
