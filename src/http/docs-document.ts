import { isJsonObject, parsePointer, valueAt } from '../contract/json-pointer.js'
import { operationMembers } from '../contract/path-item.js'
import type { OpenApiDocument } from '../contract/read-document.js'

type Members = Readonly<Record<string, unknown>>

const methods: ReadonlySet<string> = new Set(operationMembers)

/** Material for tests, which would only puzzle a reader. */
const hidden = 'x-invalid-examples'

/**
 * A copy of the document (bundled, OpenAPI 3.0 to 3.2) as the docs show it: every operation's description begins with
 * the access that its effective `security` asks for, since Redoc hides scopes behind a click and shows those of all
 * alternatives as one list; and `x-invalid-examples` are left out. Webhooks and callbacks stay as they are: those are
 * requests that the service makes.
 */
export function toDocsDocument(document: OpenApiDocument): OpenApiDocument {
  const shown = withoutHidden(document) as OpenApiDocument
  const { paths, components } = shown
  return {
    ...shown,
    ...(isJsonObject(paths) && { paths: describeItems(paths, shown) }),
    ...(isJsonObject(components) &&
      isJsonObject(components['pathItems']) && {
        components: { ...components, pathItems: describeItems(components['pathItems'], shown) },
      }),
  }
}

function withoutHidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHidden)
  if (!isJsonObject(value)) return value
  return mapMembers(value, (member, name) => (name === hidden ? undefined : withoutHidden(member)))
}

function describeItems(items: Members, document: OpenApiDocument): Members {
  const describe = (operation: unknown): unknown =>
    isJsonObject(operation) ? describeOperation(operation, document) : operation
  return mapMembers(items, (item) => {
    if (!isJsonObject(item)) return item
    return mapMembers(item, (member, name) => {
      if (methods.has(name)) return describe(member)
      // OpenAPI 3.2, "Path Item Object": methods beyond the fixed ones.
      if (name === 'additionalOperations' && isJsonObject(member)) return mapMembers(member, describe)
      return member
    })
  })
}

function describeOperation(operation: Members, document: OpenApiDocument): Members {
  // No `security` anywhere is no requirement; what is not even a list is for the contract's compiler to refuse.
  const security = operation['security'] ?? document['security'] ?? []
  if (!Array.isArray(security) || !security.every(isJsonObject)) return operation
  const { description } = operation
  const access = `**Access:** ${describeAccess(security, document)}`
  return {
    ...operation,
    description:
      typeof description === 'string' && description !== '' ? `${access}\n\n${description}` : access,
  }
}

/** OpenAPI "Security Requirement Object": any of the list suffices, each needs all of its schemes and scopes. */
function describeAccess(requirements: readonly Members[], document: OpenApiDocument): string {
  if (requirements.length === 0) return 'anonymous'
  return requirements
    .map((requirement) => {
      const schemes = Object.entries(requirement)
      if (schemes.length === 0) return 'anonymous'
      return schemes.map(([name, scopes]) => describeScheme(name, scopes, document)).join(' and ')
    })
    .join(', or ')
}

function describeScheme(name: string, scopes: unknown, document: OpenApiDocument): string {
  const declared = valueAt(document, ['components', 'securitySchemes'])
  // The one scheme of a document needs no name.
  const suffix = isJsonObject(declared) && Object.keys(declared).length === 1 ? '' : ` (${codeSpan(name)})`
  if (Array.isArray(scopes) && scopes.length > 0) {
    const list = scopes.map((scope) => codeSpan(String(scope))).join(' and ')
    return `${scopes.length === 1 ? 'scope' : 'scopes'} ${list}${suffix}`
  }
  return isTokenScheme(name, document) ? `any valid access token${suffix}` : codeSpan(name)
}

function isTokenScheme(name: string, document: OpenApiDocument): boolean {
  let scheme = valueAt(document, ['components', 'securitySchemes', name])
  // Schemes that refer to schemes: as many steps as anybody takes, and an end to circles.
  for (let step = 0; step < 8 && isJsonObject(scheme) && typeof scheme['$ref'] === 'string'; step++) {
    scheme = valueAt(document, parsePointer(scheme['$ref']) ?? [])
  }
  if (!isJsonObject(scheme)) return false
  const { type, scheme: http } = scheme
  if (type === 'http') return typeof http === 'string' && /^(?:bearer|dpop)$/i.test(http)
  return type === 'oauth2' || type === 'openIdConnect'
}

/** CommonMark section 6.1. RFC 6749 section 3.3 allows a backtick in a scope. */
function codeSpan(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? fence + text + fence : `${fence} ${text} ${fence}`
}

/** A copy with every own member mapped; those that become `undefined` are left out. */
function mapMembers(object: Members, map: (member: unknown, name: string) => unknown): Members {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, member]) => {
      const mapped = map(member, name)
      return mapped === undefined ? [] : [[name, mapped]]
    }),
  )
}
