import { describe, expect, it } from 'vitest'
import { MultipartError, readParts } from '../../../../src/contract/bodies/multipart-parts.js'
import { inChunks, multipart } from '../../../support/bodies.js'

const nearly = '\r\n--X\r\n--\r\r\n-\r\n--XY'
const parts = [
  { name: 'a', value: 'x' },
  { name: 'empty', value: '' },
  { name: 'nearly', value: nearly, filename: 'f', type: 'text/plain' },
  { name: 'last', value: '\r\n' },
]
const whole = Buffer.concat([Buffer.from('preamble\r\n'), multipart(parts), Buffer.from('epilogue')])

async function read(chunks: AsyncIterable<Uint8Array>): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = []
  for await (const { headers, chunks: content } of readParts(chunks, 'XX', 10)) {
    const bytes: Uint8Array[] = []
    for await (const chunk of content) bytes.push(chunk)
    const [name = ''] = /(?<=name=")[^"]*/.exec(headers['content-disposition']?.[0] ?? '') ?? []
    found.push([name, Buffer.concat(bytes).toString()])
  }
  return found
}

const want = parts.map(({ name, value }) => [name, value])

describe('the parts of a body', () => {
  it('are the same wherever it is split', async () => {
    async function* split(at: number): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, at)
      yield whole.subarray(at)
    }
    for (let at = 0; at <= whole.length; at++) expect(await read(split(at)), `split at ${at}`).toEqual(want)
  })

  it.each([1, 2, 3, 7])('are the same in chunks of %i bytes', async (size) => {
    expect(await read(inChunks(whole, size))).toEqual(want)
  })

  it('have their header names in lower case, and every value', async () => {
    const sent = multipart([{ name: 'a', headers: ['X-One: 1', 'x-one:  ü ', 'X-Two: 2'] }])
    for await (const { headers, chunks } of readParts(inChunks(sent, 10), 'XX', 10)) {
      for await (const _ of chunks);
      expect(headers).toEqual({
        'content-disposition': ['form-data; name="a"'],
        'x-one': ['1', 'ü'],
        'x-two': ['2'],
      })
    }
  })

  it('come while the body is still arriving', async () => {
    let sent = 0
    async function* slow(): AsyncGenerator<Uint8Array> {
      for (const byte of whole) {
        sent++
        yield Uint8Array.of(byte)
      }
    }
    for await (const part of readParts(slow(), 'XX', 10)) {
      expect(sent).toBeLessThan(whole.length / 2)
      for await (const _ of part.chunks) break
      break
    }
  })

  it('pass on what breaks the body off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 60)
      throw new Error('gone')
    }
    await expect(read(broken())).rejects.toThrow('gone')
    await expect(read(inChunks(whole.subarray(0, 60), 60))).rejects.toThrow(MultipartError)
  })
})
