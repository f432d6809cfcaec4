import type { Shape } from '../contract/parameters/parameter-style.js'

/* OpenAPI "Style Examples": how a value looks in a request, with `A` and `B` for the items of a list. */

export interface ParameterForm {
  readonly name: string
  readonly in: string
  readonly style: string
  readonly explode: boolean
  readonly shape: Shape
  /** Declared member names of an object; two of them are shown. */
  readonly members: readonly string[]
}

/** E.g. `tags=A&tags=B`, `;point=x,1,y,2`. `undefined` for a single value that stands as it is, or after `name=`. */
export function toParameterForm(form: ParameterForm): string | undefined {
  const { name, in: place, style, explode, shape } = form
  if (shape === 'primitive' && style !== 'label' && style !== 'matrix') return undefined
  const members = shape === 'object' ? toMembers(form) : []
  const assignments = members.map(([member, value]) => `${member}=${value}`)
  const items = shape === 'primitive' ? ['A'] : ['A', 'B']
  const together = shape === 'object' ? members.flat() : items
  switch (style) {
    case 'deepObject':
      return members.map(([member, value]) => `${name}[${member}]=${value}`).join('&')
    case 'simple':
      return (explode && shape === 'object' ? assignments : together).join(',')
    case 'label':
      return `.${(explode && shape === 'object' ? assignments : together).join(explode ? '.' : ',')}`
    case 'matrix':
      if (explode && shape === 'object') return assignments.map((assignment) => `;${assignment}`).join('')
      if (explode && shape === 'array') return items.map((item) => `;${name}=${item}`).join('')
      return `;${name}=${together.join(',')}`
    default: {
      const between = place === 'cookie' ? '; ' : '&'
      if (explode && shape === 'object') return assignments.join(between)
      if (explode) return items.map((item) => `${name}=${item}`).join(between)
      return `${name}=${together.join(separators[style] ?? ',')}`
    }
  }
}

const separators: Readonly<Record<string, string>> = { spaceDelimited: '%20', pipeDelimited: '|' }

function toMembers({ members }: ParameterForm): readonly (readonly [string, string])[] {
  const [first = 'x', second = members.length === 0 ? 'y' : undefined] = members
  return [[first, '1'] as const, ...(second === undefined ? [] : [[second, '2'] as const])]
}
