/**
 * `npm run call`: the test client. It calls the service as TEST_CLIENT_ID of ISSUER, or as the embedded authorization
 * server's client. `npm run --silent call -- --token` writes an access token instead, for use with curl.
 */
import { fileURLToPath } from 'node:url'

import { parseDevelopmentConfig } from './development-config.js'
import { explain } from './explain.js'
import { loadEnvironment } from './load-environment.js'
import { callService, fetchBearerToken, loadTestClient } from './test-client.js'

const envFile = fileURLToPath(new URL('../../.env', import.meta.url))
const write = (text: string) => void process.stdout.write(text)

async function main(): Promise<void> {
  const development = parseDevelopmentConfig(await loadEnvironment(envFile, process.env))
  const client = await loadTestClient(development)
  if (process.argv.includes('--token')) write(`${await fetchBearerToken(client)}\n`)
  else await callService(client, write)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}
