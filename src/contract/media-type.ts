/* Media types and ranges (RFC 9110 section 8.3): `application/json`, `application/*`, `text/csv; header=present`. */

export interface MediaType {
  readonly type: string
  readonly subtype: string
  /** Names in lower case; values as given, unquoted. */
  readonly parameters: ReadonlyMap<string, string>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const essence = new RegExp(`^\\s*(${token})/(${token})\\s*(?:;|$)`)
const parameter = new RegExp(`;\\s*(?:(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)"))?\\s*`, 'y')

/** `undefined` where the text is no media type. */
export function parseMediaType(text: string): MediaType | undefined {
  const match = essence.exec(text)
  if (!match?.[1] || !match[2]) return undefined
  const parameters = new Map<string, string>()
  const rest = text.trimEnd()
  let at = rest.indexOf(';')
  while (at !== -1 && at < rest.length) {
    parameter.lastIndex = at
    const found = parameter.exec(rest)
    if (!found) return undefined
    if (found[1])
      parameters.set(found[1].toLowerCase(), found[2] ?? (found[3] ?? '').replaceAll(/\\(.)/g, '$1'))
    at = parameter.lastIndex
  }
  return { type: match[1].toLowerCase(), subtype: match[2].toLowerCase(), parameters }
}

/** How closely a range names a media type; 0 where it does not include it. Parameters count for more than wildcards. */
export function specificity(range: MediaType, actual: MediaType): number {
  let score: number
  if (range.type === '*' && range.subtype === '*') score = 1
  else if (range.type !== actual.type) return 0
  else if (range.subtype === '*') score = 2
  else if (range.subtype.startsWith('*+') && actual.subtype.endsWith(range.subtype.slice(1))) score = 3
  else if (range.subtype === actual.subtype) score = 4
  else return 0
  for (const [name, value] of range.parameters) {
    const given = actual.parameters.get(name)
    if (given === undefined || !sameParameter(name, value, given)) return 0
    score += 4
  }
  return score
}

function sameParameter(name: string, a: string, b: string): boolean {
  return name === 'charset' ? a.toLowerCase() === b.toLowerCase() : a === b
}

export function isJson({ type, subtype }: MediaType): boolean {
  return subtype === 'json' || subtype.endsWith('+json') || (type === 'text' && subtype === 'json')
}

const lineDelimited = new Set(['x-ndjson', 'ndjson', 'jsonl', 'x-jsonl', 'json-lines'])

/** One JSON text a line. */
export function isLineDelimitedJson({ subtype }: MediaType): boolean {
  return lineDelimited.has(subtype)
}

/** Picks the entry whose range fits best; the first of equals. */
export function createMediaTypeMap<T>(entries: readonly { readonly range: MediaType; readonly value: T }[]): {
  readonly find: (actual: MediaType) => T | undefined
} {
  return {
    find(actual) {
      let best: T | undefined
      let bestScore = 0
      for (const { range, value } of entries) {
        const score = specificity(range, actual)
        if (score > bestScore) {
          best = value
          bestScore = score
        }
      }
      return best
    },
  }
}
