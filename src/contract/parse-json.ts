/** Thrown for bytes that are not JSON within the limits; `message` is for the caller. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

export const defaultDepthLimit = 64

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * UTF-8 bytes -> JSON value (RFC 8259). Of duplicate members the last wins. Throws `JsonSyntaxError`; `depthLimit` bounds
 * how deep arrays and objects nest, default 64.
 */
export function parseJson(bytes: Uint8Array, depthLimit: number = defaultDepthLimit): unknown {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw new JsonSyntaxError('is not UTF-8')
  }
  if (isDeeperThan(text, depthLimit)) throw new JsonSyntaxError(`nests deeper than ${depthLimit} levels`)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new JsonSyntaxError('is not JSON')
  }
}

const quote = 0x22
const backslash = 0x5c
const opening = new Set([0x5b, 0x7b])
const closing = new Set([0x5d, 0x7d])

function isDeeperThan(text: string, limit: number): boolean {
  // Less text than that cannot nest that deep.
  if (text.length <= limit) return false
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === backslash) index++
      else if (code === quote) inString = false
    } else if (code === quote) inString = true
    else if (opening.has(code)) {
      if (++depth > limit) return true
    } else if (closing.has(code)) depth--
  }
  return false
}
