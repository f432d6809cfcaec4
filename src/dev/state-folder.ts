import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { DevelopmentError } from './development-error.js'

/** What outlives a restart, as named JSON values. */
export interface State {
  /** `undefined` where nothing has been written under this name. Throws `DevelopmentError` where it cannot be read. */
  readonly read: (name: string) => Promise<unknown>
  /** Resolves once the value is kept. */
  readonly write: (name: string, value: unknown) => Promise<void>
}

/** State in a folder of its own, one `<name>.json` each. The files hold keys and secrets: only their owner may read them. */
export function createStateFolder(folder: string): State {
  const fileOf = (name: string) => join(folder, `${name}.json`)
  return {
    async read(name) {
      const file = fileOf(name)
      let text: string
      try {
        text = await readFile(file, 'utf8')
      } catch (cause) {
        if (isMissing(cause)) return undefined
        throw new DevelopmentError('state', `${file} cannot be read. Make it readable, or delete it.`, {
          cause,
        })
      }
      try {
        return JSON.parse(text) as unknown
      } catch (cause) {
        throw new DevelopmentError('state', `${file} is not JSON. Delete it to start afresh.`, { cause })
      }
    },
    async write(name, value) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await replaceFile(fileOf(name), `${JSON.stringify(value, undefined, 2)}\n`)
    },
  }
}

/** State that ends with the process. */
export function createMemoryState(): State {
  const values = new Map<string, string>()
  return {
    read(name) {
      const text = values.get(name)
      return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as unknown))
    },
    write(name, value) {
      values.set(name, JSON.stringify(value))
      return Promise.resolve()
    },
  }
}

/** Beside it first, then renamed over it: a reader, or a crash half-way, meets the old file or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
