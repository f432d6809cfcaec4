import Router from '@koa/router'
import { createPathTree } from '../../src/contract/operations/path-tree.js'
import { parsePathTemplate } from '../../src/contract/operations/path-template.js'
import { compare, type Comparison } from './side-by-side.js'

/* `npm run bench:routes`: from a path to what is declared for it, beside @koa/router, among few paths and many. */

const comparisons = [10, 1_000].map((count): Comparison => {
  const tree = createPathTree<number>()
  const router = new Router()
  for (let index = 0; index < count; index++) {
    tree.add(parsePathTemplate(`/v1/things-${index}/{id}/parts/{part}`), index)
    router.get(`/v1/things-${index}/:id/parts/:part`, () => undefined)
  }
  const path = `/v1/things-${count / 2}/BOLT-M8-40/parts/7`
  const ours = (): boolean => tree.find(path) !== undefined
  const peer = (): boolean => router.match(path, 'GET').route
  if (!ours() || !peer()) throw new Error(`${path} is not found`)
  return { name: `one of ${count} paths`, ours, peer }
})

await compare(comparisons, '@koa/router')
