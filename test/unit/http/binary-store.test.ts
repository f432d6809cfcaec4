import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBinaryStore, type BinaryStore } from '../../../src/http/binary-store.js'
import { inChunks } from '../../support/bodies.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binary-store-'))
})
afterAll(() => rm(folder, { recursive: true }))

const pattern = (size: number, seed = 0): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, at) => (at + seed) % 251))

describe('what is kept', () => {
  it.each([
    { size: 0, chunk: 1 },
    { size: 100, chunk: 7 },
    { size: 101, chunk: 101 },
    { size: 200_000, chunk: 1_000 },
    { size: 200_000, chunk: 200_000 },
  ])('of $size bytes in chunks of $chunk can be read again and again', async ({ size, chunk }) => {
    const store = createBinaryStore({ memoryBytes: 100, folder })
    const bytes = pattern(size)
    const kept = await store.keep(inChunks(bytes, chunk))
    expect(kept.size).toBe(size)
    expect(bytes.equals(await kept.bytes())).toBe(true)
    const streams = await Promise.all([buffer(kept.stream()), buffer(kept.stream())])
    expect(streams.every((read) => bytes.equals(read))).toBe(true)
    await store.discard()
  })

  it('one behind the other does not mix', async () => {
    const store = createBinaryStore({ memoryBytes: 50, folder })
    const all = [10, 5_000, 30, 20, 0, 70_000].map(pattern)
    const kept = []
    for (const bytes of all) kept.push(await store.keep(inChunks(bytes, 9)))
    const read = await Promise.all(kept.map((one) => one.bytes()))
    expect(read.map((bytes, index) => all[index]?.equals(bytes))).toEqual(all.map(() => true))
    await store.discard()
  })

  it('stays in memory within the limit of the request, and goes to disk past it', async () => {
    const store = createBinaryStore({ memoryBytes: 100, folder: '/no/such/folder' })
    await store.keep(inChunks(pattern(60), 10))
    await store.keep(inChunks(pattern(40), 10))
    await expect(store.keep(inChunks(pattern(1), 1))).rejects.toThrow('ENOENT')
  })

  it('has no name in the folder, so that nothing is left behind', async () => {
    const store = createBinaryStore({ memoryBytes: 0, folder })
    const kept = await store.keep(inChunks(pattern(10), 10))
    expect(await readdir(folder)).toEqual([])
    expect((await kept.bytes()).length).toBe(10)
    await store.discard()
  })

  const discarding = async (
    memoryBytes: number,
  ): Promise<readonly [BinaryStore, Awaited<ReturnType<BinaryStore['keep']>>]> => {
    const store = createBinaryStore({ memoryBytes, folder })
    return [store, await store.keep(inChunks(pattern(100_000), 10_000))]
  }

  it.each([{ memoryBytes: 0 }, { memoryBytes: Infinity }])(
    'is gone once it is discarded (in memory: $memoryBytes)',
    async ({ memoryBytes }) => {
      const [store, kept] = await discarding(memoryBytes)
      const begun = kept.stream().iterator()
      await begun.next()
      await store.discard()
      await store.discard()
      await expect(kept.bytes()).rejects.toThrow('the request is over')
      await expect(buffer(kept.stream())).rejects.toThrow('the request is over')
      await expect(store.keep(inChunks(pattern(1), 1))).rejects.toThrow('the request is over')
    },
  )

  it.each([{ turns: 0 }, { turns: 5 }, { turns: 10 }])(
    'is not kept where the request ends while it arrives ($turns turns behind)',
    async ({ turns }) => {
      const store = createBinaryStore({ memoryBytes: 0, folder })
      const keeping = store.keep(inChunks(pattern(10), 10))
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      const outcome = expect(keeping).rejects.toThrow('the request is over')
      await store.discard()
      await outcome
    },
  )
})
