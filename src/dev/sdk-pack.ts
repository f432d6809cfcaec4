/**
 * `tsx src/dev/sdk-pack.ts [folder]`: the SDK as a package of its own, in the folder (default `dist`). It is compiled apart from the server, described by the
 * document, and checked as its users would find it: how it resolves, how it is typed, and how much there is to load.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

import type { BundledDocument } from './bundled-document.js'
import { collectRequirements } from './scopes-module.js'
import { toPackageFiles } from './sdk-package.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = resolve(process.argv[2] ?? 'dist')
const folder = join(dist, 'sdk')

/** Bytes that a caller loads, compressed: what is the same for every document, and what each operation adds. */
const sizeLimitBytes = { runtime: 32_000, operation: 250 }

const run = promisify(execFile)

/** Runs a tool by this Node. Throws what the tool says. */
async function runTool(script: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root })).stdout
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string }
    throw new Error(`${script} ${args.join(' ')}\n${stdout}${stderr}`, { cause })
  }
}

async function build(document: BundledDocument): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await runTool('typescript/bin/tsc', ['-p', '.config/tsconfig.sdk.json', '--outDir', join(folder, 'lib')])
  await keepSourcesInside()
  const calls = await readFile(join(root, 'generated/client/sdk.gen.ts'), 'utf8')
  for (const [path, text] of Object.entries(toPackageFiles(document, calls)))
    await writeFile(join(folder, path), text)
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
}

/** Source maps name the files of this project, which whoever installs the package does not have; their texts are in the maps. */
async function keepSourcesInside(): Promise<void> {
  const lib = join(folder, 'lib')
  for (const path of (await readdir(lib, { recursive: true })).filter((name) => name.endsWith('.js.map'))) {
    const map = JSON.parse(await readFile(join(lib, path), 'utf8')) as { sources: string[] }
    map.sources = map.sources.map((source) => basename(source))
    await writeFile(join(lib, path), JSON.stringify(map))
  }
}

async function pack(): Promise<string> {
  const [npm, ...args] =
    process.env['npm_execpath'] === undefined ? ['npm'] : [process.execPath, process.env['npm_execpath']]
  await mkdir(dist, { recursive: true })
  const { stdout } = await run(
    npm,
    [...args, 'pack', '--json', '--ignore-scripts', '--pack-destination', dist],
    {
      cwd: folder,
    },
  )
  const [packed] = JSON.parse(stdout) as [{ filename: string }]
  return join(dist, packed.filename)
}

async function assertPublishable(tarball: string): Promise<void> {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true })
  if (messages.length > 0) {
    throw new Error(
      messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`).join('\n'),
    )
  }
  await runTool('@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'esm-only', '--no-color'])
}

/** What a caller loads, compressed. Throws where it is more than it may be. */
async function measure(operations: number): Promise<string> {
  const limit = `${sizeLimitBytes.runtime + sizeLimitBytes.operation * operations} B`
  const paths = await readdir(join(folder, 'lib'), { recursive: true })
  const scripts = paths.filter((path) => path.endsWith('.js')).map((path) => join(folder, 'lib', path))
  return runTool('size-limit/bin.js', ['--limit', limit, ...scripts])
}

async function main(): Promise<void> {
  const document = JSON.parse(await readFile(join(root, 'generated/openapi.json'), 'utf8')) as BundledDocument
  await build(document)
  const tarball = await pack()
  await assertPublishable(tarball)
  const operations = collectRequirements(document).size
  console.log((await measure(operations)).trimEnd())
  console.log(`\n  ${relative('.', tarball)}`)
}

await main()
