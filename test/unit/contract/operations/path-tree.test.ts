import { describe, expect, it } from 'vitest'
import { parsePathTemplate } from '../../../../src/contract/operations/path-template.js'
import { createPathTree } from '../../../../src/contract/operations/path-tree.js'

function treeOf(
  ...templates: readonly string[]
): (path: string) => readonly [string, Record<string, string>] | undefined {
  const tree = createPathTree<string>()
  for (const template of templates) tree.add(parsePathTemplate(template), template)
  return (path) => {
    const match = tree.find(path)
    return match && [match.value, { ...match.rawParameters }]
  }
}

describe('a path tree', () => {
  it.each([
    { templates: ['/items'], given: '/items', want: ['/items', {}] },
    { templates: ['/items'], given: '/items/', want: undefined },
    { templates: ['/items'], given: '/Items', want: undefined },
    { templates: ['/items/{id}'], given: '/items/7', want: ['/items/{id}', { id: '7' }] },
    { templates: ['/items/{id}'], given: '/items/', want: undefined },
    { templates: ['/items/{id}'], given: '/items/a/b', want: undefined },
    { templates: ['/items/{id}'], given: '/items/a%2Fb', want: ['/items/{id}', { id: 'a%2Fb' }] },
    { templates: ['/items/{id}', '/items/mine'], given: '/items/mine', want: ['/items/mine', {}] },
    { templates: ['/items/{id}', '/items/mine'], given: '/items/m%69ne', want: ['/items/mine', {}] },
    { templates: ['/a/{x}/c', '/{y}/b/d'], given: '/a/b/d', want: ['/{y}/b/d', { y: 'a' }] },
    { templates: ['/f/{id}', '/f/{id}.json'], given: '/f/a.b.json', want: ['/f/{id}.json', { id: 'a.b' }] },
    {
      templates: ['/f/{name}.{ext}'],
      given: '/f/a.tar.gz',
      want: ['/f/{name}.{ext}', { name: 'a.tar', ext: 'gz' }],
    },
    { templates: ['/f/{name}.{ext}'], given: '/f/.gz', want: undefined },
    { templates: ['/f/{name}.{ext}'], given: '/f/a.', want: undefined },
    { templates: ['/r/{from}..{to}'], given: '/r/1..2', want: ['/r/{from}..{to}', { from: '1', to: '2' }] },
    { templates: ['/p/({x},{y})'], given: '/p/(1,2)', want: ['/p/({x},{y})', { x: '1', y: '2' }] },
    { templates: ['/m/{id}:cancel', '/m/{id}'], given: '/m/5:cancel', want: ['/m/{id}:cancel', { id: '5' }] },
    { templates: ['/m/{id}:cancel', '/m/{id}'], given: '/m/5', want: ['/m/{id}', { id: '5' }] },
    { templates: ['/*'], given: '/*', want: ['/*', {}] },
    { templates: ['/*'], given: '/x', want: undefined },
    { templates: ['/{__proto__}'], given: '/x', want: ['/{__proto__}', { ['__proto__']: 'x' }] },
  ])('$templates leads $given to $want', ({ templates, given, want }) => {
    expect(treeOf(...templates)(given)).toEqual(want)
  })

  it('names the template of the same shape that is there already', () => {
    const tree = createPathTree<string>()
    expect(tree.add(parsePathTemplate('/items/{id}'), 'first')).toBeUndefined()
    expect(tree.add(parsePathTemplate('/items/{sku}'), 'second')).toBe('first')
    expect(tree.find('/items/1')?.value).toBe('first')
  })

  it('answers a hostile segment in time that grows with its length, not with its square', () => {
    const find = treeOf('/{a}-{b}-{c}-{d}.json')
    expect(find(`/${'-'.repeat(1_000_000)}`)).toBeUndefined()
  })
})

describe('a path template', () => {
  it.each([
    { given: 'items', want: 'starts with `/`' },
    { given: '/items/{id', want: 'never closed' },
    { given: '/items/id}', want: 'no `{` before it' },
    { given: '/items/{}', want: 'has no name' },
    { given: '/{a}{b}', want: 'touch' },
    { given: '/{a}/{a}', want: 'twice' },
    { given: '/%zz', want: 'percent-encoding' },
  ])('$given is refused because it $want', ({ given, want }) => {
    expect(() => parsePathTemplate(given)).toThrow(want)
  })
})
