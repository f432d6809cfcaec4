import { Problem } from '../problem/problem.js'

/*
 * A cursor holds the sort key of the last entry of a page, and the next page starts behind it (keyset pagination): entries
 * that are added or removed meanwhile neither repeat nor hide another. It is opaque to clients and not signed, since a
 * forged one only names another place in a list that the caller may read anyway; so everything in it is checked.
 */

/** Checks one part of a sort key. `undefined` when the list cannot have given it. */
export type KeyPart<T> = (part: unknown) => T | undefined

type KeyParts<Key extends readonly unknown[]> = { readonly [I in keyof Key]: KeyPart<Key[I]> }

/** `list` names the list and its order, so that a cursor of another list is noticed. */
export function encodeCursor(list: string, key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url')
}

/**
 * @throws {Problem} `invalid-request` for a cursor that this list did not give
 */
export function decodeCursor<Key extends readonly unknown[]>(
  list: string,
  cursor: string,
  parts: KeyParts<Key>,
): Key {
  const [from, ...key] = parse(cursor)
  if (from === list && key.length === parts.length) {
    const checked = parts.map((part, index) => part(key[index]))
    // One checker for each member of the key, in order.
    if (!checked.includes(undefined)) return checked as unknown as Key
  }
  throw new Problem('invalid-request', {
    detail: 'The cursor is not one that this list gave.',
    errors: [
      { in: 'query', pointer: '/cursor', keyword: 'cursor', detail: 'must be a nextCursor of this list' },
    ],
  })
}

function parse(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

/** Text that PostgreSQL can hold: without NUL and lone surrogates. */
export const textPart: KeyPart<string> = (part) =>
  typeof part === 'string' && !/[\0\p{Surrogate}]/u.test(part) ? part : undefined

export const uuidPart: KeyPart<string> = (part) =>
  typeof part === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(part) ? part : undefined

export const sequencePart: KeyPart<number> = (part) =>
  Number.isSafeInteger(part) && Number(part) >= 0 ? Number(part) : undefined

/** Milliseconds since the epoch, up to the end of the year 9999. */
export const momentPart: KeyPart<Date> = (part) => {
  const ms = sequencePart(part)
  return ms !== undefined && ms < Date.UTC(10_000, 0) ? new Date(ms) : undefined
}
