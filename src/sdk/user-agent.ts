import { names } from '../../generated/sdk/operations.js'

/**
 * A product token (RFC 9110 section 10.1.5) of package and version; `undefined` in browsers, which name themselves and
 * would ask the service for leave first.
 */
export function userAgent(navigator: { readonly userAgent?: string } | undefined): string | undefined {
  if (navigator?.userAgent?.startsWith('Mozilla/') === true) return undefined
  return `${names.packageName.replace(/^@/, '').replaceAll('/', '-')}/${names.version}`
}
