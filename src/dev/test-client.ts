import { audienceToRequest } from '../auth/issuer-preset.js'
import type { Config } from '../config/config.js'
import { findTestClient } from '../config/test-client.js'
import { ApiError, ConnectionError, TokenError } from '../sdk/errors.js'
import { createClient } from '../sdk/client.js'
import { createTokenSource, type AccessToken, type TokenSource } from '../sdk/token-source.js'
import type { DevelopmentConfig } from './development-config.js'
import { DevelopmentError } from './development-error.js'

/** Whom to call, and as whom. */
export interface TestClient {
  readonly baseUrl: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Scopes to ask for; absent: whatever the authorization server gives. */
  readonly scopes?: readonly string[]
  /** Whether the issuer is the embedded authorization server. */
  readonly isEmbedded: boolean
  /** For authorization servers that must be told the API (Auth0, Ory Hydra). */
  readonly audience?: string
  /** Whether tokens are bound to a key. Default: false. */
  readonly dpop?: boolean
}

/** The client that the environment describes, else the embedded authorization server's. Throws `DevelopmentError` where neither is known. */
export async function loadTestClient({
  config,
  embedded,
  testClient,
}: DevelopmentConfig): Promise<TestClient> {
  if (config.publicUrl === undefined) {
    throw new DevelopmentError(
      'setting',
      'Nobody can know the port where PORT is 0: set PUBLIC_URL, or another PORT.',
    )
  }
  const isEmbedded = embedded !== undefined
  const found = await findTestClient(testClient, config, isEmbedded)
  if (!found.client) throw new DevelopmentError('setting', found.missing)
  const audience = audienceToRequest(config)
  return {
    ...found.client,
    baseUrl: config.publicUrl,
    issuer: config.issuer,
    isEmbedded,
    ...(audience !== undefined && { audience }),
    ...(wantsProof(config) && { dpop: true }),
  }
}

/** Whether tokens have to be bound by DPoP: either way of binding does for `any`, and this client has no certificate. */
export function wantsProof({ senderConstrained }: Pick<Config, 'senderConstrained'>): boolean {
  return senderConstrained === 'dpop' || senderConstrained === 'any'
}

export interface CallOptions {
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/**
 * An access token that serves by itself, as in a header for curl. Rejects with a `TokenError`, or a `DevelopmentError` that
 * says what to do.
 */
export async function fetchBearerToken(client: TestClient, options: CallOptions = {}): Promise<string> {
  if (client.dpop === true) {
    const message =
      'With SENDER_CONSTRAINED, a token is of no use without the key that it is bound to, and that ends with this command. ' +
      '`npm run call` without --token calls with both.'
    throw new DevelopmentError('setting', message)
  }
  const { value } = await askFor(client, createTokenSource({ ...client, ...options }))
  return value
}

async function askFor(client: TestClient, tokenSource: TokenSource<AccessToken>): Promise<AccessToken> {
  try {
    return await tokenSource.accessToken()
  } catch (error) {
    if (client.isEmbedded && error instanceof TokenError && error.code === 'unreachable') {
      const message = `The authorization server at ${client.issuer} does not answer. Start it with \`npm run dev\`.`
      throw new DevelopmentError('call', message, { cause: error })
    }
    throw error
  }
}

/**
 * Calls the service through the SDK, and writes what came of it: who the caller is, and the first items there are.
 * Changes nothing. Rejects with a `TokenError`, or a `DevelopmentError` that names the operation and the answer.
 */
export async function callService(
  client: TestClient,
  write: (text: string) => void,
  options: CallOptions = {},
): Promise<void> {
  const { now = Date.now } = options
  const report = (name: string, text: string) => {
    write(`  ${name.padEnd(12)}${text}\n`)
  }
  report('issuer', client.issuer)
  report('service', client.baseUrl)

  const tokenSource = createTokenSource({ ...client, ...options })
  const token = await askFor(client, tokenSource)
  const minutes = Math.round((token.expiresAtMs - now()) / 60_000)
  report(
    'token',
    `${client.clientId}, ${minutes} minutes, ${token.type === 'DPoP' ? 'DPoP, ' : ''}${listOf(token.scopes)}`,
  )

  // Its scopes are asked for, whatever they are called there; what they open is for the service to say.
  const service = createClient({ baseUrl: client.baseUrl, tokenSource, environment: {}, ...options })
  const caller = await answerOf('getCaller', client, service.getCaller())
  report('getCaller', `200 ${caller.clientId}, ${listOf(caller.scopes)}`)

  const page = await answerOf('listItems', client, service.listItems({ query: { limit: 5 } }))
  report('listItems', `200 ${countOf(page.items.length, page.nextCursor !== undefined)}`)
  for (const { sku, name, available } of page.items) report('', `${sku}  ${name}, ${available} available`)
}

async function answerOf<T>(operationId: string, { baseUrl }: TestClient, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof ConnectionError) {
      const message = `The service at ${baseUrl} does not answer. Start it with \`npm run dev\`.`
      throw new DevelopmentError('call', message, { cause: error })
    }
    if (error instanceof ApiError) {
      throw new DevelopmentError('call', `The service answers ${operationId} with ${error.message}`, {
        cause: error,
      })
    }
    throw error
  }
}

function listOf(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'no scopes' : scopes.join(' ')
}

function countOf(items: number, more: boolean): string {
  return `${items}${more ? ' and more' : ''} ${items === 1 && !more ? 'item' : 'items'}`
}
