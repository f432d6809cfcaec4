/* OpenAPI "Components Object": which kind of component stands where in a document. */

/** A section of `components`. */
export type ComponentKind =
  | 'schemas'
  | 'responses'
  | 'parameters'
  | 'examples'
  | 'requestBodies'
  | 'headers'
  | 'securitySchemes'
  | 'links'
  | 'callbacks'
  | 'pathItems'
  | 'mediaTypes'

/** Members whose children are named freely, and the kind of component that each child is. */
export const childKinds: Readonly<Record<string, ComponentKind | undefined>> = {
  properties: 'schemas',
  patternProperties: 'schemas',
  $defs: 'schemas',
  definitions: 'schemas',
  dependentSchemas: 'schemas',
  schemas: 'schemas',
  responses: 'responses',
  headers: 'headers',
  examples: 'examples',
  requestBodies: 'requestBodies',
  securitySchemes: 'securitySchemes',
  links: 'links',
  callbacks: 'callbacks',
  content: 'mediaTypes',
  mediaTypes: 'mediaTypes',
  paths: 'pathItems',
  webhooks: 'pathItems',
  pathItems: 'pathItems',
}

/** Members that hold one object, or a list of objects, of a known kind. */
export const memberKinds: Readonly<Record<string, ComponentKind | undefined>> = {
  parameters: 'parameters',
  requestBody: 'requestBodies',
}

/** Members that hold data of the author's, in which `$ref` is no reference. */
export const authorsData: ReadonlySet<string> = new Set([
  'example',
  'default',
  'const',
  'enum',
  'value',
  'mapping',
  'security',
  'scopes',
  'required',
])
