import { Problem } from '../problem/problem.js'
import { parseRegistrationReply, type Registration, type RegistrationRequest } from './registration-reply.js'

/** Registers clients at the authorization server (RFC 7591). */
export interface ClientRegistration {
  /**
   * Rejects with a `Problem`: 501 `registration-unsupported` where the authorization server registers no clients, 502
   * `registration-failed` where it did not register this one, or not as asked.
   */
  readonly register: (request: RegistrationRequest) => Promise<Registration>
}

export interface ClientRegistrationSource {
  /**
   * Resolves to `registration_endpoint` of the authorization server's metadata where a token may be sent there (https,
   * except on this machine in development), else to `undefined`. Rejects where that cannot be learned now.
   */
  readonly registrationEndpoint: () => Promise<string | undefined>
  /** Sent as bearer token with each registration (RFC 7591 section 3). */
  readonly initialAccessToken: string
}

export interface ClientRegistrationOptions {
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  /** Time for the whole exchange, milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

/** A reply is a few hundred bytes; one that is not is no reply. */
const largestReplyBytes = 64 * 1024

export function createClientRegistration(
  source: ClientRegistrationSource,
  options: ClientRegistrationOptions = {},
): ClientRegistration {
  const { fetch: send = fetch, timeoutMs = 10_000 } = options
  // Otherwise `fetch` refuses it later, with an error that quotes it into the log.
  if (!/^[\x21-\x7e]+$/.test(source.initialAccessToken)) {
    throw new TypeError(
      'The initial access token for client registration is empty or holds illegal characters',
    )
  }

  const exchange = async (endpoint: string, request: RegistrationRequest): Promise<Registration> => {
    const response = await send(endpoint, {
      method: 'POST',
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${source.initialAccessToken}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(toClientMetadata(request)),
      // A redirect would carry the initial access token elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const reply = await readJson(response)
    if (response.status !== 201) {
      throw new Error(`The registration endpoint answers ${response.status}${toErrorCode(reply)}`)
    }
    return parseRegistrationReply(reply, request)
  }

  return {
    register: async (request) => {
      try {
        const endpoint = await source.registrationEndpoint()
        if (endpoint !== undefined) return await exchange(endpoint, request)
      } catch (cause) {
        throw new Problem('registration-failed', { cause })
      }
      throw new Problem('registration-unsupported')
    },
  }
}

/** Client metadata (RFC 7591 section 2) of a client that has nothing but its own credentials. */
function toClientMetadata(request: RegistrationRequest): Readonly<Record<string, unknown>> {
  return {
    client_name: request.clientName,
    grant_types: ['client_credentials'],
    // Left out, these default to the authorization code flow, and a redirect URI would be asked for.
    response_types: [],
    redirect_uris: [],
    scope: request.scopes.join(' '),
    token_endpoint_auth_method: request.tokenEndpointAuthMethod,
  }
}

/** Undefined where the body is no JSON: the parser's own error would quote it, with the secret it may hold. */
async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const body: AsyncIterable<Uint8Array> | null = response.body
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > largestReplyBytes) throw new Error('The reply to the registration is too large')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}

/** `error` of an RFC 7591 section 3.2.2 reply, which is a code without spaces. */
function toErrorCode(reply: unknown): string {
  if (typeof reply !== 'object' || reply === null || !('error' in reply)) return ''
  const { error } = reply
  return typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? ` ${error}` : ''
}
