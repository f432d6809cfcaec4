import type { IncomingMessage } from 'node:http'
import type { RawParts } from '../contract/parameters/parameter-reader.js'
import { parseCookies, parseQuery } from '../contract/parameters/query-string.js'

/** Splits a request target into path and query, both still encoded. The origin of an absolute form is not looked at. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)
  const rest = absolute ? target.slice(absolute[0].length) : target
  const [beforeFragment = ''] = rest.split('#', 1)
  const at = beforeFragment.indexOf('?')
  const path = at === -1 ? beforeFragment : beforeFragment.slice(0, at)
  return { path: path === '' ? '/' : path, query: at === -1 ? '' : beforeFragment.slice(at + 1) }
}

/** The parts of a request that hold parameters. Throws `MalformedEncodingError`. */
export function toRawParts(
  request: IncomingMessage,
  path: Readonly<Record<string, string>>,
  query: string,
): Omit<RawParts, 'undeclaredQuery'> {
  const headers = request.headersDistinct
  return {
    path,
    queryString: query,
    query: parseQuery(query),
    headers,
    cookies: (headers['cookie'] ?? []).flatMap(parseCookies),
  }
}
