import { isLoopback, parseIssuer } from './addresses.js'
import { issuerPresets, type Config, type IssuerPreset } from './config.js'
import type { EnvironmentReader } from './environment-reader.js'

type AuthorizationConfig = Pick<Config, 'issuer' | 'issuerPreset' | 'audiences' | 'clientIds'>

/** Okta's own domains; at a custom one only `ISSUER_PRESET` tells. */
const oktaHost = /\.(?:okta|oktapreview|okta-emea|okta-gov)\.com$/

/** The part of the configuration that says whose access tokens are accepted. */
export function readAuthorizationConfig(
  read: EnvironmentReader,
  environment: Config['environment'],
): AuthorizationConfig {
  const issuer = read.parsed('ISSUER', (text) => checkedIssuer(text, environment))
  const issuerPreset = read.choice('ISSUER_PRESET', issuerPresets)
  const clientIds = read.list('CLIENT_IDS')
  const isNamed = read.text('AUDIENCE') !== undefined
  const audiences = isNamed ? read.list('AUDIENCE') : defaultAudiences(issuer, issuerPreset)

  if (read.text('ISSUER') === undefined) {
    const dev =
      environment === 'production' ? '' : '; `npm run dev` brings an authorization server of its own'
    read.mistake('ISSUER', `is not set: give the authorization server's issuer URL${dev}`)
  }
  // Without either, a token that the issuer made for any other API would be accepted here. Where ISSUER is wrong, the
  // default is not known, and asking for an audience could mislead.
  if (issuer !== undefined && audiences === null && read.text('CLIENT_IDS') === undefined) {
    read.mistake(
      'AUDIENCE',
      'is not set: give what the authorization server calls this API ("aud" of its tokens), or, where its tokens carry ' +
        'no audience (Amazon Cognito), set CLIENT_IDS to the clients that may call',
    )
  }
  return { issuer: issuer ?? '', issuerPreset, audiences, clientIds }
}

function checkedIssuer(text: string, environment: Config['environment']): string {
  const issuer = parseIssuer(text)
  const url = new URL(issuer)
  const isHere = isLoopback(url)
  if (environment === 'production' && isHere) {
    throw new Error(
      'is at this machine, as the authorization server for development is: production needs a real one',
    )
  }
  // Whoever can change the keys on their way can make tokens.
  if (url.protocol === 'http:' && !isHere) {
    throw new Error('is http: keys are taken over https only, except from this machine in development')
  }
  return issuer
}

/** Okta's ready-made authorization server has a well-known audience; no other issuer's can be guessed. */
function defaultAudiences(
  issuer: string | undefined,
  preset: IssuerPreset | undefined,
): readonly string[] | null {
  if (issuer === undefined) return null
  const { hostname, pathname } = new URL(issuer)
  const isOkta = preset === undefined ? oktaHost.test(hostname) : preset === 'okta'
  return isOkta && pathname === '/oauth2/default' ? ['api://default'] : null
}
