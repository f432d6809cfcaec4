/** Values -> line-delimited JSON, taken from the iterable as fast as they can be sent. */
export function toLineStream(values: AsyncIterable<unknown>): ReadableStream<Uint8Array> {
  const iterator = values[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next()
      if (next.done === true) controller.close()
      else controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

/**
 * Line-delimited JSON -> values, as they arrive. Leaving the loop early abandons the rest. Empty lines are skipped.
 * `refuse`: the error that a line stands for that is no JSON.
 */
export async function* readLines(
  stream: ReadableStream<Uint8Array>,
  refuse: (cause: unknown) => unknown,
): AsyncGenerator<unknown, void, undefined> {
  // Not `for await`: browsers differ in whether a ReadableStream is iterable.
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n')
      rest = done ? '' : (lines.pop() ?? '')
      for (const line of lines) if (line.trim() !== '') yield parseLine(line, refuse)
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function parseLine(line: string, refuse: (cause: unknown) => unknown): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw refuse(cause)
  }
}
