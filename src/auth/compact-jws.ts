/** RFC 7515 section 3.1: three parts, none of them empty. */
export const compactJws = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Header parameters that change what the rest means (RFC 7515 section 4.1.11, RFC 7797), which no token here uses. */
const extensions = ['crit', 'b64', 'zip', 'enc']

/** Whether a header asks for more than a plain signature; a parameter that is not understood is not passed over. */
export function isExtended(header: object): boolean {
  return extensions.some((name) => Object.hasOwn(header, name))
}
