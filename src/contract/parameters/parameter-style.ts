/* OpenAPI "Style Values": from what was sent to a string, a list of strings, or an object of strings. */

export type ParameterIn = 'path' | 'query' | 'header' | 'cookie'

export type ParameterStyle =
  'simple' | 'label' | 'matrix' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject' | 'cookie'

/** The shape that the parameter's schema asks for. */
export type Shape = 'primitive' | 'array' | 'object'

/** What a style yields before the declared types are applied. */
export type Unstyled = string | readonly string[] | { readonly [name: string]: Unstyled }

/** The styles that each place can have; the first is the default. */
export const stylesIn: Readonly<Record<ParameterIn, readonly ParameterStyle[]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form', 'cookie'],
}

/** Thrown where a value does not have the form of its style. */
export class StyleError extends Error {
  override readonly name = 'StyleError'
}

export type Decode = (raw: string) => string

export interface StyleOptions {
  readonly name: string
  readonly style: ParameterStyle
  readonly explode: boolean
  readonly shape: Shape
  readonly decode: Decode
}

/** Undoes a style that puts the whole value into one string: path, header, and what `form` does without `explode`. */
export function unstyle(raw: string, options: StyleOptions): Unstyled {
  const { style, explode, shape, name, decode } = options
  switch (style) {
    case 'label':
      if (!raw.startsWith('.')) throw new StyleError('must start with `.`')
      return split(raw.slice(1), explode ? '.' : ',', explode, shape, decode)
    case 'matrix':
      return unstyleMatrix(raw, name, explode, shape, decode)
    case 'spaceDelimited':
      return split(raw.replaceAll('+', ' ').replaceAll(/%20/g, ' '), ' ', false, shape, decode)
    case 'pipeDelimited':
      return split(raw.replaceAll(/%7C/gi, '|'), '|', false, shape, decode)
    default:
      return split(raw, ',', explode, shape, decode)
  }
}

function split(raw: string, separator: string, explode: boolean, shape: Shape, decode: Decode): Unstyled {
  if (shape === 'primitive') return decode(raw)
  const parts = raw === '' ? [] : raw.split(separator)
  if (shape === 'array') return parts.map(decode)
  if (explode) return fromAssignments(parts, decode)
  // One part cannot be a name and its value, so the separators must have been encoded with the rest.
  return fromAlternating(parts.length === 1 ? decode(raw).split(separator) : parts, decode)
}

function unstyleMatrix(raw: string, name: string, explode: boolean, shape: Shape, decode: Decode): Unstyled {
  if (!raw.startsWith(';')) throw new StyleError('must start with `;`')
  const parts = raw.slice(1).split(';')
  if (shape === 'object' && explode) return fromAssignments(parts, decode)
  const values = parts.map((part) => {
    const [key, value] = assignment(part)
    if (decode(key) !== name) throw new StyleError(`must be of the form \`;${name}=value\``)
    return value
  })
  if (shape === 'array' && explode) return values.map(decode)
  const [value = '', ...more] = values
  if (more.length > 0) throw new StyleError(`must hold \`;${name}=\` once`)
  return split(value, ',', false, shape, decode)
}

function fromAlternating(parts: readonly string[], decode: Decode): Unstyled {
  if (parts.length % 2 !== 0) throw new StyleError('must alternate names and values')
  const object = emptyObject()
  for (let index = 0; index < parts.length; index += 2) {
    setOnce(object, decode(parts[index] ?? ''), decode(parts[index + 1] ?? ''))
  }
  return object
}

function fromAssignments(parts: readonly string[], decode: Decode): Unstyled {
  const object = emptyObject()
  for (const part of parts) {
    const [name, value] = assignment(part)
    setOnce(object, decode(name), decode(value))
  }
  return object
}

function assignment(part: string): readonly [string, string] {
  const at = part.indexOf('=')
  return at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
}

const valueAndObject = 'is given both as a value and as an object'

/** `name[member]=value`, any depth; `name[list]=a&name[list]=b` is a list. `path` holds the bracketed names. */
export function undeepen(
  pairs: readonly { readonly path: readonly string[]; readonly value: string }[],
): Unstyled {
  const object = emptyObject()
  for (const { path, value } of pairs) {
    let parent = object
    for (const token of path.slice(0, -1)) {
      const next = parent[token] ?? (parent[token] = emptyObject())
      if (typeof next === 'string' || Array.isArray(next)) throw new StyleError(valueAndObject)
      parent = next as Record<string, Unstyled>
    }
    append(parent, path.at(-1) ?? '', value)
  }
  return object
}

/** The bracketed names of `filter[a][b]`, `undefined` where `name` is not of that form. */
export function deepPath(name: string, parameter: string): readonly string[] | undefined {
  if (!name.startsWith(`${parameter}[`) || !name.endsWith(']')) return undefined
  const path = name.slice(parameter.length + 1, -1).split('][')
  return path.some((token) => token.includes('[') || token.includes(']')) ? undefined : path
}

export function emptyObject(): Record<string, Unstyled> {
  return Object.create(null) as Record<string, Unstyled>
}

export function setOnce(object: Record<string, Unstyled>, name: string, value: Unstyled): void {
  if (name in object) throw new StyleError(`holds \`${name}\` twice`)
  object[name] = value
}

/** A name that comes again makes a list of its values. */
export function append(object: Record<string, Unstyled>, name: string, value: string): void {
  const known = object[name]
  if (known === undefined) object[name] = value
  else if (typeof known === 'string') object[name] = [known, value]
  else if (Array.isArray(known)) object[name] = [...(known as readonly string[]), value]
  else throw new StyleError(valueAndObject)
}
