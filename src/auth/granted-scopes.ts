import type { AccessTokenPolicy } from './policy.js'

/** RFC 6749 section 3.3: scope-tokens, one space between two of them. */
const scopeList = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/**
 * The scopes that an access token grants: from the one claim that the policy names, in the one form that it names. A
 * claim in any other form grants nothing; guessing at it would hand out what the issuer did not.
 */
export function toGrantedScopes(
  claims: Readonly<Record<string, unknown>>,
  policy: Pick<AccessTokenPolicy, 'scopeFrom' | 'scopeFormat' | 'scopePrefix'>,
): readonly string[] {
  if (!Object.hasOwn(claims, policy.scopeFrom)) return []
  const value = claims[policy.scopeFrom]
  const scopes = readers[policy.scopeFormat](value)
  const prefix = policy.scopePrefix
  if (prefix === '') return scopes
  return scopes
    .filter((scope) => scope.startsWith(prefix) && scope.length > prefix.length)
    .map((scope) => scope.slice(prefix.length))
}

const readers: Readonly<Record<AccessTokenPolicy['scopeFormat'], (value: unknown) => readonly string[]>> = {
  string: fromString,
  array: fromArray,
  keys: fromKeys,
}

function fromString(value: unknown): readonly string[] {
  return typeof value === 'string' && scopeList.test(value) ? value.split(' ') : []
}

function fromArray(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((scope) => typeof scope === 'string') ? value : []
}

/** What is at the keys only says where they hold, for example in which organisation. */
function fromKeys(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
}
