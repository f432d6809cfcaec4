import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inferPreset } from '../auth/issuer-preset.js'
import type { Config, Environment } from '../config/config.js'
import { issuerFolder } from '../config/embedded-issuer.js'
import { createEnvironmentReader } from '../config/environment-reader.js'
import type { TokenSourceOptions } from '../sdk/token-source.js'

/** The client that tokens are fetched for, or what is missing, as a sentence that says what to do. */
export type ClientCredentialsFound =
  | { readonly client: TokenSourceOptions & { readonly issuer: string } }
  | { readonly client?: undefined; readonly missing: string }

/** The client of TEST_CLIENT_ID, TEST_CLIENT_SECRET and DEFAULT_SCOPE, else `dev-client` of the embedded server. */
export async function findClientCredentials(
  env: Environment,
  config: Config,
  isEmbedded: boolean,
): Promise<ClientCredentialsFound> {
  const { text } = createEnvironmentReader(env, () => '')
  const clientId = text('TEST_CLIENT_ID') ?? (isEmbedded ? 'dev-client' : undefined)
  const clientSecret =
    text('TEST_CLIENT_SECRET') ??
    (isEmbedded && clientId !== undefined ? await readKeptSecret(config, clientId) : undefined)
  if (clientId === undefined || clientSecret === undefined) {
    return {
      missing: isEmbedded
        ? `The embedded authorization server has no secret for ${clientId ?? ''}: start it with \`npm run dev\`, which makes one.`
        : 'There is no client: set TEST_CLIENT_ID and TEST_CLIENT_SECRET in .env to a client of ISSUER.',
    }
  }
  const { issuer, issuerPreset, audiences } = config
  const scopes = text('DEFAULT_SCOPE')?.split(/\s+/)
  const audience = audiences?.[0]
  const isAuth0 = (issuerPreset ?? inferPreset(issuer)) === 'auth0'
  return {
    client: {
      issuer,
      clientId,
      clientSecret,
      ...(scopes !== undefined && { scopes }),
      ...(isAuth0 && audience !== undefined && { audience }),
    },
  }
}

/** The secret that the embedded server keeps for the client. What cannot be read is none: it makes the file anew. */
async function readKeptSecret(config: Config, clientId: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(issuerFolder(config), 'credentials.json'), 'utf8')
    const { clientSecrets } = JSON.parse(text) as {
      readonly clientSecrets?: Readonly<Record<string, string>>
    }
    return clientSecrets !== undefined && Object.hasOwn(clientSecrets, clientId)
      ? clientSecrets[clientId]
      : undefined
  } catch {
    return undefined
  }
}
