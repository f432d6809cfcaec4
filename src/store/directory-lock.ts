import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StoreError } from './store-error.js'

export interface LockOptions {
  /** How often to try in all, so that a process that is ending may end. Default: 10. */
  readonly attempts?: number
  /** Waits before another try, milliseconds. Default: a timer. */
  readonly wait?: (ms: number) => Promise<unknown>
}

/** The wait before another try is up to this long; by chance, so that two who started together part. */
const longestWaitMs = 200

/** Who claims a directory, as the name of the claim says. */
interface Claimant {
  readonly pid: number
  readonly host: string
}

/** What this process holds: any other claim under its id is that of an earlier process, as in a container. */
const held = new Set<string>()

/**
 * Takes a directory for this process and resolves to a function that gives it back.
 *
 * Everybody puts a file of its own into `<directory>.lock/`, looks for others after that, and steps back when it sees one
 * that is alive. Of two, the one that looks last sees the other, so never do both go on; and what ended processes leave is
 * removed by names that nobody else has. One lock file could be mistaken for the stale one by a third who removes it.
 *
 * Whether a process on another host has ended cannot be known, so its claim stands.
 *
 * @throws {StoreError} `data_directory_locked`, naming process, host and file
 */
export async function lockDirectory(
  directory: string,
  options: LockOptions = {},
): Promise<() => Promise<void>> {
  const { attempts = 10, wait = delay } = options
  const path = resolve(directory)
  const folder = `${path}.lock`
  const self: Claimant = { pid: process.pid, host: hostname() }
  if (held.has(path)) throw lockedBy(self, path, folder)
  held.add(path)
  try {
    await mkdir(folder, { recursive: true })
    const claim = `${toName(self)}#${randomUUID()}`
    for (let attempt = 1; ; attempt += 1) {
      await writeFile(join(folder, claim), '')
      const other = await findOther(folder, claim)
      if (other === undefined) {
        return async () => {
          await rm(join(folder, claim), { force: true })
          held.delete(path)
        }
      }
      await rm(join(folder, claim), { force: true })
      if (attempt === attempts) throw lockedBy(other, path, folder)
      await wait(Math.random() * longestWaitMs)
    }
  } catch (error) {
    held.delete(path)
    throw error
  }
}

/** Another claim whose process lives, if there is one. */
async function findOther(folder: string, own: string): Promise<Claimant | undefined> {
  for (const name of await readdir(folder)) {
    const claimant = parseName(name)
    if (name === own || claimant === undefined) continue
    if (isAlive(claimant)) return claimant
    await rm(join(folder, name), { force: true })
  }
  return undefined
}

function toName({ pid, host }: Claimant): string {
  return `${pid}@${encodeURIComponent(host)}`
}

function parseName(name: string): Claimant | undefined {
  const [, pid, host] = /^(\d+)@([^#]+)#/.exec(name) ?? []
  return pid === undefined || host === undefined
    ? undefined
    : { pid: Number(pid), host: decodeURIComponent(host) }
}

function isAlive({ pid, host }: Claimant): boolean {
  if (host !== hostname()) return true
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It lives and is another user's when it may not be signalled (EPERM).
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

function lockedBy(claimant: Claimant, directory: string, folder: string): StoreError {
  const { pid, host } = claimant
  return new StoreError(
    'data_directory_locked',
    `The database in ${directory} is in use by process ${pid} on ${host}, and only one process at a time can have it open. ` +
      `Stop that process, or set DATA_DIR or DATABASE_URL; if it has ended, delete ${join(folder, toName(claimant))}*.`,
  )
}
