import { OptionsError } from './errors.js'
import { importSigner, signJwt, type Signer } from './jwt.js'
import { readPrivateKey, type PrivateKey, type PrivateKeyOptions } from './private-key.js'

/** How the client proves to the authorization server who it is. */
export interface ClientAuthenticationOptions extends PrivateKeyOptions {
  readonly clientId: string
  /** Needed unless there is a `privateKey`. */
  readonly clientSecret?: string | undefined
  /** Where the secret goes. Default: `client_secret_basic`. */
  readonly secretIn?: 'client_secret_basic' | 'client_secret_post' | undefined
  /** `aud` of the assertion: `issuer`, `token_endpoint` (Okta, Entra ID), or an address. Default: `issuer`. */
  readonly assertionAudience?: string | undefined
}

export interface ClientAuthentication {
  /** Adds to a token request what authenticates the client. Gives what no error may repeat of it. */
  readonly apply: (request: {
    readonly endpoint: string
    readonly headers: Headers
    readonly form: URLSearchParams
  }) => Promise<readonly string[]>
}

export interface ClientAuthenticationSeams {
  readonly issuer: string | undefined
  readonly now: () => number
  readonly randomId: () => string
}

/** Long enough for a slow way and clocks that differ. */
const assertionLifeSeconds = 60

export function createClientAuthentication(
  options: ClientAuthenticationOptions,
  seams: ClientAuthenticationSeams,
): ClientAuthentication {
  const { clientId, clientSecret = '', secretIn = 'client_secret_basic' } = options
  if (options.privateKey !== undefined) {
    const privateKey = readPrivateKey(options)
    if (typeof privateKey === 'string') throw new OptionsError(privateKey)
    return createAssertions(options, privateKey, seams)
  }
  const secrets = [clientSecret, formEncode(clientSecret), encodeURIComponent(clientSecret)]
  if (secretIn === 'client_secret_post') {
    return {
      apply: async ({ form }) => {
        form.set('client_id', clientId)
        form.set('client_secret', clientSecret)
        return Promise.resolve(secrets)
      },
    }
  }
  const credentials = btoa(`${formEncode(clientId)}:${formEncode(clientSecret)}`)
  return {
    apply: async ({ headers }) => {
      headers.set('Authorization', `Basic ${credentials}`)
      return Promise.resolve([...secrets, credentials])
    },
  }
}

function createAssertions(
  { clientId, assertionAudience = 'issuer' }: ClientAuthenticationOptions,
  privateKey: PrivateKey,
  { issuer, now, randomId }: ClientAuthenticationSeams,
): ClientAuthentication {
  let signer: Promise<Signer> | undefined
  return {
    apply: async ({ endpoint, form }) => {
      signer ??= importSigner(privateKey)
      const audiences: Readonly<Record<string, string | undefined>> = { issuer, token_endpoint: endpoint }
      const seconds = Math.floor(now() / 1000)
      const claims = {
        iss: clientId,
        sub: clientId,
        aud: audiences[assertionAudience] ?? assertionAudience,
        jti: randomId(),
        iat: seconds,
        exp: seconds + assertionLifeSeconds,
      }
      const header = privateKey.kid === undefined ? {} : { kid: privateKey.kid }
      form.set('client_id', clientId)
      form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      const assertion = await signJwt(await signer, { typ: 'JWT', ...header }, claims)
      form.set('client_assertion', assertion)
      return [assertion]
    },
  }
}

/** Identifier and secret are form-encoded before they are joined (RFC 6749 section 2.3.1). */
function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
