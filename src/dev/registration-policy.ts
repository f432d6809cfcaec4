import type { ClientMetadata } from 'oidc-provider'
import { InvalidClientMetadata } from 'oidc-provider/lib/helpers/errors.js'

const authenticationMethods: readonly unknown[] = [
  undefined,
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
]

/**
 * RFC 7591 section 2: what may be registered. Scopes must be sent and be known, because oidc-provider would let a client
 * without them ask for any. Changes `metadata` to that of a client of the client credentials grant.
 *
 * @throws InvalidClientMetadata, answered with 400 invalid_client_metadata.
 */
export function applyRegistrationPolicy(metadata: ClientMetadata, scopes: ReadonlySet<string>): void {
  const { scope, grant_types: grantTypes } = metadata
  const asked = typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : []
  if (asked.length === 0) throw new InvalidClientMetadata('scope must name at least one scope')
  const unknown = asked.filter((name) => !scopes.has(name))
  if (unknown.length > 0)
    throw new InvalidClientMetadata(`scope names what is not known here: ${unknown.join(' ')}`)
  if (grantTypes !== undefined && (grantTypes.length !== 1 || grantTypes[0] !== 'client_credentials')) {
    throw new InvalidClientMetadata('grant_types can only be client_credentials')
  }
  if (!authenticationMethods.includes(metadata.token_endpoint_auth_method)) {
    throw new InvalidClientMetadata(
      'token_endpoint_auth_method must be client_secret_basic, client_secret_post or private_key_jwt',
    )
  }
  // This server requests nothing of others.
  if (metadata.jwks_uri !== undefined) throw new InvalidClientMetadata('jwks_uri is not supported, send jwks')
  metadata.grant_types = ['client_credentials']
  metadata.response_types = []
  metadata.redirect_uris = []
}
