import { childPointer, isJsonObject } from '../json-pointer.js'
import type { DefectLog } from '../defect.js'
import type { OpenApiDocument } from '../document/read-document.js'
import type { Resolver } from '../document/reference.js'
import { checkSchemeConstraint } from './sender-constraint.js'
import type { SecurityRequirement, SecurityRequirements, SecurityScheme } from './security-requirement.js'

/* Security that is asked for but could not be enforced is a defect that nothing can turn into a warning. */

const types: ReadonlySet<unknown> = new Set(['oauth2', 'openIdConnect', 'http', 'apiKey', 'mutualTLS'])

export function readSecuritySchemes(
  resolver: Resolver,
  defects: DefectLog,
): ReadonlyMap<string, SecurityScheme> {
  const components = resolver.document['components']
  const declared = isJsonObject(components) ? components['securitySchemes'] : undefined
  const schemes = new Map<string, SecurityScheme>()
  for (const [name, scheme] of Object.entries(isJsonObject(declared) ? declared : {})) {
    const at = childPointer('#/components/securitySchemes', name)
    const found = resolver.resolve(scheme, at)
    if (!found) continue
    const { value } = found
    const complete =
      types.has(value['type']) &&
      (value['type'] !== 'apiKey' ||
        (typeof value['name'] === 'string' && typeof value['in'] === 'string')) &&
      (value['type'] !== 'http' || typeof value['scheme'] === 'string') &&
      (value['type'] !== 'oauth2' || isJsonObject(value['flows']))
    if (complete) {
      const known = value as unknown as SecurityScheme
      checkSchemeConstraint(known, found.pointer, defects)
      schemes.set(name, known)
    } else {
      const message =
        '`type` is one of oauth2 (with `flows`), openIdConnect, http (with `scheme`), apiKey (with `name` and `in`), mutualTLS'
      defects.reportStructure(at, message)
    }
  }
  return schemes
}

/** The effective requirements of an operation: its own, else the document's. */
export function readSecurity(
  document: OpenApiDocument,
  operation: Readonly<Record<string, unknown>>,
  pointer: string,
  schemes: ReadonlyMap<string, SecurityScheme>,
  defects: DefectLog,
): SecurityRequirements {
  const own = operation['security'] !== undefined
  const declared = own ? operation['security'] : document['security']
  const at = own ? childPointer(pointer, 'security') : '#/security'
  if (declared === undefined) {
    const message =
      'neither the operation nor the document says who may call it: add `security` (`security: []` lets anyone in)'
    defects.report({ code: 'missing-security', pointer, message })
    return []
  }
  if (!Array.isArray(declared) || !declared.every(isRequirement)) {
    const message = '`security` is a list of objects from scheme name to a list of scopes'
    // Not a structural slip to be waved through: what cannot be read would not be enforced.
    defects.report({ code: 'undeclared-scheme', pointer: at, message })
    return []
  }
  declared.forEach((requirement, index) =>
    checkRequirement(requirement, childPointer(at, index), schemes, defects),
  )
  return declared
}

function isRequirement(value: unknown): value is SecurityRequirement {
  return (
    isJsonObject(value) &&
    Object.values(value).every(
      (scopes) =>
        Array.isArray(scopes) && (scopes as readonly unknown[]).every((scope) => typeof scope === 'string'),
    )
  )
}

function checkRequirement(
  requirement: SecurityRequirement,
  pointer: string,
  schemes: ReadonlyMap<string, SecurityScheme>,
  defects: DefectLog,
): void {
  for (const [name, scopes] of Object.entries(requirement)) {
    const at = childPointer(pointer, name)
    const scheme = schemes.get(name)
    if (!scheme) {
      const message = `security scheme \`${name}\` is not declared: add it to components.securitySchemes`
      defects.report({ code: 'undeclared-scheme', pointer: at, message })
    } else if (scheme.type === 'oauth2') {
      const declared = new Set(Object.values(scheme.flows ?? {}).flatMap((flow) => Object.keys(flow.scopes)))
      scopes.forEach((scope, index) => {
        if (declared.has(scope)) return
        const message = `scope \`${scope}\` is not declared by \`${name}\`: add it to the scopes of a flow`
        defects.report({ code: 'undeclared-scope', pointer: childPointer(at, index), message })
      })
    }
  }
}
