/** A header value of a reply as it is sent: strings, numbers and booleans, or a list of them. */
export function toHeaderText(value: unknown): string {
  if (Array.isArray(value)) return value.map(toHeaderText).join(', ')
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new TypeError('A header value is a string, a number, a boolean, or a list of them')
}
