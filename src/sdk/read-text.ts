/**
 * The body of a response as text, cut off where there is more than that of it: what an error says, or a token, is short,
 * and a compressed or endless body would fill memory until time is up. Decoded bytes are what counts.
 */
export async function readText(
  { body }: { readonly body: ReadableStream<Uint8Array> | null },
  limitBytes: number,
): Promise<string> {
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = 0; reader !== undefined && bytes < limitBytes;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    text += decoder.decode(value, { stream: true })
  }
  await reader?.cancel()
  return text
}
