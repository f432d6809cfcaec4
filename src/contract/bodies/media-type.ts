/* Media types and ranges (RFC 9110 section 8.3): `application/json`, `application/*`, `text/csv; header=present`. */

export interface MediaType {
  readonly type: string
  readonly subtype: string
  /** Names in lower case; values as given, unquoted. */
  readonly parameters: ReadonlyMap<string, string>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const essence = new RegExp(`^\\s*(${token})/(${token})\\s*(?=;|$)`)
const parameter = new RegExp(`;\\s*(?:(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)"))?\\s*`, 'y')

/** `undefined` where the text is no media type. */
export function parseMediaType(text: string): MediaType | undefined {
  const match = essence.exec(text)
  if (!match?.[1] || !match[2]) return undefined
  const parameters = parseParameters(text.slice(match[0].length))
  return parameters && { type: match[1].toLowerCase(), subtype: match[2].toLowerCase(), parameters }
}

/** `; name=value; name="value"`; `undefined` where it is malformed, or names one twice. */
export function parseParameters(text: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>()
  const rest = text.trimEnd()
  let at = 0
  while (at < rest.length) {
    parameter.lastIndex = at
    const found = parameter.exec(rest)
    if (!found) return undefined
    const name = found[1]?.toLowerCase()
    if (name !== undefined) {
      // Two readers could each take another one.
      if (parameters.has(name)) return undefined
      parameters.set(name, found[2] ?? (found[3] ?? '').replaceAll(/\\(.)/g, '$1'))
    }
    at = parameter.lastIndex
  }
  return parameters
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
    // How text is encoded says nothing of what it holds; whoever reads it asks for UTF-8.
    if (name === 'charset') continue
    if (actual.parameters.get(name) !== value) return 0
    score += 4
  }
  return score
}

export function isRange({ type, subtype }: MediaType): boolean {
  return type === '*' || subtype === '*'
}

export function isJson({ subtype }: MediaType): boolean {
  return subtype === 'json' || subtype.endsWith('+json')
}

/** Whether a range has JSON in it. */
export function canBeJson(range: MediaType): boolean {
  return isJson(range) || specificity(range, applicationJson) > 0
}

const applicationJson: MediaType = { type: 'application', subtype: 'json', parameters: new Map() }

const lineDelimited = new Set(['x-ndjson', 'ndjson', 'jsonl', 'x-jsonl', 'json-lines'])

/** One JSON text a line. */
export function isLineDelimitedJson({ subtype }: MediaType): boolean {
  return lineDelimited.has(subtype)
}

/** JSON texts, each behind a record separator (RFC 7464, RFC 8091). */
export function isJsonSequence({ subtype }: MediaType): boolean {
  return subtype === 'json-seq' || subtype.endsWith('+json-seq')
}

export function isText({ type }: MediaType): boolean {
  return type === 'text'
}

/** XML that is no text by its name (RFC 7303). */
export function isXml({ type, subtype }: MediaType): boolean {
  return type === 'application' && (subtype === 'xml' || subtype.endsWith('+xml'))
}

export function isUrlencodedForm({ type, subtype }: MediaType): boolean {
  return type === 'application' && subtype === 'x-www-form-urlencoded'
}

const utf8Names: ReadonlySet<string | undefined> = new Set([undefined, 'utf-8', 'utf8', 'us-ascii', 'ascii'])

/** Whether its text is UTF-8, which is also what no `charset` means (RFC 8259 section 8.1, RFC 7578 section 5.1.2). */
export function isUtf8({ parameters }: MediaType): boolean {
  return utf8Names.has(parameters.get('charset')?.toLowerCase())
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

/** As `find`, which is asked ahead for the texts that the document has: most requests send one of these to the letter. */
export function findAhead<T>(texts: readonly string[], find: (text: string) => T): (text: string) => T {
  const known = new Map(texts.map((text) => [text, find(text)]))
  return (text) => known.get(text) ?? find(text)
}
