import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { anonymous, documentWith } from '../../support/document.js'
import { folderWith } from './gatehouse.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

interface SpawnOptions {
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  /** Stop reading before anything was written. */
  readonly deaf?: boolean
}

/** The command line as a process of its own. */
function run(argv: readonly string[], { folder, env = {}, deaf = false }: SpawnOptions): Promise<Ended> {
  const { npm_lifecycle_event: _script, INIT_CWD: _folder, ...inherited } = process.env
  const child = spawn(process.execPath, ['--import', tsx, main, ...argv], {
    cwd: folder,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  if (deaf) child.stdout.destroy()
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

const files = {
  'good.json': documentWith({
    '/items/{sku}': {
      get: {
        ...anonymous,
        operationId: 'getItem',
        parameters: [{ name: 'sku', in: 'path', required: true, schema: { type: 'string' } }],
      },
    },
  }),
  'bad.json': { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: { '/a': { get: {} } } },
}

describe('npm run gatehouse', () => {
  it.each([
    { argv: ['check', 'good.json'], code: 0, out: /^good\.json can be enforced: 0 defects\.\n/ },
    { argv: ['check', 'bad.json'], code: 1, out: /^missing-security \(1\)\n/ },
    { argv: ['check'], code: 2, err: /^Which document\?/ },
    {
      argv: ['explain', 'good.json', 'GET /items/BOLT-1'],
      code: 0,
      out: /^GET \/items\/\{sku\} {2}getItem\n/,
    },
    {
      argv: ['explain', 'good.json', 'GET /itms/BOLT-1'],
      code: 1,
      err: /Did you mean:\n {2}GET \/items\/\{sku\} \(getItem\)\n$/,
    },
    { argv: ['explain', 'good.json'], code: 2, err: /^Which operation\?/ },
    { argv: ['token', '-'], code: 1, err: /^There is no token in it/ },
    { argv: ['token', 'a', 'b'], code: 2, err: /^One token at a time/ },
    { argv: ['doctor', 'good.json'], code: 2, err: /^Everything is read from \.env/ },
  ])('$argv ends with $code', async ({ argv, code, out = /^$/, err = /^$/ }) => {
    expect(await run(argv, { folder: await folderWith(files) })).toEqual({
      code,
      out: expect.stringMatching(out) as string,
      err: expect.stringMatching(err) as string,
    })
  })

  it('takes paths from where npm was called, though npm runs it elsewhere', async () => {
    const env = { npm_lifecycle_event: 'gatehouse', INIT_CWD: await folderWith(files) }
    expect((await run(['check', 'good.json'], { folder: root, env })).code).toBe(0)
    const other = { ...env, npm_lifecycle_event: 'test' }
    expect((await run(['check', 'good.json'], { folder: root, env: other })).code).toBe(1)
  })

  it('does not fail where nobody reads on', async () => {
    const folder = await folderWith(files)
    expect(await run(['check', 'good.json'], { folder, deaf: true })).toEqual({ code: 0, out: '', err: '' })
  })
})
