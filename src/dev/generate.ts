/**
 * `tsx src/dev/generate.ts [--check]`: everything in `generated/` from `openapi/`.
 *
 * Files are made in a temporary folder first and copied where they differ, so that an unchanged document leaves
 * every file (and every watcher) alone. With `--check` nothing is written: drift is named and the exit code is 1.
 */
import { createClient } from '@hey-api/openapi-ts'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'

import type { BundledDocument } from './bundled-document.js'
import { explain } from './explain.js'
import { withOperationIds } from './operation-keys.js'
import { toScopesModule, type SecuredDocument } from './scopes-module.js'
import { toSdkModules } from './sdk-modules.js'
import { toToolError } from './tool-error.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const target = join(root, 'generated')
const source = join(root, 'openapi')
const document = join(source, 'openapi.yaml')

/** The generators' own command lines, run by this Node: no shell, so that it works the same on every system. */
const redocly = join(root, 'node_modules/@redocly/cli/bin/cli.js')
const openapiTypescript = join(root, 'node_modules/openapi-typescript/bin/cli.js')

const run = promisify(execFile)

async function runTool(script: string, args: readonly string[]): Promise<void> {
  const env = {
    ...process.env,
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    NO_COLOR: '1',
  }
  await run(process.execPath, [script, ...args], { cwd: root, env }).catch((cause: unknown) => {
    throw toToolError(cause)
  })
}

/** References are kept, never dereferenced: the server compiles them, and circular ones have no other form. */
async function bundleDocument(folder: string): Promise<string> {
  const output = join(folder, 'openapi.json')
  await runTool(redocly, ['bundle', document, '--output', output, '--config', join(root, 'redocly.yaml')])
  return output
}

/**
 * Files that `openapi.yaml` does not lead to. Every component has a file of its own, and a bundle holds only what is
 * referred to: lint never sees the others.
 */
async function findUnusedFiles(): Promise<readonly string[]> {
  const files = new Map([...(await readFolder(source))].filter(([path]) => path.endsWith('.yaml')))
  const used = new Set<string>()
  const visit = (path: string): void => {
    const text = files.get(path)
    if (text === undefined || used.has(path)) return
    used.add(path)
    // The reviver sees every member, wherever a reference may stand.
    parse(text, (key: unknown, value: unknown) => {
      if (key !== '$ref' || typeof value !== 'string') return value
      const [file = ''] = value.split('#', 1)
      if (file !== '') visit(posix.join(posix.dirname(path), file))
      return value
    })
  }
  visit('openapi.yaml')
  return [...files.keys()].filter((path) => !used.has(path))
}

/**
 * openapi-typescript takes every response header that is a reference for a required one (7.13). It gets a copy of the
 * bundle in which headers stand where they are used, and every operation has an operationId.
 */
function forServerTypes(text: string): string {
  const { components } = JSON.parse(text) as { components?: { headers?: Record<string, unknown> } }
  const prefix = '#/components/headers/'
  const placed: unknown = JSON.parse(text, (_key, value: unknown) => {
    const reference = typeof value === 'object' && value !== null && '$ref' in value ? value.$ref : undefined
    if (typeof reference !== 'string' || !reference.startsWith(prefix)) return value
    return components?.headers?.[reference.slice(prefix.length)] ?? value
  })
  return JSON.stringify(withOperationIds(placed as BundledDocument))
}

async function writeServerTypes(bundle: string, folder: string): Promise<void> {
  const input = `${folder}-types.json`
  try {
    await writeFile(input, forServerTypes(await readFile(bundle, 'utf8')))
    await runTool(openapiTypescript, [
      input,
      ...['--output', join(folder, 'server.d.ts')],
      ...['--redocly', join(root, '.config', 'redocly.types.yaml')],
      ...['--alphabetize', '--immutable', '--read-write-markers'],
    ])
  } finally {
    await rm(input, { force: true })
  }
}

async function writeClient(bundle: string, folder: string): Promise<void> {
  await createClient({
    input: bundle,
    output: {
      path: join(folder, 'client'),
      module: { extension: '.js' },
      // The bundled runtime does not hold under exactOptionalPropertyTypes; its declarations do.
      header: [
        '// @ts-nocheck',
        '// Generated from the OpenAPI document by `npm run generate`. Do not edit.',
      ],
    },
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
    logs: { level: 'silent', file: false },
  })
}

async function writeScopes(bundle: string, folder: string): Promise<void> {
  const parsed = JSON.parse(await readFile(bundle, 'utf8')) as SecuredDocument
  await writeFile(join(folder, 'scopes.ts'), toScopesModule(parsed))
}

async function writeSdk(bundle: string, folder: string): Promise<void> {
  const parsed = JSON.parse(await readFile(bundle, 'utf8')) as BundledDocument
  const calls = await readFile(join(folder, 'client', 'sdk.gen.ts'), 'utf8')
  await mkdir(join(folder, 'sdk'))
  for (const [name, text] of Object.entries(toSdkModules(parsed, calls))) {
    await writeFile(join(folder, 'sdk', name), text)
  }
}

async function generateInto(folder: string): Promise<void> {
  const bundle = await bundleDocument(folder)
  await Promise.all([
    writeServerTypes(bundle, folder),
    writeClient(bundle, folder),
    writeScopes(bundle, folder),
  ])
  await writeSdk(bundle, folder)
}

/** Path below the folder, with forward slashes -> bytes as text, in order of path. */
async function readFolder(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const files = await Promise.all(
    paths.map(async (path): Promise<[string, string]> => [
      relative(folder, path).split(sep).join('/'),
      await readFile(path, 'utf8'),
    ]),
  )
  return new Map(files)
}

type Change = 'new' | 'changed' | 'stale' | 'unchanged'

function compare(wanted: Map<string, string>, present: Map<string, string>): Map<string, Change> {
  const changes = new Map<string, Change>()
  for (const [path, text] of wanted) {
    const old = present.get(path)
    changes.set(path, old === undefined ? 'new' : old === text ? 'unchanged' : 'changed')
  }
  for (const path of present.keys()) if (!wanted.has(path)) changes.set(path, 'stale')
  return changes
}

async function apply(changes: Map<string, Change>, wanted: Map<string, string>): Promise<void> {
  for (const [path, change] of changes) {
    const file = join(target, path)
    if (change === 'stale') await rm(file)
    if (change === 'new' || change === 'changed') {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, wanted.get(path) ?? '')
    }
  }
}

async function main(check: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-generate-'))
  try {
    await generateInto(folder)
    const wanted = await readFolder(folder)
    const changes = compare(wanted, await readFolder(target))
    const drift = [...changes].filter(([, change]) => change !== 'unchanged')

    if (!check) await apply(changes, wanted)
    for (const [path, change] of check ? drift : changes) console.log(`${change.padEnd(9)} generated/${path}`)
    const unused = await findUnusedFiles()
    if (unused.length > 0) {
      console.error('nothing in the document refers to these files: remove them')
      for (const path of unused) console.error(`  openapi/${path}`)
      if (check) process.exitCode = 1
    }
    if (check && drift.length > 0) {
      console.error('generated/ does not follow from openapi/: run `npm run generate` and commit the result')
      process.exitCode = 1
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

try {
  await main(process.argv.includes('--check'))
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
