import { randomUUID } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { KeepBytes, KeptBytes } from '../contract/bodies/binary-content.js'

export interface BinaryStoreOptions {
  /** What stays in memory; what is more goes to disk. */
  readonly memoryBytes: number
  /** Folder for what goes to disk. */
  readonly folder: string
}

/** Keeps the files of one request until it is over. */
export interface BinaryStore {
  readonly keep: KeepBytes
  /** Removes everything; whoever still reads gets an error. */
  readonly discard: () => Promise<void>
}

const chunkBytes = 65_536

/**
 * All that goes to disk goes to one file, whose name is removed before anything is written to it: the system frees it when
 * the process closes it, or ends in whatever way.
 */
export function createBinaryStore({ memoryBytes, folder }: BinaryStoreOptions): BinaryStore {
  let inMemory = 0
  let file: FileHandle | undefined
  let end = 0
  let discarded = false

  const assertKept = (): void => {
    if (discarded) throw new Error('the request is over, and its files are gone')
  }

  const append = async (chunk: Uint8Array): Promise<void> => {
    if (!file) {
      const path = join(folder, `gatehouse-${randomUUID()}`)
      file = await open(path, 'wx+', 0o600)
      await unlink(path)
    }
    // The request may have ended while the file was opened.
    if (discarded) await file.close()
    assertKept()
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, written, chunk.length - written, end)
      written += bytesWritten
      end += bytesWritten
    }
  }

  async function* readFile(start: number, size: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < start + size;) {
      assertKept()
      const length = Math.min(chunkBytes, start + size - at)
      const read = await file?.read(Buffer.allocUnsafe(length), 0, length, at)
      if (!read || read.bytesRead === 0)
        throw new Error('a file of a request is shorter than what was written')
      yield read.buffer.subarray(0, read.bytesRead)
      at += read.bytesRead
    }
  }

  function* readMemory(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
    for (const chunk of chunks) {
      assertKept()
      yield chunk
    }
  }

  const kept = (size: number, read: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>): KeptBytes => ({
    size,
    stream: () => Readable.from(read(), { objectMode: false }),
    async bytes() {
      assertKept()
      const all = Buffer.allocUnsafe(size)
      let at = 0
      for await (const chunk of read()) {
        all.set(chunk, at)
        at += chunk.length
      }
      return all
    },
  })

  return {
    async keep(chunks) {
      const held: Uint8Array[] = []
      let size = 0
      let start: number | undefined
      for await (const chunk of chunks) {
        assertKept()
        size += chunk.length
        if (start === undefined && inMemory + chunk.length <= memoryBytes) {
          inMemory += chunk.length
          held.push(chunk)
          continue
        }
        if (start === undefined) {
          start = end
          for (const first of held.splice(0)) {
            inMemory -= first.length
            await append(first)
          }
        }
        await append(chunk)
      }
      const from = start
      return from === undefined ? kept(size, () => readMemory(held)) : kept(size, () => readFile(from, size))
    },
    async discard() {
      if (discarded) return
      discarded = true
      await file?.close()
    },
  }
}
