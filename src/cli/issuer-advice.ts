import { toDifference } from './issuer-difference.js'
import type { RefusedToken } from './refused-token.js'
import { toSeries } from './terminal.js'

/* What has to be changed at an authorization server is called differently at each. */

export function toIssuerAdvice({ decoded, policy: { issuer }, preset }: RefusedToken): string {
  const iss = decoded?.claims['iss']
  if (typeof iss !== 'string') return 'Have the issuer name itself in iss.'
  const difference = toDifference(iss, issuer)
  if (difference !== undefined) return `Set ISSUER=${iss} in .env: they differ in ${difference} alone.`
  if (iss.startsWith('https://sts.windows.net/') && preset === 'entra') {
    return `Set requestedAccessTokenVersion to 2 in the manifest of the API's app registration; or set ISSUER=${iss} and unset ISSUER_PRESET.`
  }
  if (preset === 'okta' && URL.canParse(iss) && new URL(iss).host === new URL(issuer).host) {
    return `Ask ${issuer}/v1/token for the token: this one is of another authorization server of the same organization.`
  }
  const keycloak =
    preset === 'keycloak'
      ? ' Keycloak names itself by the host that it was asked at: ask it at that of ISSUER, or set its hostname.'
      : ''
  return `Ask ISSUER for the token, or, where ${iss} is whom you trust, set ISSUER to it.${keycloak}`
}

export function toTypAdvice({ preset }: RefusedToken, typ: unknown): string {
  if (preset === 'okta' || typ === 'application/okta-internal-at+jwt') {
    return 'Ask a custom authorization server of Okta, such as /oauth2/default: tokens of the org server are for Okta itself.'
  }
  if (typeof typ === 'string' && /^(?:application\/)?dpop\+jwt$/i.test(typ)) {
    return 'This is a DPoP proof: the access token is what goes with it.'
  }
  return preset === 'rfc9068'
    ? 'Set ISSUER_PRESET in .env to what ISSUER is (auth0, keycloak, hydra, ping …), or have it make access tokens of RFC 9068, with typ at+jwt. Where this is an ID token, send the access token.'
    : 'Send the access token. Where it is one, set ISSUER_PRESET in .env to what ISSUER is.'
}

export function toAudienceAdvice(refused: RefusedToken, aud: unknown): string {
  const { preset, policy } = refused
  const wanted = toSeries(policy.audiences ?? [], 'or')
  const named = [aud].flat().filter((name) => typeof name === 'string')
  const first = named.find((name) => !(preset === 'keycloak' && name === 'account'))
  const orSet =
    first === undefined ? '' : ` Or, where ${first} is what it calls this API, set AUDIENCE=${first} in .env.`
  switch (preset) {
    case 'keycloak':
      return `Add an audience mapper in Keycloak: client, Client scopes, dedicated scope, Add mapper, Audience, with ${wanted} as included audience.${orSet}`
    case 'auth0':
      return `Send audience=${wanted} in the token request.${orSet}`
    case 'okta':
      return `Set AUDIENCE in .env to the audience in the settings of the authorization server.${orSet}`
    case 'entra':
    case 'entra-v1':
      return `Ask for the scope ${wanted}/.default (DEFAULT_SCOPE); version 2 tokens name the API by its client id, a GUID.${orSet}`
    case 'cognito':
      return 'Unset AUDIENCE and set CLIENT_IDS to the clients that may call: Amazon Cognito names no audience.'
    case 'hydra':
      return `Send audience=${wanted} in the token request, and allow it for the client.${orSet}`
    default:
      return `Send resource=${wanted} in the token request (RFC 8707), or set up the API so at the authorization server.${orSet}`
  }
}

export function toClientAdvice({ policy }: RefusedToken, clientId: unknown): string {
  const { clientIds, clientIdFrom } = policy
  if (typeof clientId !== 'string' || clientIds === null) {
    return `Have the issuer name the client in ${toSeries(clientIdFrom, 'or')}, in printable ASCII; or set ISSUER_PRESET in .env to what ISSUER is.`
  }
  return clientIds.includes(clientId)
    ? 'Have the issuer name the client in printable ASCII.'
    : `Add ${clientId} to CLIENT_IDS in .env, if it may call: ${toSeries(clientIds, 'and')} may.`
}
