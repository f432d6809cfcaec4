/** In what alone two issuer identifiers differ, which are compared byte for byte (RFC 8414 section 3.3). */
export function toDifference(one: string, other: string): string | undefined {
  const withoutSlash = (text: string): string => text.replace(/\/$/, '')
  const withoutScheme = (text: string): string => text.replace(/^https?:/, '')
  if (withoutSlash(one) === withoutSlash(other)) return 'the slash at the end'
  if (withoutScheme(one) === withoutScheme(other)) return 'http and https'
  if (one.toLowerCase() === other.toLowerCase()) return 'upper and lower case'
  return undefined
}
