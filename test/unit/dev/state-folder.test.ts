import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createMemoryState, createStateFolder } from '../../../src/dev/state-folder.js'

let base: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'gatehouse-state-'))
})

afterEach(() => rm(base, { recursive: true, force: true }))

describe.each([
  { kind: 'a folder', create: () => createStateFolder(join(base, 'issuer')) },
  { kind: 'memory', create: createMemoryState },
])('state in $kind', ({ create }) => {
  it('gives back what was written last, and nothing before', async () => {
    const state = create()
    expect(await state.read('keys')).toBeUndefined()
    await state.write('keys', { a: 1 })
    await state.write('keys', { a: 2, b: ['ü'] })
    expect(await state.read('keys')).toEqual({ a: 2, b: ['ü'] })
    expect(await state.read('others')).toBeUndefined()
  })

  it('does not share objects with its users', async () => {
    const state = create()
    const value = { list: [1] }
    await state.write('value', value)
    value.list.push(2)
    expect(await state.read('value')).toEqual({ list: [1] })
  })
})

describe('a state folder', () => {
  it.skipIf(process.platform === 'win32')('lets only its owner read what it keeps', async () => {
    const folder = join(base, 'issuer')
    await createStateFolder(folder).write('keys', { secret: true })
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, 'keys.json'))).mode & 0o777).toBe(0o600)
  })

  it('is whole after many writes at once, and leaves no drafts behind', async () => {
    const state = createStateFolder(base)
    const values = Array.from({ length: 20 }, (_, index) => ({ index, padding: 'x'.repeat(10_000) }))
    await Promise.all(values.map((value) => state.write('records', value)))
    expect(values).toContainEqual(JSON.parse(await readFile(join(base, 'records.json'), 'utf8')))
    expect(await readdir(base)).toEqual(['records.json'])
  })

  it('names the file that is not JSON and what to do', async () => {
    await writeFile(join(base, 'keys.json'), '{"keys":')
    await expect(createStateFolder(base).read('keys')).rejects.toMatchObject({
      code: 'state',
      message: `${join(base, 'keys.json')} is not JSON. Delete it to start afresh.`,
    })
  })

  it.skipIf(process.getuid?.() === 0)('names the file that cannot be read', async () => {
    await writeFile(join(base, 'keys.json'), '{}')
    await chmod(join(base, 'keys.json'), 0)
    await expect(createStateFolder(base).read('keys')).rejects.toMatchObject({ code: 'state' })
  })

  it('says so where a folder has the name of a file', async () => {
    await createStateFolder(join(base, 'keys.json')).write('inner', 1)
    await expect(createStateFolder(base).read('keys')).rejects.toMatchObject({
      code: 'state',
      message: expect.stringContaining('cannot be read'),
    })
  })
})
