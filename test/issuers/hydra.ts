import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createAdminApi } from './admin-api.js'
import { findFreePort } from './free-port.js'
import type { LiveClient, LiveIssuer } from './live-issuer.js'
import { startProgram } from './program.js'

export interface Hydra extends LiveIssuer {
  /** With other metadata of the client, such as its form of access tokens. */
  readonly createClient: (scopes: readonly string[], metadata?: object) => Promise<LiveClient>
  /** Where tokens are introspected: not at the issuer's own address, and its metadata does not say. */
  readonly introspectionEndpoint: string
  /** The audiences that a client may ask for. */
  readonly setAudiences: (clientId: string, audiences: readonly string[]) => Promise<void>
  readonly close: () => Promise<void>
}

export interface HydraOptions {
  /** What its clients may ask for, and do ask for. */
  readonly audience: string
  /** Laid over the environment that it is configured from. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Ory Hydra at two free ports, with its database in memory. */
export async function startHydra(server: string, options: HydraOptions): Promise<Hydra> {
  const [port, adminPort] = [await findFreePort(), await findFreePort()]
  const issuer = `http://127.0.0.1:${port}`
  const admin = createAdminApi(`http://127.0.0.1:${adminPort}`)
  // `--dev`: an issuer that is http.
  const program = startProgram(server, ['serve', 'all', '--dev', '--sqa-opt-out'], {
    environment: {
      DSN: 'memory',
      SECRETS_SYSTEM: randomUUID(),
      SERVE_PUBLIC_HOST: '127.0.0.1',
      SERVE_PUBLIC_PORT: String(port),
      SERVE_ADMIN_HOST: '127.0.0.1',
      SERVE_ADMIN_PORT: String(adminPort),
      URLS_SELF_ISSUER: issuer,
      STRATEGIES_ACCESS_TOKEN: 'jwt',
      STRATEGIES_SCOPE: 'exact',
      OIDC_DYNAMIC_CLIENT_REGISTRATION_ENABLED: 'true',
      WEBFINGER_OIDC_DISCOVERY_CLIENT_REGISTRATION_URL: `${issuer}/oauth2/register`,
      ...options.environment,
    },
  })
  try {
    await Promise.race([
      Promise.all([port, adminPort].map((one) => untilReady(one))),
      program.ended.then(() => Promise.reject(new Error(`Hydra ended:\n${program.output()}`))),
    ])
  } catch (error) {
    await program.stop()
    throw error
  }

  return {
    issuer,
    introspectionEndpoint: `http://127.0.0.1:${adminPort}/admin/oauth2/introspect`,
    createClient: async (scopes, metadata = {}) => {
      const client = { clientId: `client-${randomUUID()}`, clientSecret: randomUUID() }
      await admin('POST', '/admin/clients', {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        grant_types: ['client_credentials'],
        scope: scopes.join(' '),
        audience: [options.audience],
        ...metadata,
      })
      return { ...client, audience: options.audience }
    },
    setAudiences: async (clientId, audiences) => {
      await admin('PATCH', `/admin/clients/${clientId}`, [
        { op: 'replace', path: '/audience', value: audiences },
      ])
    },
    close: program.stop,
  }
}

/** It does not say when it listens, so it is asked. */
async function untilReady(port: number): Promise<void> {
  const signal = AbortSignal.timeout(60_000)
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/health/ready`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) await delay(100, undefined, { signal })
}
