/* RFC 6901, in its URI fragment form (section 6): `#/paths/~1items/get`. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [member: string]: Json | undefined
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a JSON value is, in words: `a list`, `null`. */
export function nameOfType(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export function escapeToken(token: string): string {
  return /[~/]/.test(token) ? token.replaceAll('~', '~0').replaceAll('/', '~1') : token
}

/** The pointer of a child. */
export function childPointer(pointer: string, ...tokens: readonly (string | number)[]): string {
  let path = pointer
  for (const token of tokens) path += `/${typeof token === 'number' ? token : escapeToken(token)}`
  return path
}

/** The unescaped tokens of a fragment pointer, `undefined` where it is not one. */
export function parsePointer(fragment: string): readonly string[] | undefined {
  const text = fragment.startsWith('#') ? fragment.slice(1) : fragment
  if (text === '') return []
  if (!text.startsWith('/')) return undefined
  try {
    return text
      .slice(1)
      .split('/')
      .map((token) => decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~'))
  } catch {
    return undefined
  }
}

/** What a pointer points at, `undefined` where nothing is there. Own members only. */
export function valueAt(root: unknown, tokens: readonly string[]): unknown {
  let value = root
  for (const token of tokens) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined
    value = (value as Record<string, unknown>)[token]
  }
  return value
}

/** `__proto__` as a member name stays a member. */
export function setMember(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
