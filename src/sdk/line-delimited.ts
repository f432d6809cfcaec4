/** An iterable on its way to the service. */
export interface LineUpload {
  /** Line-delimited JSON, taken from the iterable as fast as it can be sent. */
  readonly stream: ReadableStream<Uint8Array>
  /** What the iterable threw, or why a value is no JSON; `undefined` where all went well. */
  readonly failure: () => { readonly cause: unknown } | undefined
  /**
   * Lets go of the iterable, and breaks the stream where it is not over: what was sent must not pass for all. Node's
   * `fetch` would read on, for nobody, when it is aborted.
   */
  readonly abandon: () => void
}

export function createLineUpload(values: AsyncIterable<unknown> | Iterable<unknown>): LineUpload {
  const iterator = Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]()
  const encoder = new TextEncoder()
  let isOver = false
  let failure: { readonly cause: unknown } | undefined
  let breakOff = (): void => undefined

  const end = async () => iterator.return?.()
  const nextLine = async (): Promise<Uint8Array | undefined> => {
    try {
      const next = await iterator.next()
      isOver = next.done === true
      return isOver ? undefined : encoder.encode(`${JSON.stringify(next.value)}\n`)
    } catch (cause) {
      failure = { cause }
      throw cause
    }
  }
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      breakOff = () => {
        controller.error(new Error('The request is over'))
      }
    },
    async pull(controller) {
      const line = await nextLine()
      if (line === undefined) controller.close()
      else controller.enqueue(line)
    },
    async cancel() {
      isOver = true
      await end()
    },
  })

  return {
    stream,
    failure: () => failure,
    abandon: () => {
      if (isOver) return
      isOver = true
      breakOff()
      end().catch(() => undefined)
    },
  }
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
      // What came before is not looked through again: a long line comes in many chunks.
      const lines = decoder.decode(value, { stream: !done }).split('\n')
      lines[0] = rest + (lines[0] ?? '')
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
