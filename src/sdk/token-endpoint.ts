import { TokenError } from './errors.js'
import { readText } from './read-text.js'

/** Of what an authorization server answers, tokens with long lists of groups among it. */
export const answerLimitBytes = 1_000_000

/** A signal for one request, and how to let go of its timer. */
export type TimeoutSignal = () => { readonly signal: AbortSignal; readonly clear: () => void }

/**
 * Looks up the token endpoint of an issuer: OpenID Connect Discovery 1.0 section 4, else RFC 8414 section 3. Rejects with
 * a `TokenError`, code `unreachable` or `metadata`.
 */
export async function discoverTokenEndpoint(
  issuer: string,
  send: typeof fetch,
  timeoutSignal: TimeoutSignal,
): Promise<string> {
  if (!URL.canParse(issuer)) throw new TokenError('metadata', `The issuer is not a URL: ${issuer}`)
  for (const address of metadataAddresses(issuer)) {
    const metadata = await readMetadata(address, send, timeoutSignal)
    if (metadata === undefined) continue
    // Otherwise one issuer could send callers, with their secrets, to an endpoint of its own (RFC 8414 section 3.3).
    if (metadata['issuer'] !== issuer) {
      const other = String(metadata['issuer'])
      const hint = /^[\x21-\x7e]{1,500}$/.test(other) ? `, but of ${other}: is that the one you mean?` : ''
      throw new TokenError(
        'metadata',
        `The metadata at ${address} is not that of the issuer ${issuer}${hint}`,
      )
    }
    return checkedEndpoint(metadata['token_endpoint'], issuer, address)
  }
  throw new TokenError(
    'metadata',
    `The issuer ${issuer} publishes no metadata; give the tokenEndpoint instead`,
  )
}

function metadataAddresses(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

/** `undefined` where nothing is published at the address. */
async function readMetadata(
  address: string,
  send: typeof fetch,
  timeoutSignal: TimeoutSignal,
): Promise<Record<string, unknown> | undefined> {
  let status: number
  let text: string
  const { signal, clear } = timeoutSignal()
  try {
    const response = await send(address, {
      headers: { Accept: 'application/json' },
      redirect: 'manual',
      signal,
    })
    status = response.status
    text = await readText(response, answerLimitBytes)
  } catch (cause) {
    throw new TokenError('unreachable', `No answer from the authorization server at ${address}`, { cause })
  } finally {
    clear()
  }
  if (status >= 500) {
    throw new TokenError('unreachable', `The authorization server answers ${address} with ${status}`, {
      status,
    })
  }
  return status === 200 ? parseObject(text) : undefined
}

function checkedEndpoint(endpoint: unknown, issuer: string, address: string): string {
  const isUsable =
    typeof endpoint === 'string' &&
    URL.canParse(endpoint) &&
    (new URL(endpoint).protocol === 'https:' || new URL(issuer).protocol === 'http:')
  if (!isUsable) throw new TokenError('metadata', `The metadata at ${address} names no usable token endpoint`)
  return endpoint
}

/** Text -> JSON object, `undefined` where it is none. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
