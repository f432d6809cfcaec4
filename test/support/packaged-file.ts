import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/* Single files of npm packages that are no dependencies: they are fetched when the tests that need them run. */

export interface PackagedFile {
  /** Name and exact version. */
  readonly package: string
  /** What the packed package is, as the registry tells it: `sha512-…`. */
  readonly integrity: string
  /** Where the file is in the package. */
  readonly path: string
}

/** The package cannot be had now, which says nothing of what would be tested. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** Some packages unpack to hundreds of megabytes, so the packed ones are kept, and only these files taken out. */
const cache = fileURLToPath(new URL('../../node_modules/.cache/packages/', import.meta.url))

const run = promisify(execFile)

/**
 * The path of the file, which keeps its mode. Throws `UnreachableError` where npm cannot get the package, and another
 * error where what it gets is not that package.
 */
export async function fetchPackagedFile({ package: name, integrity, path }: PackagedFile): Promise<string> {
  const folder = join(cache, name.replaceAll(/[^\w.@-]/g, '_'))
  const file = join(folder, 'package', path)
  if (await exists(file)) return file
  await mkdir(folder, { recursive: true })
  const packed = join(folder, 'package.tgz')
  let packing = packings.get(name)
  if (!packing) packings.set(name, (packing = pack(name, integrity, folder, packed)))
  await packing
  // A file is there whole or not at all.
  const scratch = await mkdtemp(join(folder, 'unpacking-'))
  await run('tar', ['-xzf', packed, '-C', scratch, `package/${path}`])
  await mkdir(dirname(file), { recursive: true })
  await rename(join(scratch, 'package', path), file)
  await rm(scratch, { recursive: true })
  return file
}

/** Many files are in one package. */
const packings = new Map<string, Promise<void>>()

async function pack(name: string, integrity: string, folder: string, packed: string): Promise<void> {
  if (await exists(packed)) return
  const scratch = await mkdtemp(join(folder, 'packing-'))
  try {
    const tarball = await download(name, scratch)
    const digest = `sha512-${createHash('sha512')
      .update(await readFile(tarball))
      .digest('base64')}`
    if (digest !== integrity) throw new Error(`${name} is ${digest}, and not ${integrity}`)
    await rename(tarball, packed)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function download(name: string, folder: string): Promise<string> {
  try {
    // What npm has in its own cache outlives `npm ci`.
    const args = ['pack', name, '--loglevel=error', '--prefer-offline', '--pack-destination', folder]
    const { stdout } = await run('npm', args, { cwd: folder, timeout: 60_000 })
    return join(folder, basename(stdout.trim()))
  } catch (error) {
    const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string }
    // After what went wrong npm says where in npm.
    const why = (stderr || message).split('\n').slice(0, 4).join('\n')
    throw new UnreachableError(`npm cannot get ${name}: ${why}`, { cause: error })
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
