import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDirectory } from '../../../src/store/directory-lock.js'

let folder: string
let directory: string
let lockFile: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-lock-'))
  directory = join(folder, 'postgres')
  lockFile = `${directory}.lock`
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const leave = (holder: object): Promise<void> => writeFile(lockFile, JSON.stringify(holder))
const holder = async (): Promise<unknown> => JSON.parse(await readFile(lockFile, 'utf8'))
const own = { pid: process.pid, host: hostname() }

/** A process id that was alive a moment ago. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid

describe('the lock of a directory', () => {
  it('names this process while it is held, and is gone afterwards', async () => {
    const unlock = await lockDirectory(directory)
    expect(await holder()).toEqual(own)
    await unlock()
    expect(await readdir(folder)).toEqual([])
  })

  it('is refused to this process a second time, however the path is written', async () => {
    const unlock = await lockDirectory(directory)
    await expect(lockDirectory(join(folder, 'x', '..', 'postgres'))).rejects.toMatchObject({
      code: 'data_directory_locked',
    })
    await unlock()
    await (
      await lockDirectory(directory)
    )()
  })

  it('is refused while another process lives, with its id and what to do', async () => {
    await leave({ pid: process.ppid, host: hostname() })
    const refused = lockDirectory(directory)
    await expect(refused).rejects.toThrow(`process ${process.ppid} on ${hostname()}`)
    await expect(refused).rejects.toThrow(/Stop that process, or set DATA_DIR or DATABASE_URL/)
    expect(await holder()).toEqual({ pid: process.ppid, host: hostname() })
    expect(await readdir(folder)).toEqual(['postgres.lock'])
  })

  it('is refused while a process of another user lives', async () => {
    await leave({ pid: 1, host: hostname() })
    await expect(lockDirectory(directory)).rejects.toThrow(`process 1 on`)
  })

  it('is refused where another host left it, whose processes cannot be seen from here', async () => {
    await leave({ pid: deadPid(), host: 'elsewhere' })
    await expect(lockDirectory(directory)).rejects.toThrow(/on elsewhere.*delete .*postgres\.lock/)
  })

  const stale = [
    { given: 'a process that has ended', pid: deadPid },
    { given: 'an earlier process with the id of this one, as in a container', pid: () => process.pid },
  ]
  it.each(stale)('is taken over from $given', async ({ pid }) => {
    await leave({ pid: pid(), host: hostname() })
    const unlock = await lockDirectory(directory)
    expect(await holder()).toEqual(own)
    await unlock()
    expect(await readdir(folder)).toEqual([])
  })

  it('can be tried again by a process that was refused', async () => {
    await leave({ pid: process.ppid, host: hostname() })
    await expect(lockDirectory(directory)).rejects.toThrow()
    await rm(lockFile)
    const unlock = await lockDirectory(directory)
    expect(await holder()).toEqual(own)
    await unlock()
  })
})
