import { isLoopback, parseEndpoint } from './addresses.js'
import type { Config, IntrospectionConfig } from './config.js'
import type { EnvironmentReader } from './environment-reader.js'

/** As whom the authorization server is asked about opaque tokens (RFC 7662), where it is. */
export function readIntrospectionConfig(
  read: EnvironmentReader,
  environment: Config['environment'],
): IntrospectionConfig | undefined {
  const clientId = read.text('INTROSPECTION_CLIENT_ID')
  const clientSecret = read.secret('INTROSPECTION_CLIENT_SECRET', (text) => text)
  const endpoint = read.parsed('INTROSPECTION_ENDPOINT', (text) => checkedEndpoint(text, environment))
  const hasSecret = ['INTROSPECTION_CLIENT_SECRET', 'INTROSPECTION_CLIENT_SECRET_FILE'].some(
    (name) => read.text(name) !== undefined,
  )
  if (clientId !== undefined && !hasSecret) {
    read.mistake(
      'INTROSPECTION_CLIENT_SECRET',
      'is not set: the client of INTROSPECTION_CLIENT_ID needs its secret, so set both or neither',
    )
  }
  const needsClient = hasSecret || read.text('INTROSPECTION_ENDPOINT') !== undefined
  if (clientId === undefined && needsClient) {
    read.mistake(
      'INTROSPECTION_CLIENT_ID',
      'is not set: name the client as which the authorization server is asked, or unset what begins with INTROSPECTION_',
    )
  }
  if (clientId === undefined || clientSecret === undefined) return undefined
  return { clientId, clientSecret, endpoint }
}

/** Tokens and a secret go there. */
function checkedEndpoint(text: string, environment: Config['environment']): string {
  const endpoint = parseEndpoint(text)
  const url = new URL(endpoint)
  if (url.protocol === 'http:' && (environment === 'production' || !isLoopback(url))) {
    throw new Error('is http: tokens are sent over https only, except to this machine in development')
  }
  return endpoint
}
