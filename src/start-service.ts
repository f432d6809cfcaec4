import { setTimeout as delay } from 'node:timers/promises'
import type { scopes } from '../generated/scopes.js'
import type { operations } from '../generated/server.js'
import {
  createAccessTokenAuthenticator,
  type AccessTokenAuthenticator,
} from './auth/access-token-authenticator.js'
import { toPolicy } from './auth/configured-policy.js'
import { createNonceSource } from './auth/dpop-nonce.js'
import { createIssuerMetadataSource, discoverIssuer } from './auth/discovery.js'
import type { ReplayGuard } from './auth/replay-guard.js'
import { resourceMetadataUrl } from './auth/resource-metadata.js'
import type { Config } from './config/config.js'
import type { Handlers } from './contract/handler.js'
import { loadContract, type Contract } from './contract/load-contract.js'
import type { OpenApiDocument } from './contract/document/read-document.js'
import { takesAccessTokens } from './contract/operations/sender-constraint.js'
import { createApp } from './http/app.js'
import { describeResource } from './http/describe-resource.js'
import { createDocs, type Docs } from './http/docs.js'
import { listen } from './http/listen.js'
import { toPublishedDocument } from './http/published-document.js'
import { createServer } from './http/server.js'
import { createInventoryHandlers } from './inventory/handlers/inventory-handlers.js'
import { inventoryMigrations } from './inventory/migrations.js'
import { createClientRegistration, type ClientRegistration } from './service/client-registration.js'
import { createServiceHandlers } from './service/service-handlers.js'
import { createReplayGuard } from './store/replay-guard.js'
import { openStore, type Store } from './store/store.js'
import { createLogger } from './telemetry/create-logger.js'
import type { Logger } from './telemetry/log.js'

const bundledDocument = new URL('../generated/openapi.json', import.meta.url)

export interface StartServiceOptions {
  /** Default: made of the bundled document in `generated/`. */
  readonly contract?: Contract
  /** Default: JSON lines to standard output, at the configured level. */
  readonly logger?: Logger
  /** A database that is open already; the caller closes it. Default: opened as configured. */
  readonly store?: Store
}

export interface Service {
  /** Origin that the service listens at, e.g. `http://127.0.0.1:3000`. */
  readonly url: string
  /** Says "not ready", finishes what is in flight, and lets the database go. */
  readonly close: () => Promise<void>
}

/**
 * Starts the whole service. Rejects with `ContractError`, `PolicyError`, `StoreError`, or the error of `listen`
 * (`EADDRINUSE`); nothing is left open then.
 */
export async function startService(config: Config, options: StartServiceOptions = {}): Promise<Service> {
  const { logger = createLogger({ level: config.logLevel }) } = options
  const { publicUrl } = config
  const contract = options.contract ?? (await loadContract(bundledDocument))
  for (const defect of contract.warnings) logger.warn({ defect }, 'the document has a defect')
  const store = options.store ?? (await openDatabase(config, logger))
  try {
    const accessTokens = createAccessTokens(config, logger, createReplayGuard(store.db))
    await store.migrate(inventoryMigrations)
    let draining = false
    const app = createApp({
      contract,
      handlers: createHandlers(contract, config, store),
      authenticators: forEveryTokenScheme(contract, accessTokens),
      logger,
      validateReplies: config.validateReplies,
      bodyLimitBytes: config.bodyLimitBytes,
      corsOrigins: config.corsOrigins,
      https: config.tls !== undefined || publicUrl?.startsWith('https:') === true,
      ready: async () => !draining && (await store.ready()) && (await accessTokens.ready()),
      ...(config.docs && publish(contract, config, await findTokenEndpoint(config))),
      ...(publicUrl !== undefined && {
        resourceMetadata: describeResource(contract, {
          publicUrl,
          issuers: [config.issuer],
          bindings: accessTokens.bindings,
          ...(config.senderConstrained !== undefined && { senderConstrained: config.senderConstrained }),
          docs: config.docs,
        }),
      }),
    })
    const server = createServer(app, config.tls && { tls: config.tls })
    const url = await listen(server, config)
    // The first caller should not wait for the keys; while the issuer is down `ready` says so, and requests go on trying.
    void accessTokens.ready()
    return {
      url,
      async close() {
        draining = true
        await delay(config.shutdownDelaySeconds * 1_000)
        await server.drain({ deadlineMs: config.shutdownGraceSeconds * 1_000 })
        if (!options.store) await store.close()
      },
    }
  } catch (error) {
    if (!options.store) await store.close()
    throw error
  }
}

