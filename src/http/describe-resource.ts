import type { TokenBinding } from '../auth/authenticator.js'
import { publicKeyAlgorithms } from '../auth/issuer-preset.js'
import {
  createResourceMetadata,
  resourceMetadataUrl,
  type ResourceMetadata,
} from '../auth/resource-metadata.js'
import type { Contract } from '../contract/load-contract.js'
import type { SenderConstraint } from '../contract/operations/security-requirement.js'
import { takesAccessTokens } from '../contract/operations/sender-constraint.js'

export interface ResourceDescription {
  /** Address at which callers reach the service, without a slash at its end. */
  readonly publicUrl: string
  readonly issuers: readonly string[]
  /** How access tokens can be bound here. */
  readonly bindings: readonly TokenBinding[]
  /** How every access token must be bound, whatever the document says. Default: as the document says. */
  readonly senderConstrained?: SenderConstraint
  /** Whether the documentation is served. */
  readonly docs: boolean
}

/** What a document says of its service to clients (RFC 9728), and the path that they look for it at. */
export function describeResource(
  contract: Contract,
  { publicUrl, issuers, bindings, senderConstrained, docs }: ResourceDescription,
): { readonly path: string; readonly metadata: ResourceMetadata } {
  const requirements = [...contract.operations.values()].flatMap(({ security }) => security)
  const { title } = contract.document['info'] as { readonly title: string }
  const metadata = createResourceMetadata({
    resource: publicUrl,
    name: title,
    ...(docs && { documentationUrl: `${publicUrl.replace(/\/$/, '')}/docs` }),
    issuers,
    scopes: requirements.flatMap((requirement) => Object.values(requirement).flat()),
    ...(bindings.includes('dpop') && {
      dpop: {
        algorithms: publicKeyAlgorithms,
        required: senderConstrained === 'dpop' || isDpopEverywhere(contract),
      },
    }),
    tlsClientCertificateBound: bindings.includes('mtls'),
  })
  return { path: new URL(resourceMetadataUrl(publicUrl)).pathname, metadata }
}

/** Whether no operation takes an access token that is not bound by DPoP. */
function isDpopEverywhere({ operations, securitySchemes }: Contract): boolean {
  const asked = [...operations.values()].flatMap(({ security, senderConstraints }) =>
    security
      .flatMap((requirement) => Object.keys(requirement))
      .filter((name) => {
        const scheme = securitySchemes.get(name)
        return scheme !== undefined && takesAccessTokens(scheme)
      })
      .map((name) => senderConstraints[name]?.includes('dpop') === true),
  )
  return asked.length > 0 && asked.every(Boolean)
}
