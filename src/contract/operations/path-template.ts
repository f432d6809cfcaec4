/* OpenAPI "Path Templating": `/items/{sku}`, also several expressions in one segment: `/files/{name}.{extension}`. */

/** One segment: literals and the names between them, `literals.length === names.length + 1`. */
export interface TemplateSegment {
  readonly literals: readonly string[]
  readonly names: readonly string[]
}

export interface PathTemplate {
  readonly text: string
  readonly segments: readonly TemplateSegment[]
  readonly names: readonly string[]
}

/** Throws an Error that says what is wrong with the template. */
export function parsePathTemplate(text: string): PathTemplate {
  if (!text.startsWith('/')) throw new Error('a path template starts with `/`')
  // A request target has no fragment; documents use one to list a path twice.
  const [path = ''] = text.split('#', 1)
  const segments = path.slice(1).split('/').map(parseSegment)
  const names = segments.flatMap((segment) => segment.names)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new Error(`\`{${repeated}}\` stands in it twice`)
  return { text, segments, names }
}

function parseSegment(text: string): TemplateSegment {
  const literals: string[] = []
  const names: string[] = []
  let rest = text
  for (;;) {
    const open = rest.indexOf('{')
    const literal = open === -1 ? rest : rest.slice(0, open)
    if (literal.includes('}')) throw new Error('a `}` has no `{` before it')
    literals.push(decodeLiteral(literal))
    if (open === -1) break
    const close = rest.indexOf('}', open)
    if (close === -1) throw new Error('a `{` is never closed')
    const name = rest.slice(open + 1, close)
    if (name === '' || name.includes('{')) throw new Error('a template expression has no name')
    names.push(name)
    rest = rest.slice(close + 1)
  }
  if (literals.slice(1, -1).includes('')) {
    throw new Error('two template expressions touch, so that nothing says where one ends')
  }
  return { literals, names }
}

function decodeLiteral(literal: string): string {
  try {
    return decodeURIComponent(literal)
  } catch {
    throw new Error('it holds a malformed percent-encoding')
  }
}

/**
 * The raw (still encoded) values of a segment's expressions in order, `undefined` where it does not fit. Each is at least
 * one character long, and the first takes as much as it can. Linear in the length of the segment.
 */
export function matchSegment({ literals }: TemplateSegment, raw: string): readonly string[] | undefined {
  const prefix = literals[0] ?? ''
  const suffix = literals.at(-1) ?? ''
  if (!raw.startsWith(prefix) || !raw.endsWith(suffix)) return undefined
  let end = raw.length - suffix.length
  const values: string[] = []
  // From the right, so that `{name}.{extension}` splits at the last dot; no other choice can fit where this one does not.
  for (let index = literals.length - 2; index >= 1; index--) {
    const literal = literals[index] ?? ''
    const at = raw.lastIndexOf(literal, end - 1 - literal.length)
    if (at < prefix.length + 1) return undefined
    values.unshift(raw.slice(at + literal.length, end))
    end = at
  }
  if (end <= prefix.length) return undefined
  values.unshift(raw.slice(prefix.length, end))
  return values
}
