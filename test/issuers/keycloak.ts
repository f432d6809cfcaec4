import { randomUUID } from 'node:crypto'
import { createAdminApi, type AdminApi } from './admin-api.js'
import type { LiveClient, LiveIssuer } from './live-issuer.js'
import { startProgram } from './program.js'

export interface Keycloak {
  readonly createRealm: (options: RealmOptions) => Promise<Realm>
  readonly close: () => Promise<void>
}

export interface RealmOptions {
  /** Client scopes to make. */
  readonly scopes: readonly string[]
  /** What the audience mapper of each client scope adds; none: there are no mappers. */
  readonly audience?: string
}

export interface Realm extends LiveIssuer {
  /** With attributes of the client, such as the algorithm of its access tokens. */
  readonly createClient: (
    scopes: readonly string[],
    attributes?: Readonly<Record<string, string>>,
  ) => Promise<LiveClient>
  /** Lets clients register themselves for these scopes. Resolves to an initial access token for a few of them. */
  readonly allowRegistration: (scopes: readonly string[]) => Promise<string>
}

/** Keycloak at a free port, with its database in memory. Cold, it spends most of the time on arranging its own code. */
export async function startKeycloak(home: string): Promise<Keycloak> {
  const password = randomUUID()
  const options = ['--http-host=127.0.0.1', '--http-port=0', '--db=dev-mem']
  const program = startProgram('bin/kc.sh', ['start-dev', ...options], {
    cwd: home,
    environment: {
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: password,
      // It lives for a minute: what starts fast counts, not what runs fast.
      JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
    },
  })
  try {
    const [, origin = ''] = await program.says(/Listening on: (http:\/\/[\w.:]+)/, 540_000)
    const admin = createAdminApi(origin, async () => `Bearer ${await fetchAdminToken(origin, password)}`)
    return { createRealm: (realm) => createRealm(origin, admin, realm), close: program.stop }
  } catch (error) {
    await program.stop()
    throw error
  }
}

/** For each call a new one: they live for a minute. */
async function fetchAdminToken(origin: string, password: string): Promise<string> {
  const response = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'admin-cli',
      username: 'admin',
      password,
    }),
  })
  return ((await response.json()) as { readonly access_token: string }).access_token
}

async function createRealm(origin: string, admin: AdminApi, options: RealmOptions): Promise<Realm> {
  const name = `realm-${randomUUID()}`
  const path = `/admin/realms/${name}`
  await admin('POST', '/admin/realms', { realm: name, enabled: true })
  const scopeIds = new Map<string, unknown>()
  for (const scope of options.scopes) {
    const created = await admin('POST', `${path}/client-scopes`, toClientScope(scope, options.audience))
    scopeIds.set(scope, created)
  }

  return {
    issuer: `${origin}/realms/${name}`,
    createClient: async (scopes, attributes = {}) => {
      const clientId = `client-${randomUUID()}`
      const clientSecret = randomUUID()
      const id = await admin('POST', `${path}/clients`, {
        clientId,
        secret: clientSecret,
        serviceAccountsEnabled: true,
        standardFlowEnabled: false,
        attributes,
      })
      for (const scope of scopes) {
        await admin(
          'PUT',
          `${path}/clients/${String(id)}/optional-client-scopes/${String(scopeIds.get(scope))}`,
        )
      }
      return { clientId, clientSecret }
    },
    allowRegistration: async (scopes) => {
      const policies = (await admin('GET', `${path}/components?name=Allowed Client Scopes`)) as {
        readonly id: string
        readonly subType: string
        readonly config: Readonly<Record<string, readonly string[]>>
      }[]
      for (const policy of policies.filter(({ subType }) => subType === 'authenticated')) {
        const config = { ...policy.config, 'allowed-client-scopes': scopes }
        await admin('PUT', `${path}/components/${policy.id}`, { ...policy, config })
      }
      const created = await admin('POST', `${path}/clients-initial-access`, { count: 5, expiration: 600 })
      return (created as { readonly token: string }).token
    },
  }
}

function toClientScope(name: string, audience: string | undefined): object {
  const mapper = {
    name: 'audience',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.custom.audience': audience, 'access.token.claim': 'true' },
  }
  return {
    name,
    protocol: 'openid-connect',
    attributes: { 'include.in.token.scope': 'true' },
    protocolMappers: audience === undefined ? [] : [mapper],
  }
}
