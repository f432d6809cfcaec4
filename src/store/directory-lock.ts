import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { StoreError } from './store-error.js'

/** Who holds a directory, as the lock file beside it says. */
interface Holder {
  readonly pid: number
  readonly host: string
}

/** Locks of this process: its own id in a lock file is otherwise that of an earlier process, as in a container. */
const held = new Set<string>()

/**
 * Takes `<directory>.lock` for this process and resolves to a function that gives it back. The lock of a process that has
 * ended on this host is taken over; whether one on another host has ended cannot be known, so its lock stands.
 *
 * @throws {StoreError} `data_directory_locked`, naming process, host and file
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = `${resolve(directory)}.lock`
  if (held.has(path)) throw lockedBy({ pid: process.pid, host: hostname() }, directory, path)
  held.add(path)
  try {
    await take(path, directory)
  } catch (error) {
    held.delete(path)
    throw error
  }
  return async () => {
    if (held.delete(path)) await rm(path, { force: true })
  }
}

async function take(path: string, directory: string): Promise<void> {
  const own = `${path}.${randomUUID()}`
  await writeFile(own, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder), {
    flush: true,
  })
  try {
    // `link` fails when the name exists and shows the file only with its content: nobody reads half a lock.
    while (!(await succeeds(link(own, path), 'EEXIST'))) {
      const found = await read(path)
      if (found === undefined) continue
      if (isAlive(found.holder)) throw lockedBy(found.holder, directory, path)
      await remove(path, found.text, directory)
    }
  } finally {
    await rm(own, { force: true })
  }
}

/**
 * Removes a lock whose holder has ended. Somebody else may have done so and locked meanwhile, so it is moved aside first
 * and put back unless it is the one that was read.
 */
async function remove(path: string, stale: string, directory: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  if (!(await succeeds(rename(path, aside), 'ENOENT'))) return
  const moved = await read(aside)
  try {
    if (moved === undefined || moved.text === stale) return
    await succeeds(link(aside, path), 'EEXIST')
    throw lockedBy(moved.holder, directory, path)
  } finally {
    await rm(aside, { force: true })
  }
}

async function read(path: string): Promise<{ text: string; holder: Holder } | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    return { text, holder: JSON.parse(text) as Holder }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !hasCode(error, 'ESRCH')
  }
}

function lockedBy({ pid, host }: Holder, directory: string, path: string): StoreError {
  return new StoreError(
    'data_directory_locked',
    `The database in ${directory} is in use by process ${pid} on ${host}, and only one process at a time can have it open. ` +
      `Stop that process, or set DATA_DIR or DATABASE_URL; if it has ended, delete ${path}.`,
  )
}

async function succeeds(attempt: Promise<unknown>, unlessCode: string): Promise<boolean> {
  try {
    await attempt
    return true
  } catch (error) {
    if (hasCode(error, unlessCode)) return false
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
