/**
 * OpenAPI 3.1, sections 4.8.10 (Operation Object) and 4.8.30 (Security Requirement Object).
 *
 * The generated types and the generated client both drop security, so each operation's requirements are written out
 * as a module of their own, verbatim: the list is OR, each object is AND.
 */

import { isJsonObject } from '../contract/json-pointer.js'
import { operationsOf } from '../contract/operations/path-item.js'
import type { SecurityRequirement } from '../contract/operations/security-requirement.js'
import { DevelopmentError } from './development-error.js'

interface OperationObject {
  readonly operationId?: string
  readonly security?: readonly SecurityRequirement[]
}

export interface SecuredDocument {
  readonly security?: readonly SecurityRequirement[]
  readonly paths?: Readonly<Record<string, unknown>>
}

const header = `// Generated from the OpenAPI document by \`npm run generate\`. Do not edit.

/** operationId -> security requirements: any of the list suffices, each needs all of its schemes and scopes. */
`

/**
 * The effective security requirements of every operation, in order of key: the operation's own, else the document's.
 * The key is the operationId, or `GET /path` where there is none.
 *
 * Throws `DevelopmentError` where an operation has neither (anonymous must be said: `security: []`) or a key occurs twice.
 */
export function collectRequirements(document: SecuredDocument): Map<string, readonly SecurityRequirement[]> {
  const found = new Map<string, readonly SecurityRequirement[]>()
  for (const [path, pathItem] of Object.entries(document.paths ?? {})) {
    if (!isJsonObject(pathItem)) continue
    for (const { method, value } of operationsOf(pathItem)) {
      const operation: OperationObject = value
      const key = operation.operationId ?? `${method} ${path}`
      const requirements = operation.security ?? document.security
      if (requirements === undefined) throw new DevelopmentError('document', `${key} states no security`)
      if (found.has(key)) throw new DevelopmentError('document', `${key} occurs twice`)
      found.set(key, requirements)
    }
  }
  // By code unit: a locale's order would differ between machines.
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The text of a TypeScript module that exports the requirements as `scopes`. */
export function toScopesModule(document: SecuredDocument): string {
  const lines = [...collectRequirements(document)].map(
    ([key, requirements]) => `  ${toKey(key)}: ${toList(requirements.map(toRequirement))},\n`,
  )
  return `${header}export const scopes = {\n${lines.join('')}} as const\n`
}

function toRequirement(requirement: SecurityRequirement): string {
  const members = Object.entries(requirement).map(
    ([scheme, scopes]) => `${toKey(scheme)}: ${toList(scopes.map(toText))}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function toList(entries: readonly string[]): string {
  return `[${entries.join(', ')}]`
}

/** `__proto__: x` in a literal would set the prototype; computed, it is a member like any other. */
function toKey(name: string): string {
  if (name === '__proto__') return `['__proto__']`
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : toText(name)
}

function toText(value: string): string {
  return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
