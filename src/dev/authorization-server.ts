import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

import { devAudience, toIssuer } from '../config/embedded-issuer.js'
import { splitTarget } from '../http/raw-parts.js'
import { silentLogger, type Logger } from '../telemetry/log.js'
import { DevelopmentError } from './development-error.js'
import { opaqueResource } from './provider-configuration.js'
import { createProvider } from './provider.js'
import { loadRecords } from './records.js'
import { loadCredentials, seedClients, type SeededClient } from './seeded-clients.js'
import { loadSigningKeys } from './signing-keys.js'
import { createMemoryState, type State } from './state-folder.js'

export interface AuthorizationServerOptions {
  /** Audiences of access tokens, absolute URIs; the first is meant where a request names no `resource`. Default: `api://gatehouse`. */
  readonly audiences?: readonly string[]
  /** Clients known without registration. Default: `dev-client` with all scopes, `dev-reader` with those ending in `:read`. */
  readonly clients?: readonly SeededClient[]
  /** Initial access token for registration. Default: generated once and kept. */
  readonly registrationToken?: string
  /** Port at 127.0.0.1; 0 lets the system choose. Default: 0. */
  readonly port?: number
  /** PEM texts to listen with https; it then asks for client certificates and takes any. Default: http. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Where keys, secrets and registered clients outlive the process. Default: nowhere, they end with it. */
  readonly state?: State
  /** Life of an access token, seconds. Default: 3,600. */
  readonly accessTokenSeconds?: number
  /** Told of refused requests and failures. Default: nobody. */
  readonly logger?: Logger
  /** Default: `process.env.NODE_ENV`. */
  readonly environment?: string
}

export interface AuthorizationServer {
  /** Listens at 127.0.0.1 alone. Throws `DevelopmentError`, and Node's error where the port is taken. */
  readonly listen: () => Promise<RunningAuthorizationServer>
  /** Ends all connections. Without effect where it does not listen. */
  readonly close: () => Promise<void>
}

export interface RunningAuthorizationServer {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly audiences: readonly string[]
  /** The `resource` whose access tokens are opaque. */
  readonly opaqueResource: string
  readonly registrationToken: string
  /** Client id -> secret of the clients known without registration. */
  readonly clientSecrets: ReadonlyMap<string, string>
}

/**
 * An OAuth 2.0 authorization server for development and tests: client credentials grant, access tokens as RFC 9068
 * wants them, bound by DPoP where a request brings a proof, dynamic registration (RFC 7591), introspection and revocation of opaque tokens. `scopes` are those of the
 * document.
 *
 * @throws DevelopmentError in production, for an audience that is no absolute URI, and for a client whose tokens it could
 * not bind.
 */
export function createAuthorizationServer(
  scopes: readonly string[],
  options: AuthorizationServerOptions = {},
): AuthorizationServer {
  const {
    environment = process.env['NODE_ENV'],
    state = createMemoryState(),
    logger = silentLogger,
  } = options
  if (environment === 'production') {
    throw new DevelopmentError(
      'production',
      'The embedded authorization server does not run in production. Set ISSUER.',
    )
  }
  const [first = devAudience, ...others] = options.audiences ?? []
  const audiences = [first, ...others] as const
  for (const audience of audiences) assertResource(audience)
  const clients = options.clients ?? seedClients(scopes)
  const unbindable = clients.find(
    ({ certificateBound }) => certificateBound === true && options.tls === undefined,
  )
  if (unbindable !== undefined) {
    throw new DevelopmentError(
      'setting',
      `The tokens of '${unbindable.clientId}' cannot be bound to certificates over http: give the server \`tls\`.`,
    )
  }

  /** Loads what is kept, and makes an oidc-provider of it. */
  async function prepare(issuer: string) {
    const credentials = await loadCredentials(state, clients, options.registrationToken)
    const settings = {
      scopes,
      audiences,
      clients,
      clientSecrets: credentials.clientSecrets,
      keys: await loadSigningKeys(state),
      adapter: await loadRecords(state),
      accessTokenSeconds: options.accessTokenSeconds ?? 3600,
      seesCertificates: options.tls !== undefined,
    }
    const provider = await createProvider(issuer, settings, credentials.registrationToken, logger)
    return { credentials, answer: provider.callback() }
  }

  let server: Server | undefined

  return {
    async listen() {
      server = options.tls
        ? createTlsServer({ ...options.tls, requestCert: true, rejectUnauthorized: false })
        : createServer()
      // The issuer identifier holds the port, so the port comes first.
      await listenAt(server, options.port ?? 0)
      const { port } = server.address() as AddressInfo
      const issuer = toIssuer(port, options.tls ? 'https' : 'http')
      const prepared = prepare(issuer)
      // A request that comes meanwhile waits. After a failure its connection ends with the server.
      server.on('request', (request, response) => {
        bindTo(issuer, request)
        void prepared.then(({ answer }) => answer(request, response)).catch(() => response.destroy())
      })
      try {
        const { credentials } = await prepared
        return { issuer, tokenEndpoint: `${issuer}/token`, audiences, opaqueResource, ...credentials }
      } catch (error) {
        await closeNow(server)
        throw error
      }
    },
    async close() {
      if (server !== undefined) await closeNow(server)
      server = undefined
    },
  }
}

/** RFC 8707 section 2: an absolute URI without fragment, or oidc-provider refuses every token request. */
function assertResource(audience: string): void {
  if (URL.canParse(audience) && !audience.includes('#')) return
  throw new DevelopmentError(
    'setting',
    `AUDIENCE must be an absolute URI such as ${devAudience} while ISSUER is unset; '${audience}' is none.`,
  )
}

/**
 * oidc-provider makes the addresses in its metadata, and the audiences of client assertions, of what the request says
 * its host is. Whoever reaches this port by another name would be told of endpoints there.
 */
function bindTo(issuer: string, request: IncomingMessage): void {
  request.headers.host = new URL(issuer).host
  const { path, query } = splitTarget(request.url ?? '/')
  request.url = query === '' ? path : `${path}?${query}`
}

function listenAt(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function closeNow(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
