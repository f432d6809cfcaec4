const unitBytes: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2 }

/** No body that is held in memory needs more. */
const maximumBytes = 1024 ** 3

/** `1048576`, `1024kb` or `1mb` (1 kb = 1024 bytes, upper or lower case) -> bytes, 1 to 1 GiB. Throws an `Error`. */
export function parseByteSize(text: string): number {
  const [, digits = '', unit = 'b'] = /^(\d{1,15}) ?(b|kb|mb)?$/i.exec(text) ?? []
  const bytes = Number(digits) * (unitBytes[unit.toLowerCase()] ?? Number.NaN)
  if (!(bytes >= 1 && bytes <= maximumBytes)) {
    throw new Error(
      `is "${text}": give bytes, such as 1048576, or a size such as 512kb or 1mb, at most 1024mb`,
    )
  }
  return bytes
}
