import { childPointer, isJsonObject } from '../json-pointer.js'
import type { DefectLog } from '../defect.js'
import type { Located } from '../document/reference.js'
import type {
  SecurityRequirements,
  SecurityScheme,
  SenderConstraint,
  SenderConstraints,
} from './security-requirement.js'

/*
 * `x-sender-constrained` on a security scheme or an operation: access tokens must be bound to their caller. OpenAPI has no
 * word for it.
 */

const senderConstraintMember = 'x-sender-constrained'

const values: readonly unknown[] = ['dpop', 'mtls', 'any']

/** Whether the scheme takes access tokens: what else there is cannot be bound. */
export function takesAccessTokens({ type, scheme = '' }: SecurityScheme): boolean {
  return (
    type === 'oauth2' || type === 'openIdConnect' || (type === 'http' && /^(?:bearer|dpop)$/i.test(scheme))
  )
}

/** The member of a security scheme is known, and the scheme takes access tokens. */
export function checkSchemeConstraint(scheme: SecurityScheme, pointer: string, defects: DefectLog): void {
  const declared = readMember(scheme, pointer, defects)
  if (declared === undefined || takesAccessTokens(scheme)) return
  const message = `\`${senderConstraintMember}\` is about access tokens, which this scheme does not take: remove it`
  defects.report({ code: 'invalid-sender-constraint', pointer: at(pointer), message })
}

/** What an operation and the schemes that it names ask for together. */
export function readSenderConstraints(
  { value, pointer }: Located,
  security: SecurityRequirements,
  schemes: ReadonlyMap<string, SecurityScheme>,
  defects: DefectLog,
): SenderConstraints {
  const own = readMember(value, pointer, defects)
  const takers = new Map([...schemes].filter(([, scheme]) => takesAccessTokens(scheme)))
  const isOpen =
    security.length === 0 || security.some((all) => !Object.keys(all).some((name) => takers.has(name)))
  if (own !== undefined && isOpen) {
    const message = `\`${senderConstraintMember}\` asks for bound access tokens, and \`security\` lets callers in without an access token: change one of the two`
    defects.report({ code: 'invalid-sender-constraint', pointer: at(pointer), message })
  }
  const names = new Set(security.flatMap((requirement) => Object.keys(requirement)))
  const entries = [...names].flatMap((name) => {
    const scheme = takers.get(name)
    if (scheme === undefined) return []
    const constraints = new Set([...schemeConstraints(scheme), ...(own === undefined ? [] : [own])])
    return constraints.size === 0 ? [] : [[name, [...constraints]] as const]
  })
  return Object.fromEntries(entries)
}

/** `http` with the scheme `dpop` (RFC 9449 section 7.1) says it by its name. */
function schemeConstraints(scheme: SecurityScheme): readonly SenderConstraint[] {
  const declared = scheme[senderConstraintMember]
  const isDpop = scheme.type === 'http' && scheme.scheme?.toLowerCase() === 'dpop'
  return [...(isDpop ? ['dpop' as const] : []), ...(declared === undefined ? [] : [declared])]
}

/** On the document or a path item it would say nothing, and look as if it did. */
export function refuseMisplacedConstraint(holder: object, pointer: string, defects: DefectLog): void {
  if (!Object.hasOwn(holder, senderConstraintMember)) return
  const message = `\`${senderConstraintMember}\` belongs on an operation or a security scheme: move it there`
  defects.report({ code: 'invalid-sender-constraint', pointer: at(pointer), message })
}

function readMember(holder: object, pointer: string, defects: DefectLog): SenderConstraint | undefined {
  if (!isJsonObject(holder) || !Object.hasOwn(holder, senderConstraintMember)) return undefined
  const value = holder[senderConstraintMember]
  if (values.includes(value)) return value as SenderConstraint
  const message = `\`${senderConstraintMember}\` is one of dpop, mtls and any`
  defects.report({ code: 'invalid-sender-constraint', pointer: at(pointer), message })
  return undefined
}

function at(pointer: string): string {
  return childPointer(pointer, senderConstraintMember)
}
