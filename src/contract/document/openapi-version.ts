/** What of a document's version the compiler needs to know. */
export type OpenApiVersion = '3.0' | '3.1' | '3.2'

export function parseOpenApiVersion(text: unknown): OpenApiVersion | undefined {
  const match = typeof text === 'string' ? /^(3\.[012])\.\d+(?:-.+)?$/.exec(text) : null
  return match?.[1] as OpenApiVersion | undefined
}
