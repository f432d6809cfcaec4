import { createDefectLog } from '../contract/defect.js'
import { isJsonObject } from '../contract/json-pointer.js'
import { mapOperations } from '../contract/operations/path-item.js'
import type { OpenApiDocument } from '../contract/document/read-document.js'
import { createResolver } from '../contract/document/reference.js'
import { readSecuritySchemes } from '../contract/operations/security.js'
import type { SecurityScheme } from '../contract/operations/security-requirement.js'
import { takesAccessTokens } from '../contract/operations/sender-constraint.js'

type Members = Readonly<Record<string, unknown>>

type Schemes = ReadonlyMap<string, SecurityScheme>

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
  const schemes = readSchemes(shown)
  const { paths, components } = shown
  return {
    ...shown,
    ...(isJsonObject(paths) && { paths: describeItems(paths, shown, schemes) }),
    ...(isJsonObject(components) &&
      isJsonObject(components['pathItems']) && {
        components: { ...components, pathItems: describeItems(components['pathItems'], shown, schemes) },
      }),
  }
}

/** What is wrong with schemes was told when the document was loaded. */
function readSchemes(document: OpenApiDocument): Schemes {
  const defects = createDefectLog('warn')
  return readSecuritySchemes(createResolver(document, defects), defects)
}

function withoutHidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHidden)
  if (!isJsonObject(value)) return value
  return mapMembers(value, (member, name) => (name === hidden ? undefined : withoutHidden(member)))
}

function describeItems(items: Members, document: OpenApiDocument, schemes: Schemes): Members {
  return mapMembers(items, (item) =>
    isJsonObject(item)
      ? mapOperations(item, (operation) => describeOperation(operation, document, schemes))
      : item,
  )
}

function describeOperation(operation: Members, document: OpenApiDocument, schemes: Schemes): Members {
  // No `security` anywhere is no requirement; what is not even a list is for the contract's compiler to refuse.
  const security = operation['security'] ?? document['security'] ?? []
  if (!Array.isArray(security) || !security.every(isJsonObject)) return operation
  const { description } = operation
  const access = `**Access:** ${describeAccess(security, schemes)}`
  return {
    ...operation,
    description:
      typeof description === 'string' && description !== '' ? `${access}\n\n${description}` : access,
  }
}

/** OpenAPI "Security Requirement Object": any of the list suffices, each needs all of its schemes and scopes. */
function describeAccess(requirements: readonly Members[], declared: Schemes): string {
  if (requirements.length === 0) return 'anonymous'
  return requirements
    .map((requirement) => {
      const schemes = Object.entries(requirement)
      if (schemes.length === 0) return 'anonymous'
      return schemes.map(([name, scopes]) => describeScheme(name, scopes, declared)).join(' and ')
    })
    .join(', or ')
}

function describeScheme(name: string, scopes: unknown, declared: Schemes): string {
  // The one scheme of a document needs no name.
  const suffix = declared.size === 1 ? '' : ` (${codeSpan(name)})`
  if (Array.isArray(scopes) && scopes.length > 0) {
    const list = scopes.map((scope) => codeSpan(String(scope))).join(' and ')
    return `${scopes.length === 1 ? 'scope' : 'scopes'} ${list}${suffix}`
  }
  const scheme = declared.get(name)
  return scheme && takesAccessTokens(scheme) ? `any valid access token${suffix}` : codeSpan(name)
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
