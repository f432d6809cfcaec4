import type { JSONWebKeySet } from 'jose'
import {
  inferPreset,
  isIssuerPreset,
  issuerPresets,
  publicKeyAlgorithms,
  type IssuerConventions,
  type IssuerPreset,
} from './issuer-preset.js'
import {
  introspectionMistakes,
  resolveIntrospection,
  type IntrospectionInput,
  type IntrospectionPolicy,
} from './introspection-policy.js'
import { isSecureUrl, type SecureUrlOptions } from './secure-url.js'

/** Which access tokens of one issuer are accepted, and what they grant. What is left out comes from the preset. */
export interface AccessTokenPolicyInput extends Partial<Omit<IssuerConventions, 'hasAudience'>> {
  /** Issuer identifier: an https URL that is compared byte for byte. */
  readonly issuer: string
  /** Default: inferred from the issuer's host, else `rfc9068`. */
  readonly preset?: IssuerPreset
  /** A token must name one of them. `null` where tokens name none: then `clientIds` or `scopePrefix` pins them. */
  readonly audiences?: readonly string[] | null
  /** The only clients that are accepted. Default: any client of the issuer. */
  readonly clientIds?: readonly string[]
  /** Only scopes with this prefix count, and they count without it. Default: all, as they are. */
  readonly scopePrefix?: string
  /**
   * `sub` -> scopes, for an issuer whose tokens grant none (Google): nobody else is accepted, and no claim counts.
   * Default: scopes come from `scopeFrom`.
   */
  readonly subjectScopes?: Readonly<Record<string, readonly string[]>>
  /** Seconds by which clocks may differ, 0 to 300. Default: 30. */
  readonly clockToleranceSeconds?: number
  /** The issuer's keys, where they are not to be fetched. */
  readonly jwks?: JSONWebKeySet
  /** Address of the issuer's keys. Default: from its metadata. */
  readonly jwksUri?: string
  /** How the issuer is asked about tokens that are no JWT (RFC 7662). Default: such tokens are refused. */
  readonly introspection?: IntrospectionInput
}

/** A policy with nothing left open. */
export interface AccessTokenPolicy extends Omit<IssuerConventions, 'hasAudience'> {
  readonly issuer: string
  readonly audiences: readonly string[] | null
  readonly clientIds: readonly string[] | null
  readonly scopePrefix: string
  readonly subjectScopes: Readonly<Record<string, readonly string[]>> | null
  readonly clockToleranceSeconds: number
  readonly jwks: JSONWebKeySet | null
  readonly jwksUri: string | null
  readonly introspection: IntrospectionPolicy | null
}

/** A policy that cannot work, or would let in too much. The message lists every mistake. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly code = 'policy_invalid'
  readonly issuer: string
  readonly mistakes: readonly string[]

  constructor(issuer: string, mistakes: readonly string[]) {
    super(`The policy for issuer ${issuer} cannot be used: ${mistakes.join('; ')}`)
    this.issuer = issuer
    this.mistakes = mistakes
  }
}

/** Completes a policy. Throws `PolicyError`. */
export function resolvePolicy(
  input: AccessTokenPolicyInput,
  options: SecureUrlOptions = {},
): AccessTokenPolicy {
  const preset = input.preset ?? inferPreset(input.issuer)
  const conventions: IssuerConventions = isIssuerPreset(preset)
    ? issuerPresets[preset]
    : issuerPresets.rfc9068
  const policy: AccessTokenPolicy = {
    issuer: input.issuer,
    audiences: input.audiences ?? null,
    clientIds: input.clientIds ?? null,
    typ: (input.typ ?? conventions.typ).map((typ) => (typ === null ? null : normalizeTyp(typ))),
    algorithms: input.algorithms ?? conventions.algorithms,
    scopeFrom: input.scopeFrom ?? conventions.scopeFrom,
    scopeFormat: input.scopeFormat ?? conventions.scopeFormat,
    scopePrefix: input.scopePrefix ?? '',
    subjectScopes: input.subjectScopes ?? null,
    clientIdFrom: input.clientIdFrom ?? conventions.clientIdFrom,
    requiredClaims: input.requiredClaims ?? conventions.requiredClaims,
    clockToleranceSeconds: input.clockToleranceSeconds ?? 30,
    jwks: input.jwks ?? null,
    jwksUri: input.jwksUri ?? null,
    introspection: input.introspection === undefined ? null : resolveIntrospection(input.introspection),
  }
  const mistakes = [
    ...(isIssuerPreset(preset) ? [] : [`there is no preset ${String(preset)}`]),
    ...issuerMistakes(policy.issuer, preset, options),
    ...audienceMistakes(policy, input.audiences === undefined && conventions.hasAudience),
    ...algorithmMistakes(policy.algorithms),
    ...shapeMistakes(policy, options),
    ...subjectMistakes(policy),
    ...(policy.introspection === null ? [] : introspectionMistakes(policy.introspection, options)),
  ]
  if (mistakes.length > 0) throw new PolicyError(input.issuer, mistakes)
  return policy
}

