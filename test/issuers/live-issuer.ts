/** A client of a live authorization server, as the SDK takes it. */
export interface LiveClient {
  readonly clientId: string
  readonly clientSecret: string
  /** Sent with each token request, where the authorization server wants to be asked for an audience. */
  readonly audience?: string
}

export interface LiveIssuer {
  /** Issuer identifier. */
  readonly issuer: string
  /** Makes a confidential client of the client credentials grant that may ask for these scopes. */
  readonly createClient: (scopes: readonly string[]) => Promise<LiveClient>
}

interface TokenReply {
  readonly access_token?: string
  readonly token_type?: string
  readonly error?: string
}

/** Asks for an access token by the client credentials grant (RFC 6749 section 4.4), with no code of the SDK. */
export async function requestToken(
  { issuer }: Pick<LiveIssuer, 'issuer'>,
  { clientId, clientSecret, audience }: LiveClient,
  scopes: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenReply> {
  const metadata = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const { token_endpoint: endpoint } = (await metadata.json()) as { readonly token_endpoint: string }
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`, ...headers },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(audience !== undefined && { audience }),
    }),
  })
  return (await response.json()) as TokenReply
}

/** The access token itself. Rejects where there is none. */
export async function fetchToken(...request: Parameters<typeof requestToken>): Promise<string> {
  const reply = await requestToken(...request)
  if (reply.access_token === undefined) throw new Error(`There is no access token: ${String(reply.error)}`)
  return reply.access_token
}
