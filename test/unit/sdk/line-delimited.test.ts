import { describe, expect, it } from 'vitest'
import { createLineUpload, readLines } from '../../../src/sdk/line-delimited.js'

/** A stream that gives so many bytes at a time. */
function inPieces(text: string, bytes: number): ReadableStream<Uint8Array> {
  const rest = [...Buffer.from(text)]
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (rest.length === 0) controller.close()
      else controller.enqueue(Uint8Array.from(rest.splice(0, bytes)))
    },
  })
}

const asIs = (cause: unknown): unknown => cause

async function collect<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = []
  for await (const value of values) collected.push(value)
  return collected
}

describe('readLines', () => {
  it.each([
    { title: 'lines', given: '1\n2\n', want: [1, 2] },
    { title: 'a last line without its end', given: '{"a":1}\n{"b":2}', want: [{ a: 1 }, { b: 2 }] },
    { title: 'empty lines and carriage returns', given: '\n1\r\n\r\n \n2\n', want: [1, 2] },
    { title: 'text beyond ASCII', given: '"é"\n"🔩"\n', want: ['é', '🔩'] },
    { title: 'a line break inside of a value', given: '"a\\nb"\n', want: ['a\nb'] },
    { title: 'nothing', given: '', want: [] },
  ])('reads $title, whichever way they are cut', async ({ given, want }) => {
    for (const bytes of [1, 2, 3, 1000])
      expect(await collect(readLines(inPieces(given, bytes), asIs))).toEqual(want)
  })

  it('fails at a line that is no JSON, after those before it', async () => {
    const lines = readLines(inPieces('1\n{\n', 2), asIs)
    expect(await lines.next()).toEqual({ done: false, value: 1 })
    await expect(lines.next()).rejects.toThrow(SyntaxError)
  })
})

describe('createLineUpload', () => {
  it('writes what readLines reads', async () => {
    const values = [{ a: 'b\nc' }, 'é', 3]
    const lines = values.map((value) => JSON.stringify(value)).join('\n')
    const { stream } = createLineUpload(readLines(inPieces(lines, 5), asIs))
    expect(await collect(readLines(stream, asIs))).toEqual(values)
  })

  it('ends the iterable when nobody reads on', async () => {
    let isEnded = false
    const endless: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 }),
        return: () => {
          isEnded = true
          return Promise.resolve({ done: true, value: undefined })
        },
      }),
    }
    await createLineUpload(endless).stream.cancel()
    expect(isEnded).toBe(true)
  })
})
