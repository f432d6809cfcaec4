import type { Config, Environment } from '../config/config.js'
import { issuerFolder } from '../config/embedded-issuer.js'
import { devClientId } from '../config/test-client.js'
import { loadContract, type Contract } from '../contract/load-contract.js'
import { createLogger } from '../telemetry/create-logger.js'
import type { Logger } from '../telemetry/log.js'
import {
  createAuthorizationServer,
  type AuthorizationServer,
  type RunningAuthorizationServer,
} from './authorization-server.js'
import { toBanner, type BannerFacts } from './banner.js'
import { parseDevelopmentConfig, withRunningServer, type DevelopmentConfig } from './development-config.js'
import { collectScopes } from './document-scopes.js'
import { createIssuerLogger } from './issuer-logger.js'
import { toPortError } from './port-error.js'
import { seedClients } from './seeded-clients.js'
import { createServiceLog } from './service-log.js'
import { createStateFolder } from './state-folder.js'
import { wantsProof } from './test-client.js'

export interface DevelopmentOptions {
  /** The OpenAPI document, as it is being edited. */
  readonly document: string
  /** Starts the service that the document describes. */
  readonly startService: (config: Config, options: ServiceOptions) => Promise<RunningService>
  /** Writes to the terminal. */
  readonly write: (text: string) => void
  /** Whether the terminal understands ANSI sequences. Default: false. */
  readonly colors?: boolean
}

export interface ServiceOptions {
  readonly contract: Contract
  readonly logger: Logger
}

export interface RunningService {
  /** Base URL. */
  readonly url: string
  readonly close: () => Promise<void>
}

export interface Development {
  readonly url: string
  readonly issuer: string
  readonly config: Config
  readonly close: () => Promise<void>
}

/**
 * Starts the authorization server, unless ISSUER names one, and the service, and writes where they are. Throws what
 * `explain` can explain; nothing listens then.
 */
export async function startDevelopment(env: Environment, options: DevelopmentOptions): Promise<Development> {
  const development = parseDevelopmentConfig(env)
  const contract = await loadContract(options.document)
  const issuing = await startIssuer(development, contract, options.write)
  const colors = options.colors ?? false
  const config = issuing ? withRunningServer(development.config, issuing.running) : development.config
  let closed = false
  const writeOpen = (text: string) => {
    if (!closed) options.write(text)
  }
  let service: RunningService
  try {
    const destination = createServiceLog(writeOpen, { colors })
    const logger = createLogger({ level: config.logLevel, destination })
    service = await options.startService(config, { contract, logger })
  } catch (error) {
    await issuing?.server.close()
    throw toPortError(error, { port: 'PORT', host: 'HOST' })
  }
  const facts: BannerFacts = {
    ...titleOf(contract),
    url: service.url.replace(/\/$/, ''),
    docsPath: config.docs ? '/docs' : undefined,
    issuer: config.issuer,
    embedded: issuing && embeddedFacts(issuing.running, development),
    callPath: findCallPath(contract),
    wantsProof: wantsProof(config),
  }
  options.write(toBanner(facts, { colors }))
  return {
    url: facts.url,
    issuer: config.issuer,
    config,
    async close() {
      await service.close()
      // From here on the service could only remark that its issuer is gone.
      closed = true
      await issuing?.server.close()
    },
  }
}

interface Issuing {
  readonly server: AuthorizationServer
  readonly running: RunningAuthorizationServer
}

async function startIssuer(
  { config, embedded, testClient }: DevelopmentConfig,
  contract: Contract,
  write: (text: string) => void,
): Promise<Issuing | undefined> {
  if (embedded === undefined) return undefined
  const scopes = collectScopes(contract)
  const server = createAuthorizationServer(scopes, {
    ...(config.audiences !== null && { audiences: config.audiences }),
    clients: seedClients(scopes, testClient),
    ...(config.registrationToken !== undefined && { registrationToken: config.registrationToken }),
    port: embedded.port,
    state: createStateFolder(issuerFolder(config)),
    logger: createIssuerLogger(write),
    environment: config.environment,
  })
  try {
    return { server, running: await server.listen() }
  } catch (error) {
    throw toPortError(error, { port: 'DEV_ISSUER_PORT' })
  }
}

function embeddedFacts(
  { tokenEndpoint, clientSecrets }: RunningAuthorizationServer,
  { testClient: { clientId = devClientId } }: DevelopmentConfig,
): NonNullable<BannerFacts['embedded']> {
  return { tokenEndpoint, credentials: { clientId, clientSecret: clientSecrets.get(clientId) ?? '' } }
}

function titleOf({ document }: Contract): { readonly title: string; readonly version: string } {
  const { title, version } = document['info'] as { readonly title: string; readonly version: string }
  return { title, version }
}

/** `getCaller` needs an access token and no scope, and every service keeps it; else whatever needs no parameter. */
function findCallPath({ operations }: Contract): string {
  const candidates = [...operations.values()].filter(
    ({ method, pathTemplate }) => method === 'GET' && !pathTemplate.includes('{'),
  )
  const caller = candidates.find(({ operationId }) => operationId === 'getCaller')
  const secured = candidates.find(({ security }) => security.length > 0)
  return (caller ?? secured ?? candidates[0])?.pathTemplate ?? '/'
}
