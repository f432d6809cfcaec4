import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

export interface InstalledClient {
  /** Folder of the project that installed it. */
  readonly folder: string
  /** Folder of the installed package. */
  readonly packageFolder: string
  readonly remove: () => Promise<void>
}

/**
 * Packs the client and installs the tarball, without a registry, into a copy of a project in a new temporary folder.
 * Rejects with what the tools say.
 */
export async function installPackedClient(project: URL): Promise<InstalledClient> {
  const work = await mkdtemp(join(tmpdir(), 'gatehouse-consumer-'))
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')
  await run(process.execPath, [tsx, 'src/dev/sdk-pack.ts', join(work, 'packed')], { cwd: root })
  const packed = await readdir(join(work, 'packed'))
  const tarball = join(work, 'packed', packed.find((name) => name.endsWith('.tgz')) ?? '')
  const manifest = await readFile(join(work, 'packed/sdk/package.json'), 'utf8')
  const { name } = JSON.parse(manifest) as { name: string }

  const folder = join(work, 'project')
  await cp(fileURLToPath(project), folder, { recursive: true })
  const offline = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', ['install', ...offline, tarball], { cwd: folder })
  const packageFolder = join(folder, 'node_modules', name)
  return { folder, packageFolder, remove: () => rm(work, { recursive: true, force: true }) }
}

/** Names of the packages that a project has installed. */
export async function installedPackages(folder: string): Promise<readonly string[]> {
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as { packages: object }
  return Object.keys(lock.packages).filter((path) => path !== '')
}

/** Paths of all files below a folder. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
