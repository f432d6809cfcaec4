import type { Operation } from '../contract/operations/operation.js'
import type { SecurityScheme, SenderConstraint } from '../contract/operations/security-requirement.js'
import { toSeries } from './terminal.js'

/** Who is let in. */
export interface CallersDescription {
  /** Whether the document says it. Where not, the gate refuses it, or lets anyone in if told to only warn of that. */
  readonly stated: boolean
  /** Whether a caller without credentials is let in. */
  readonly anyone: boolean
  /** Any one of them lets a caller in; tried in this order. Empty: no credentials are asked for. */
  readonly alternatives: readonly AlternativeDescription[]
}

/** All of them must be there. Empty: none is asked for. */
export type AlternativeDescription = readonly CredentialDescription[]

export interface CredentialDescription {
  /** Name of the security scheme. */
  readonly scheme: string
  readonly type: SecurityScheme['type'] | undefined
  /** E.g. `an OAuth 2.0 access token`. */
  readonly credential: string
  /** All of them must be granted. */
  readonly scopes: readonly string[]
  /** How the access token must be bound to the caller, all of it. Absent: a bearer token will do. */
  readonly boundBy?: readonly SenderConstraint[]
}

export function describeCallers(
  { security, senderConstraints = {} }: Pick<Operation, 'security'> & Partial<Operation>,
  schemes: ReadonlyMap<string, SecurityScheme>,
  stated: boolean,
): CallersDescription {
  const alternatives = security.map((requirement) =>
    Object.entries(requirement).map(([name, scopes]): CredentialDescription => {
      const scheme = schemes.get(name)
      const boundBy = Object.hasOwn(senderConstraints, name) ? senderConstraints[name] : undefined
      return {
        scheme: name,
        type: scheme?.type,
        credential: credentialOf(scheme),
        scopes,
        ...(boundBy && { boundBy }),
      }
    }),
  )
  const anyone = alternatives.length === 0 || alternatives.some((alternative) => alternative.length === 0)
  return { stated, anyone, alternatives }
}

function credentialOf(scheme: SecurityScheme | undefined): string {
  switch (scheme?.type) {
    case 'oauth2':
      return 'an OAuth 2.0 access token'
    case 'openIdConnect':
      return 'an access token of an OpenID provider'
    case 'mutualTLS':
      return 'a client certificate'
    case 'apiKey': {
      const place = scheme.in === 'query' ? 'query parameter' : (scheme.in ?? 'request')
      return `an API key in the ${place} \`${scheme.name ?? ''}\``
    }
    case 'http': {
      const name = (scheme.scheme ?? '').toLowerCase()
      if (name === 'bearer') return 'a bearer token'
      if (name === 'dpop') return 'an access token'
      if (name === 'basic') return 'a user name and password by HTTP Basic'
      return `\`${name}\` credentials in the header \`Authorization\``
    }
    case undefined:
      return 'unknown credentials'
  }
}

/** In plain words, in lines. */
export function toCallersText({ stated, alternatives }: CallersDescription): readonly string[] {
  if (!stated) {
    return ['The document does not say, and is refused for it. Where that is only warned of: anyone.']
  }
  const [only] = alternatives
  if (only === undefined) return ['Anyone: no credentials are asked for.']
  if (alternatives.length === 1) {
    return [only.length === 0 ? 'Anyone: no credentials are asked for.' : `Callers with ${toWords(only)}.`]
  }
  return [
    'Callers who fulfil one of these, which are tried in this order:',
    ...alternatives.map((alternative, index) => {
      const isReached = !alternatives.slice(0, index).some((earlier) => earlier.length === 0)
      return `  ${index + 1}. ${toWords(alternative)}${isReached ? '' : ' (never reached)'}`
    }),
  ]
}

function toWords(alternative: AlternativeDescription): string {
  if (alternative.length === 0) return 'nothing: anyone is let in'
  const words = alternative.map(({ scheme, credential, scopes, boundBy = [] }) => {
    const granted = scopes.length === 0 ? '' : ` that grants ${toSeries(scopes, 'and')}`
    const bound = boundBy.length === 0 ? '' : `, bound ${toSeries(boundBy.map(toBinding), 'and')}`
    return `${credential} (${scheme})${granted}${bound}`
  })
  return words.length === 1 ? (words[0] ?? '') : `all of: ${words.join('; ')}`
}

function toBinding(constraint: SenderConstraint): string {
  switch (constraint) {
    case 'dpop':
      return 'to a DPoP key (RFC 9449)'
    case 'mtls':
      return 'to a client certificate (RFC 8705)'
    case 'any':
      return 'to a DPoP key or a client certificate'
  }
}
