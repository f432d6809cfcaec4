import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDirectory } from '../../../src/store/directory-lock.js'

let folder: string
let directory: string
let claims: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-lock-'))
  directory = join(folder, 'postgres')
  claims = `${directory}.lock`
  await mkdir(claims)
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const leave = (pid: number, host = hostname()): Promise<void> =>
  writeFile(join(claims, `${pid}@${encodeURIComponent(host)}#left`), '')
const atOnce = { attempts: 1 }
const own = expect.stringMatching(`^${process.pid}@${hostname()}#`)

/** A process id that was alive a moment ago. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid

describe('the lock of a directory', () => {
  it('names this process while it is held, and nobody afterwards', async () => {
    const unlock = await lockDirectory(directory)
    expect(await readdir(claims)).toEqual([own])
    await unlock()
    expect(await readdir(claims)).toEqual([])
  })

  it('is refused to this process a second time, however the path is written', async () => {
    const unlock = await lockDirectory(directory)
    await expect(lockDirectory(join(folder, 'x', '..', 'postgres'))).rejects.toMatchObject({
      code: 'data_directory_locked',
    })
    expect(await readdir(claims)).toEqual([own])
    await unlock()
    await (
      await lockDirectory(directory)
    )()
  })

  it('is refused while another process lives, with its id and what to do', async () => {
    await leave(process.ppid)
    const refused = lockDirectory(directory, atOnce)
    await expect(refused).rejects.toThrow(`process ${process.ppid} on ${hostname()}`)
    await expect(refused).rejects.toThrow(/Stop that process, or set DATA_DIR or DATABASE_URL/)
    expect(await readdir(claims)).toEqual([`${process.ppid}@${hostname()}#left`])
  })

  it('is refused where another host claims it, whose processes cannot be seen from here', async () => {
    await leave(deadPid(), 'else/where')
    await expect(lockDirectory(directory, atOnce)).rejects.toThrow(/on else\/where.*delete .*else%2Fwhere/)
  })

  it('is had when the other process ends while it is waited for', async () => {
    await leave(process.ppid)
    const unlock = await lockDirectory(directory, {
      attempts: 3,
      wait: () => rm(join(claims, `${process.ppid}@${hostname()}#left`)),
    })
    expect(await readdir(claims)).toEqual([own])
    await unlock()
  })

  const stale = [
    { given: 'a process that has ended', pid: deadPid },
    { given: 'an earlier process with the id of this one, as in a container', pid: () => process.pid },
  ]
  it.each(stale)('is taken over from $given', async ({ pid }) => {
    await leave(pid())
    const unlock = await lockDirectory(directory, atOnce)
    expect(await readdir(claims)).toEqual([own])
    await unlock()
    expect(await readdir(claims)).toEqual([])
  })

  it('can be tried again by a process that was refused', async () => {
    await leave(process.ppid)
    await expect(lockDirectory(directory, atOnce)).rejects.toThrow()
    await rm(claims, { recursive: true })
    const unlock = await lockDirectory(directory, atOnce)
    expect(await readdir(claims)).toEqual([own])
    await unlock()
  })

  it('is had by one of several processes that start together, and by the next once that one is killed', async () => {
    await leave(deadPid())
    const processes = await Promise.all(Array.from({ length: 4 }, () => startHolder()))
    const answers = await Promise.all(processes.map((holder) => holder.try()))
    const [winner] = processes.filter((_, index) => answers[index] === 'held')
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1)
    for (const answer of answers.filter((other) => other !== 'held')) {
      expect(answer).toMatch(/is in use by process \d+ on/)
    }
    await expect(lockDirectory(directory, atOnce)).rejects.toThrow(`process ${winner?.pid} on`)
    await Promise.all(processes.map((holder) => holder.kill()))
    await (
      await lockDirectory(directory, atOnce)
    )()
  }, 60_000)
})

interface Holder {
  readonly pid: number | undefined
  try(): Promise<string>
  kill(): Promise<unknown>
}

async function startHolder(): Promise<Holder> {
  const script = fileURLToPath(new URL('../../support/hold-directory.ts', import.meta.url))
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    process.execPath,
    ['--import', 'tsx', script, directory],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  await lines.next()
  return {
    pid: child.pid,
    async try() {
      child.stdin.write('go\n')
      return String((await lines.next()).value)
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
