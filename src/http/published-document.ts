import { isJsonObject } from '../contract/json-pointer.js'
import type { OpenApiDocument } from '../contract/document/read-document.js'

export interface PublishedAddresses {
  /** Where callers reach the service. `undefined`: as the document says. */
  readonly publicUrl: string | undefined
  /** Where they get access tokens. `undefined`: as the document says. */
  readonly tokenUrl: string | undefined
}

/**
 * A copy of a document with the addresses of one deployment. What it says of them was written before there was one, and
 * a caller would take its secret to the address that it reads here.
 */
export function toPublishedDocument(
  document: OpenApiDocument,
  { publicUrl, tokenUrl }: PublishedAddresses,
): OpenApiDocument {
  const published = publicUrl === undefined ? document : { ...document, servers: [{ url: publicUrl }] }
  const components = document['components']
  const schemes = isJsonObject(components) ? components['securitySchemes'] : undefined
  if (tokenUrl === undefined || !isJsonObject(components) || !isJsonObject(schemes)) return published
  const securitySchemes = Object.fromEntries(
    Object.entries(schemes).map(([name, scheme]) => [name, withTokenUrl(scheme, tokenUrl)]),
  )
  return { ...published, components: { ...components, securitySchemes } }
}

function withTokenUrl(scheme: unknown, tokenUrl: string): unknown {
  const flows = isJsonObject(scheme) ? scheme['flows'] : undefined
  const flow = isJsonObject(flows) ? flows['clientCredentials'] : undefined
  if (!isJsonObject(scheme) || !isJsonObject(flows) || !isJsonObject(flow)) return scheme
  return { ...scheme, flows: { ...flows, clientCredentials: { ...flow, tokenUrl } } }
}
