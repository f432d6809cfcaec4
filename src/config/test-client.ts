import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config, Environment } from './config.js'
import { issuerFolder } from './embedded-issuer.js'
import { createEnvironmentReader } from './environment-reader.js'

/** The client of the embedded authorization server that may have all scopes of the document. */
export const devClientId = 'dev-client'

/** TEST_CLIENT_ID, TEST_CLIENT_SECRET and DEFAULT_SCOPE, where set. */
export interface TestClientVariables {
  readonly clientId?: string
  readonly clientSecret?: string
  readonly scopes?: readonly string[]
}

/** The client to fetch access tokens for, or what is missing, as a sentence that says what to do. */
export type TestClientFound =
  | { readonly client: TestClientVariables & { readonly clientId: string; readonly clientSecret: string } }
  | { readonly client?: undefined; readonly missing: string }

export function readTestClientVariables(env: Environment): TestClientVariables {
  const { text } = createEnvironmentReader(env, () => '')
  const clientId = text('TEST_CLIENT_ID')
  const clientSecret = text('TEST_CLIENT_SECRET')
  const scopes = text('DEFAULT_SCOPE')?.split(/\s+/)
  return {
    ...(clientId !== undefined && { clientId }),
    ...(clientSecret !== undefined && { clientSecret }),
    ...(scopes !== undefined && { scopes }),
  }
}

/** The client that the variables describe; for what they leave open, the embedded authorization server's where that is the issuer. */
export async function findTestClient(
  variables: TestClientVariables,
  config: Pick<Config, 'dataDir'>,
  isEmbedded: boolean,
): Promise<TestClientFound> {
  const clientId = variables.clientId ?? (isEmbedded ? devClientId : undefined)
  const clientSecret =
    variables.clientSecret ??
    (isEmbedded && clientId !== undefined ? await readKeptSecret(config, clientId) : undefined)
  if (clientId !== undefined && clientSecret !== undefined)
    return { client: { ...variables, clientId, clientSecret } }
  return {
    missing: isEmbedded
      ? `The embedded authorization server has no secret for ${clientId ?? devClientId}: start it with \`npm run dev\`, which makes one.`
      : 'There is no client: set TEST_CLIENT_ID and TEST_CLIENT_SECRET in .env to a client of ISSUER.',
  }
}

/** The secret that the embedded server keeps for the client. What cannot be read is none: it says so itself when it starts. */
async function readKeptSecret(
  config: Pick<Config, 'dataDir'>,
  clientId: string,
): Promise<string | undefined> {
  try {
    const text = await readFile(join(issuerFolder(config), 'credentials.json'), 'utf8')
    const { clientSecrets = {} } = JSON.parse(text) as {
      readonly clientSecrets?: Readonly<Record<string, string>>
    }
    return Object.hasOwn(clientSecrets, clientId) ? clientSecrets[clientId] : undefined
  } catch {
    return undefined
  }
}