/** RFC 7515 section 4.1.9: media types compare without case, and `application/` may be left out. */
export function normalizeTyp(typ: string): string {
  const lower = typ.toLowerCase()
  const short = lower.replace(/^application\//, '')
  return short.includes('/') ? lower : short
}

function issuerMistakes(issuer: string, preset: IssuerPreset, options: SecureUrlOptions): string[] {
  if (!isSecureUrl(issuer, options) || issuer.includes('?')) {
    // RFC 8414 section 2
    const isHeldBack =
      options.allowInsecureIssuers !== true && isSecureUrl(issuer, { allowInsecureIssuers: true })
    return [
      'an issuer is an https URL without query and fragment' +
        (isHeldBack ? '; for one at this machine, in development, set `allowInsecureIssuers`' : ''),
    ]
  }
  if (preset === 'okta' && !/\/oauth2\/[^/]+$/.test(issuer)) {
    return [
      "access tokens of an Okta org server are for Okta's own API: use a custom authorization server, " +
        `such as ${new URL(issuer).origin}/oauth2/default`,
    ]
  }
  if (preset === 'auth0' && !issuer.endsWith('/')) return [`an Auth0 issuer ends with a slash: ${issuer}/`]
  return []
}

function audienceMistakes(policy: AccessTokenPolicy, forgotten: boolean): string[] {
  const { audiences, clientIds, scopePrefix } = policy
  if (clientIds !== null && !isListOfNames(clientIds))
    return ['clientIds, where given, is a list of client ids']
  if (audiences !== null) {
    return isListOfNames(audiences)
      ? []
      : ['audiences is a list of audiences, or null for tokens without one']
  }
  if (forgotten) return ['audiences is missing: without it, tokens for other services would be accepted']
  if (clientIds !== null || scopePrefix !== '') return []
  return ['tokens without an audience need a pin: clientIds or scopePrefix']
}

function algorithmMistakes(algorithms: readonly string[]): string[] {
  if (!isListOfNames(algorithms)) return ['algorithms is a list of signature algorithms']
  return algorithms
    .filter((algorithm) => !publicKeyAlgorithms.includes(algorithm))
    .map((algorithm) => `${algorithm} is no signature algorithm with a public key`)
}

function shapeMistakes(policy: AccessTokenPolicy, options: SecureUrlOptions): string[] {
  const { typ, clientIdFrom, scopeFrom, clockToleranceSeconds: tolerance, jwks, jwksUri } = policy
  const mistakes: string[] = []
  if (typ.length === 0) mistakes.push('typ accepts nothing')
  if (!isListOfNames(clientIdFrom)) mistakes.push('clientIdFrom is a list of claims')
  if (scopeFrom === '') mistakes.push('scopeFrom is a claim')
  if (!['string', 'array', 'keys'].includes(policy.scopeFormat)) {
    mistakes.push('scopeFormat is string, array or keys')
  }
  if (!Object.values(policy.requiredClaims).every(isListOfNames)) {
    mistakes.push('requiredClaims has a list of values for each claim')
  }
  if (!(tolerance >= 0 && tolerance <= 300)) mistakes.push('clockToleranceSeconds is 0 to 300')
  if (jwks !== null && jwksUri !== null) mistakes.push('jwks and jwksUri exclude each other')
  if (jwksUri !== null && !isSecureUrl(jwksUri, options)) mistakes.push('jwksUri is an https URL')
  return mistakes
}

function subjectMistakes({ subjectScopes, scopePrefix }: AccessTokenPolicy): string[] {
  if (subjectScopes === null) return []
  if (scopePrefix !== '') return ['scopePrefix does nothing beside subjectScopes: leave it out']
  const lists = Object.values(subjectScopes)
  return lists.length > 0 && lists.every((scopes) => Array.isArray(scopes))
    ? []
    : ['subjectScopes, where given, has a list of scopes for each subject']
}

function isListOfNames(list: readonly string[]): boolean {
  return (
    Array.isArray(list) && list.length > 0 && list.every((name) => typeof name === 'string' && name !== '')
  )
}
