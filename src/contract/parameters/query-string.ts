/* The query of a request target, split but not decoded: styles are undone before percent-encoding is. */

/** `&`-separated pairs in order. Names are decoded, values are as they were sent (`undefined` for `?name`). */
export interface QueryPair {
  readonly name: string
  readonly rawValue: string | undefined
}

/** Thrown for a malformed percent-encoding or an encoded NUL. */
export class MalformedEncodingError extends Error {
  override readonly name = 'MalformedEncodingError'
}

/** Percent-decodes once. Throws `MalformedEncodingError`. */
export function decodePercent(raw: string): string {
  if (!raw.includes('%')) return raw
  let text: string
  try {
    text = decodeURIComponent(raw)
  } catch {
    throw new MalformedEncodingError('a percent-encoding is malformed, or not UTF-8')
  }
  if (text.includes('\0')) throw new MalformedEncodingError('an encoded NUL is not accepted')
  return text
}

/** As `application/x-www-form-urlencoded` has it: `+` is a space. */
export function decodeQuery(raw: string): string {
  return decodePercent(raw.includes('+') ? raw.replaceAll('+', ' ') : raw)
}

/** Splits a query without its `?`. Throws `MalformedEncodingError` for a name that cannot be decoded. */
export function parseQuery(query: string): readonly QueryPair[] {
  if (query === '') return []
  const pairs: QueryPair[] = []
  for (const part of query.split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    pairs.push({
      name: decodeQuery(at === -1 ? part : part.slice(0, at)),
      rawValue: at === -1 ? undefined : part.slice(at + 1),
    })
  }
  return pairs
}

/** Cookie pairs in order (RFC 6265 section 4.2.1), decoded leniently: values that are no percent-encoding stay. */
export function parseCookies(header: string): readonly QueryPair[] {
  const pairs: QueryPair[] = []
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at === -1) continue
    const value = part.slice(at + 1).trim()
    const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"')
    pairs.push({ name: part.slice(0, at).trim(), rawValue: quoted ? value.slice(1, -1) : value })
  }
  return pairs
}
