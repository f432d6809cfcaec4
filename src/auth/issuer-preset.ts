/** How an authorization server writes its access tokens, as far as no deployment changes it. */
export interface IssuerConventions {
  /** `typ` headers of access tokens, `null` where there is none; media types without `application/`, in lower case. */
  readonly typ: readonly (string | null)[]
  /** Signature algorithms that are accepted. */
  readonly algorithms: readonly string[]
  /** The one claim that grants scopes. */
  readonly scopeFrom: string
  /** How that claim writes them: separated by spaces, as an array of strings, or as the keys of an object. */
  readonly scopeFormat: 'string' | 'array' | 'keys'
  /** Claims that name the client; the first one present counts. */
  readonly clientIdFrom: readonly string[]
  /** Claims that must have exactly one of these values: they tell access tokens from others of the same issuer. */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>
  /** Whether access tokens carry an audience at all. */
  readonly hasAudience: boolean
}

/**
 * Every signature algorithm with a public key that jose implements on all supported releases of Node. Symmetric ones and
 * `none` can never be named: whoever verifies those can also sign.
 */
export const publicKeyAlgorithms: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

const standard: IssuerConventions = {
  typ: ['at+jwt'],
  algorithms: publicKeyAlgorithms,
  scopeFrom: 'scope',
  scopeFormat: 'string',
  clientIdFrom: ['client_id'],
  requiredClaims: {},
  hasAudience: true,
}

/**
 * By authorization server, from the vendors' documents. `at+jwt` is accepted everywhere beside what is sent today: it
 * says "access token" outright, and issuers are moving to it.
 */
export const issuerPresets = {
  /** RFC 9068 section 2: what a standard access token looks like. */
  rfc9068: standard,
  /** Custom authorization servers only: tokens of the org server are for Okta itself. */
  okta: {
    ...standard,
    typ: [null, 'at+jwt'],
    algorithms: ['RS256'],
    scopeFrom: 'scp',
    scopeFormat: 'array',
    clientIdFrom: ['cid'],
  },
  auth0: {
    ...standard,
    typ: ['jwt', 'at+jwt'],
    algorithms: ['RS256', 'PS256'],
    clientIdFrom: ['client_id', 'azp'],
  },
  /** Version 2 tokens. Any application of the tenant can get a token for any audience; only roles grant something. */
  entra: {
    ...standard,
    typ: ['jwt', 'at+jwt'],
    algorithms: ['RS256'],
    scopeFrom: 'roles',
    scopeFormat: 'array',
    clientIdFrom: ['azp'],
  },
  'entra-v1': {
    ...standard,
    typ: ['jwt', 'at+jwt'],
    algorithms: ['RS256'],
    scopeFrom: 'roles',
    scopeFormat: 'array',
    clientIdFrom: ['appid'],
  },
  /** The payload's `typ` is `ID`, `Refresh`, `Logout` … in its other tokens, and `DPoP` in access tokens bound by that. */
  keycloak: {
    ...standard,
    typ: ['jwt', 'at+jwt'],
    clientIdFrom: ['azp', 'client_id'],
    requiredClaims: { typ: ['Bearer', 'DPoP'] },
  },
  cognito: {
    ...standard,
    typ: [null, 'at+jwt'],
    algorithms: ['RS256'],
    requiredClaims: { token_use: ['access'] },
    hasAudience: false,
  },
  hydra: { ...standard, typ: ['jwt', 'at+jwt'], scopeFrom: 'scp', scopeFormat: 'array' },
  ping: { ...standard, typ: [null, 'jwt', 'at+jwt'] },
} satisfies Record<string, IssuerConventions>

export type IssuerPreset = keyof typeof issuerPresets

export function isIssuerPreset(name: string): name is IssuerPreset {
  return Object.hasOwn(issuerPresets, name)
}

/** Hosts that belong to one vendor, and the one path that only Keycloak has. */
const signs: readonly (readonly [IssuerPreset, RegExp])[] = [
  ['okta', /^https:\/\/[^/]+\.(?:okta|oktapreview|okta-emea|okta-gov)\.com(?:\/|$)/],
  ['auth0', /^https:\/\/[^/]+\.auth0\.com(?:\/|$)/],
  ['entra', /^https:\/\/login\.microsoftonline\.(?:com|us)\/[^/]+\/v2\.0$/],
  ['entra-v1', /^https:\/\/sts\.windows\.net\//],
  ['cognito', /^https:\/\/cognito-idp\.[^./]+\.amazonaws\.com(?:\.cn)?\//],
  ['hydra', /^https:\/\/[^/]+\.projects\.oryapis\.com(?:\/|$)/],
  ['ping', /^https:\/\/auth\.pingone\.[a-z.]+\//],
  ['keycloak', /^https?:\/\/[^/]+(?:\/[^/]+)*\/realms\/[^/]+$/],
]

/** The preset that an issuer identifier gives away by its host, else `rfc9068`. Custom domains give nothing away. */
export function inferPreset(issuer: string): IssuerPreset {
  return signs.find(([, sign]) => sign.test(issuer))?.[0] ?? 'rfc9068'
}

/** Presets of authorization servers that put an audience into a token only where the request names it. */
const audienceOnRequest: readonly IssuerPreset[] = ['auth0', 'hydra']

/** The audience that a token request has to name, the first that is configured; `undefined` where it has to name none. */
export function audienceToRequest(issuer: {
  readonly issuer: string
  readonly issuerPreset: IssuerPreset | undefined
  readonly audiences: readonly string[] | null
}): string | undefined {
  const preset = issuer.issuerPreset ?? inferPreset(issuer.issuer)
  return audienceOnRequest.includes(preset) ? issuer.audiences?.[0] : undefined
}
