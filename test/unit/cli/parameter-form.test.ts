import { describe, expect, it } from 'vitest'
import { toParameterForm } from '../../../src/cli/parameter-form.js'
import type { Shape } from '../../../src/contract/parameters/parameter-style.js'

/* OpenAPI "Style Examples": the column of the table, for `color` as a value, a list and an object. */
const table: readonly (readonly [string, string, boolean, Shape, string | undefined])[] = [
  ['path', 'simple', false, 'primitive', undefined],
  ['path', 'simple', false, 'array', 'A,B'],
  ['path', 'simple', true, 'array', 'A,B'],
  ['path', 'simple', false, 'object', 'R,1,G,2'],
  ['path', 'simple', true, 'object', 'R=1,G=2'],
  ['path', 'label', false, 'primitive', '.A'],
  ['path', 'label', false, 'array', '.A,B'],
  ['path', 'label', true, 'array', '.A.B'],
  ['path', 'label', false, 'object', '.R,1,G,2'],
  ['path', 'label', true, 'object', '.R=1.G=2'],
  ['path', 'matrix', false, 'primitive', ';color=A'],
  ['path', 'matrix', false, 'array', ';color=A,B'],
  ['path', 'matrix', true, 'array', ';color=A;color=B'],
  ['path', 'matrix', false, 'object', ';color=R,1,G,2'],
  ['path', 'matrix', true, 'object', ';R=1;G=2'],
  ['query', 'form', true, 'primitive', undefined],
  ['query', 'form', false, 'array', 'color=A,B'],
  ['query', 'form', true, 'array', 'color=A&color=B'],
  ['query', 'form', false, 'object', 'color=R,1,G,2'],
  ['query', 'form', true, 'object', 'R=1&G=2'],
  ['query', 'spaceDelimited', false, 'array', 'color=A%20B'],
  ['query', 'spaceDelimited', false, 'object', 'color=R%201%20G%202'],
  ['query', 'pipeDelimited', false, 'array', 'color=A|B'],
  ['query', 'pipeDelimited', false, 'object', 'color=R|1|G|2'],
  ['query', 'deepObject', false, 'object', 'color[R]=1&color[G]=2'],
  ['cookie', 'cookie', true, 'array', 'color=A; color=B'],
  ['cookie', 'cookie', true, 'object', 'R=1; G=2'],
]

describe('how a parameter looks in a request', () => {
  it.each(table)('in %s, style %s, explode %s, %s: %s', (place, style, explode, shape, want) => {
    const members = ['R', 'G', 'B']
    expect(toParameterForm({ name: 'color', in: place, style, explode, shape, members })).toBe(want)
  })

  it.each([
    { members: [], want: 'x=1&y=2' },
    { members: ['R'], want: 'R=1' },
  ])('is shown with $members of an object: $want', ({ members, want }) => {
    const form = {
      name: 'color',
      in: 'query',
      style: 'form',
      explode: true,
      shape: 'object',
      members,
    } as const
    expect(toParameterForm(form)).toBe(want)
  })
})
