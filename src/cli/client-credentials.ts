import { audienceToRequest } from '../auth/issuer-preset.js'
import type { Config, Environment } from '../config/config.js'
import { findTestClient, readTestClientVariables } from '../config/test-client.js'
import type { TokenSourceOptions } from '../sdk/token-source-options.js'

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
  const found = await findTestClient(readTestClientVariables(env), config, isEmbedded)
  if (!found.client) return found
  const audience = audienceToRequest(config)
  return { client: { ...found.client, issuer: config.issuer, ...(audience !== undefined && { audience }) } }
}
