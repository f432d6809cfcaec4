import { randomBytes } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'

import { devClientId, type TestClientVariables } from '../config/test-client.js'
import type { State } from './state-folder.js'

/** A client that the embedded authorization server knows without registration. */
export interface SeededClient {
  readonly clientId: string
  /** The most that its access tokens can grant. */
  readonly scopes: readonly string[]
  /** Default: generated once and kept, unless it authenticates with `jwks`. */
  readonly clientSecret?: string
  /** Public keys: the client authenticates with private_key_jwt (RFC 7523). */
  readonly jwks?: JSONWebKeySet
  /** Its access tokens are bound to the certificate that it asks for them with, which needs TLS. Default: false. */
  readonly certificateBound?: boolean
}

export interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** The client whose scopes end in `:read`: for seeing a 403. */
const devReaderId = 'dev-reader'

/** The two clients of the development environment. `credentials`: what the first of them is called, and its secret, where set. */
export function seedClients(
  scopes: readonly string[],
  credentials: TestClientVariables = {},
): SeededClient[] {
  const { clientId = devClientId, clientSecret } = credentials
  const given = { clientId, scopes, ...(clientSecret !== undefined && { clientSecret }) }
  // Whoever takes the reader's name means that client, with every scope.
  if (clientId === devReaderId) return [given]
  return [given, { clientId: devReaderId, scopes: scopes.filter((scope) => scope.endsWith(':read')) }]
}

interface StoredCredentials {
  readonly registrationToken?: string
  readonly clientSecrets?: Readonly<Record<string, string>>
}

export interface IssuedCredentials {
  /** Initial access token for registration (RFC 7591 section 3). */
  readonly registrationToken: string
  /** Client id -> secret, for the clients that have one. */
  readonly clientSecrets: ReadonlyMap<string, string>
}

/** Secrets as given, else as kept, else new; all of them kept, so that `npm run call` and a reload find them. */
export async function loadCredentials(
  state: State,
  clients: readonly SeededClient[],
  registrationToken?: string,
): Promise<IssuedCredentials> {
  const stored = await readCredentials(state)
  const clientSecrets = new Map(Object.entries(stored.clientSecrets ?? {}))
  for (const { clientId, clientSecret, jwks } of clients) {
    if (jwks !== undefined) clientSecrets.delete(clientId)
    else clientSecrets.set(clientId, clientSecret ?? clientSecrets.get(clientId) ?? newSecret())
  }
  const issued = {
    registrationToken: registrationToken ?? stored.registrationToken ?? newSecret(),
    clientSecrets,
  }
  await state.write('credentials', { ...issued, clientSecrets: Object.fromEntries(clientSecrets) })
  return issued
}

async function readCredentials(state: State): Promise<StoredCredentials> {
  return (await state.read('credentials')) ?? {}
}

/** base64url: the same in a header, a form, a shell and a `.env` file. */
function newSecret(): string {
  return randomBytes(24).toString('base64url')
}
