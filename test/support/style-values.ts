/*
 * OpenAPI "Style Values": a value as a request carries it in a parameter, written without the code under test.
 */

export interface StyledParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly style?: string
  readonly explode?: boolean
  /** JSON, where it is there. */
  readonly content?: object
}

/** The text that stands for the parameter: with its name in query and cookies, percent-encoded but in header fields. */
export function writeParameter(parameter: StyledParameter, value: unknown): string {
  const { in: place, content } = parameter
  const encode = place === 'header' ? String : encodeURIComponent
  const text = (one: unknown): string => encode(typeof one === 'string' ? one : JSON.stringify(one))
  const isNamed = place === 'query' || place === 'cookie'
  const name = isNamed || parameter.style === 'matrix' ? encode(parameter.name) : ''
  if (content !== undefined) return `${isNamed ? `${name}=` : ''}${encode(JSON.stringify(value))}`

  const { style = isNamed ? 'form' : 'simple', explode = style === 'form' || style === 'cookie' } = parameter
  if (style === 'deepObject') return writeDeep(name, value, text).join('&')
  const isList = Array.isArray(value)
  const items = isList ? (value as unknown[]).map(text) : membersOf(value).flat().map(text)
  const pairs = membersOf(value).map((pair) => pair.map(text).join('='))
  const isText = !isList && pairs.length === 0
  if (isText) items.push(text(value))
  switch (style) {
    case 'label':
      return `.${(explode && !isList && !isText ? pairs : items).join(explode ? '.' : ',')}`
    case 'matrix':
      if (!explode || isText) return `;${name}=${items.join(',')}`
      return (isList ? items.map((item) => `${name}=${item}`) : pairs).map((pair) => `;${pair}`).join('')
    case 'spaceDelimited':
      return `${name}=${items.join('%20')}`
    case 'pipeDelimited':
      return `${name}=${items.join('%7C')}`
    case 'simple':
      return (explode && !isList && !isText ? pairs : items).join(',')
    default:
      if (!explode || isText) return `${name}=${items.join(',')}`
      return (isList ? items.map((item) => `${name}=${item}`) : pairs).join(style === 'cookie' ? '; ' : '&')
  }
}

/** `name[member][member]=value`; a list repeats its name. */
function writeDeep(name: string, value: unknown, text: (one: unknown) => string): readonly string[] {
  if (Array.isArray(value)) return (value as unknown[]).flatMap((item) => writeDeep(name, item, text))
  const members = membersOf(value)
  if (members.length === 0) return [`${name}=${text(value)}`]
  return members.flatMap(([member, inner]) => writeDeep(`${name}[${text(member)}]`, inner, text))
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}