/** Every operation of the document. One left out does not compile. */
function createHandlers(
  contract: Contract,
  config: Config,
  store: Store,
): Handlers<operations, typeof scopes> {
  const { title, version } = contract.document['info'] as { readonly title: string; readonly version: string }
  return {
    ...createServiceHandlers({ name: title, version, registration: createRegistration(config) }),
    ...createInventoryHandlers({ db: store.db }),
  }
}

function createRegistration(config: Config): ClientRegistration | undefined {
  if (config.registrationToken === undefined) return undefined
  const metadata = createIssuerMetadataSource(config.issuer, { allowInsecureIssuers: !isProduction(config) })
  return createClientRegistration({
    initialAccessToken: config.registrationToken,
    registrationEndpoint: async () => (await metadata()).registrationEndpoint,
  })
}

function createAccessTokens(
  config: Config,
  logger: Logger,
  replayGuard: ReplayGuard,
): AccessTokenAuthenticator {
  const { publicUrl, senderConstrained, dpopNonceSecrets: secrets, certificateProxy: proxy, tls } = config
  const seesCertificates =
    tls?.ca !== undefined || tls?.clientCertificates !== undefined || proxy !== undefined
  return createAccessTokenAuthenticator([toPolicy(config)], {
    logger,
    allowInsecureIssuers: !isProduction(config),
    ...(publicUrl !== undefined && {
      resourceMetadataUrl: resourceMetadataUrl(publicUrl),
      dpop: { publicUrl, replayGuard, ...(secrets.length > 0 && { nonces: createNonceSource(secrets) }) },
    }),
    ...(seesCertificates && { mtls: proxy === undefined ? {} : { proxy } }),
    ...(senderConstrained !== undefined && { senderConstrained }),
  })
}

/** Whatever the document calls the schemes that take access tokens, they are decided alike. */
function forEveryTokenScheme(
  contract: Contract,
  accessTokens: AccessTokenAuthenticator,
): Readonly<Record<string, AccessTokenAuthenticator>> {
  const schemes = [...contract.securitySchemes].filter(([, scheme]) => takesAccessTokens(scheme))
  return Object.fromEntries(schemes.map(([name]) => [name, accessTokens]))
}

/** The document as callers read it: with the addresses where they reach this service and its authorization server. */
function publish(
  { document }: Contract,
  { publicUrl }: Config,
  tokenUrl: string | undefined,
): { readonly document: OpenApiDocument; readonly docs: Docs } {
  const published = toPublishedDocument(document, { publicUrl, tokenUrl })
  return { document: published, docs: createDocs({ document: published, documentUrl: 'openapi.json' }) }
}

/** Not waited for long: the service starts also while its issuer is down, and then publishes what the document says. */
async function findTokenEndpoint(config: Config): Promise<string | undefined> {
  try {
    const { tokenEndpoint } = await discoverIssuer(config.issuer, {
      allowInsecureIssuers: !isProduction(config),
      timeoutMs: 2_000,
    })
    return tokenEndpoint
  } catch {
    return undefined
  }
}

function openDatabase({ databaseUrl, dataDir }: Config, logger: Logger): Promise<Store> {
  return openStore({ logger, dataDir, ...(databaseUrl !== undefined && { databaseUrl }) })
}

function isProduction({ environment }: Config): boolean {
  return environment === 'production'
}
