/*
 * RFC 9449 section 4.3: `htu` is compared after the syntax-based and scheme-based normalization of RFC 3986 sections 6.2.2
 * and 6.2.3, and its query and fragment do not count.
 */

/**
 * Visible ASCII; a backslash would become a slash when it is parsed. The parser also takes the host from behind more than
 * two slashes, where there is none (RFC 9110 section 4.2.1).
 */
const uriText = /^https?:\/\/(?!\/)[\x21-\x5b\x5d-\x7e]+$/i

/** RFC 3986 section 2.3 */
const unreserved = /[A-Za-z0-9\-._~]/

/** RFC 3986 section 3.3, also as they look percent-encoded. */
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

/** A URI without query and fragment, in the one form that equal ones share; `undefined` where it is no http or https URI. */
export function normalizeTargetUri(text: string): string | undefined {
  if (!uriText.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return undefined
  return url.origin + normalizeEscapes(url.pathname)
}

/**
 * What `htu` must be for a request: its path at the public address, because `Host` and the authority of an absolute form
 * say what the caller wants. `undefined` for a path with dot segments: the gate does not resolve them, so that a proof for
 * the path that they lead to is no proof for this one.
 */
export function toTargetUri(publicUrl: string, requestTarget: string): string | undefined {
  const [path = ''] = requestTarget.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)
  if (dotSegment.test(path)) return undefined
  return normalizeTargetUri(publicUrl.replace(/\/$/, '') + (path === '' ? '/' : path))
}

function normalizeEscapes(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return unreserved.test(character) ? character : escape.toUpperCase()
  })
}
