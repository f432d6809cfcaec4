/** Thrown for a line longer than the limit. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError'
}

const newline = 0x0a

/** Splits bytes at newlines; blank lines are passed over. Throws `LineTooLongError` past `limitBytes`. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  const keep = (bytes: Uint8Array): void => {
    pendingBytes += bytes.length
    if (pendingBytes > limitBytes) throw new LineTooLongError(`a line is longer than ${limitBytes} bytes`)
    pending.push(bytes)
  }
  const take = (): Uint8Array => {
    const line = pending.length === 1 && pending[0] ? pending[0] : Buffer.concat(pending)
    pending = []
    pendingBytes = 0
    return line
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, end))
      const line = take()
      if (!isBlank(line)) yield line
      start = end + 1
    }
    keep(chunk.subarray(start))
  }
  const last = take()
  if (!isBlank(last)) yield last
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)
}
