/** `npm start`: the service as the environment configures it, until a signal ends it. */
import { config as loadEnvironmentFile } from 'dotenv'
import { PolicyError } from './auth/policy.js'
import { ConfigError } from './config/config-error.js'
import { parseConfig } from './config/parse-config.js'
import { ContractError } from './contract/defect.js'
import { startService } from './start-service.js'
import { StoreError } from './store/store-error.js'
import { createLogger } from './telemetry/create-logger.js'

/** Exit status for a mistake of configuration (EX_CONFIG of sysexits). */
const exitConfiguration = 78

async function main(): Promise<void> {
  loadEnvironmentFile({ quiet: true })
  const config = parseConfig(process.env)
  const logger = createLogger({ level: config.logLevel })
  const service = await startService(config, { logger })
  logger.info({ url: service.url, issuer: config.issuer }, 'listening')
  const stop = (signal: NodeJS.Signals): void => {
    process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1))
    logger.info({ signal }, 'stopping')
    service.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.once('SIGTERM', stop).once('SIGINT', stop)
}

function fail(error: unknown): never {
  const isConfiguration =
    error instanceof ConfigError || error instanceof ContractError || error instanceof PolicyError
  const isExpected = isConfiguration || error instanceof StoreError || isOfListen(error)
  process.stderr.write(`${isExpected ? error.message : stackOf(error)}\n`)
  process.exit(isConfiguration ? exitConfiguration : 1)
}

/** Node says what is wrong with the address: `listen EADDRINUSE: address already in use 0.0.0.0:3000`. */
function isOfListen(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen'
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

main().catch(fail)
