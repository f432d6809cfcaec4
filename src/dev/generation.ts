import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

import type { State } from './state-folder.js'

/** Folders by path. */
export interface GenerationFolders {
  /** The document's sources. */
  readonly openapi: string
  /** What is generated from them. */
  readonly generated: string
}

/** Tells whether `generated/` has to be made anew. */
export interface GenerationCheck {
  /** A digest of the sources where they changed since the last generation, else `undefined`. */
  readonly findChange: () => Promise<string | undefined>
  /** To be told of each generation that succeeded, with the digest it began with. */
  readonly remember: (digest: string) => Promise<void>
}

/** A clone writes all files within moments of each other, in any order. */
const cloneMs = 60_000

/**
 * By the content of the sources: the generator leaves files alone that stay the same, so their times say little. Only
 * where no generation is remembered, times decide: a fresh clone is taken to be in step, as CI sees to.
 */
export function createGenerationCheck(folders: GenerationFolders, state: State): GenerationCheck {
  const remember = (digest: string) => state.write('generation', { digest })
  return {
    remember,
    async findChange() {
      const files = await listFiles(folders.openapi)
      const digest = await digestOf(folders.openapi, files)
      const last = (await state.read('generation')) as { digest?: string } | undefined
      if (last !== undefined) return last.digest === digest ? undefined : digest
      const newestSource = Math.max(...(await timesOf(files)))
      const newestResult = Math.max(...(await timesOf(await listFiles(folders.generated))))
      if (newestSource > newestResult + cloneMs) return digest
      await remember(digest)
      return undefined
    },
  }
}

/** In order of path; none where there is no such folder. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function digestOf(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files.filter((path) => path.endsWith('.yaml'))) {
    const content = await readFile(file)
    hash.update(`${relative(folder, file).split(sep).join('/')}\0${content.byteLength}\0`).update(content)
  }
  return hash.digest('hex')
}

/** Milliseconds since the epoch. */
async function timesOf(files: readonly string[]): Promise<number[]> {
  return Promise.all(files.map(async (file) => (await stat(file)).mtimeMs))
}
