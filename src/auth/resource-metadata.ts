export interface ResourceMetadataInput {
  /** Resource identifier: the public address of this service, without a query or fragment. */
  readonly resource: string
  /** Issuers whose access tokens are accepted. */
  readonly issuers: readonly string[]
  /** Scopes that the OpenAPI document names. */
  readonly scopes: readonly string[]
  /** Proofs of DPoP that are checked (RFC 9449), and whether every access token must be bound by it. Default: none are. */
  readonly dpop?: { readonly algorithms: readonly string[]; readonly required: boolean }
  /** Whether access tokens that are bound to client certificates are taken (RFC 8705). Default: false. */
  readonly tlsClientCertificateBound?: boolean
  /** Name for people. Default: none. */
  readonly name?: string
  /** Address of the documentation. Default: none. */
  readonly documentationUrl?: string
}

/** RFC 9728 section 2, as far as it says something true about this service. */
export interface ResourceMetadata {
  readonly resource: string
  readonly authorization_servers?: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly dpop_signing_alg_values_supported?: readonly string[]
  readonly dpop_bound_access_tokens_required?: boolean
  readonly tls_client_certificate_bound_access_tokens?: boolean
  readonly resource_name?: string
  readonly resource_documentation?: string
}

/** The document about this resource. Members without a value are left out (RFC 9728 section 3.2). */
export function createResourceMetadata(input: ResourceMetadataInput): ResourceMetadata {
  const { resource, issuers, scopes, dpop, name, documentationUrl } = input
  assertResource(resource)
  return {
    resource,
    ...(issuers.length > 0 && { authorization_servers: [...issuers] }),
    ...(scopes.length > 0 && { scopes_supported: [...new Set(scopes)] }),
    bearer_methods_supported: ['header'],
    ...(dpop && {
      dpop_signing_alg_values_supported: [...dpop.algorithms],
      dpop_bound_access_tokens_required: dpop.required,
    }),
    ...(input.tlsClientCertificateBound === true && { tls_client_certificate_bound_access_tokens: true }),
    ...(name !== undefined && { resource_name: name }),
    ...(documentationUrl !== undefined && { resource_documentation: documentationUrl }),
  }
}

/** Where a resource's document is: the well-known part goes before the path (RFC 9728 section 3.1). */
export function resourceMetadataUrl(resource: string): string {
  assertResource(resource)
  const { origin, pathname } = new URL(resource)
  return `${origin}/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}`
}

function assertResource(resource: string): void {
  const isUrl = /^https?:\/\//.test(resource) && URL.canParse(resource)
  if (isUrl && !/[?#]/.test(resource)) return
  throw new TypeError('A resource identifier is an http or https URL without query and fragment')
}
