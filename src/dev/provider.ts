import type { EventEmitter } from 'node:events'
import type { Adapter, AdapterFactory, errors, KoaContextWithOIDC } from 'oidc-provider'
import { Provider } from 'oidc-provider/lib/provider.js'

import type { Logger } from '../telemetry/log.js'
import { DevelopmentError } from './development-error.js'
import {
  registrationPolicyName,
  toProviderConfiguration,
  type ProviderSettings,
} from './provider-configuration.js'
import type { SeededClient } from './seeded-clients.js'

/**
 * oidc-provider as the development environment wants it: nothing but the client credentials grant, and everything it has
 * to say goes to `logger`. `registrationToken` opens the registration endpoint.
 *
 * @throws DevelopmentError for a client that cannot be used.
 */
export async function createProvider(
  issuer: string,
  settings: ProviderSettings,
  registrationToken: string,
  logger: Logger,
): Promise<Provider> {
  const adapter = withKnownScopes(settings.adapter, new Set(settings.scopes))
  const provider = new Provider(issuer, toProviderConfiguration({ ...settings, adapter }))
  provider.use(offerClientCredentialsOnly)
  report(provider, logger)
  await assertClients(provider, settings.clients)
  await new provider.InitialAccessToken({ jti: registrationToken, policies: [registrationPolicyName] }).save()
  return provider
}

/** A client with metadata that oidc-provider refuses would otherwise show at its first token request only. */
async function assertClients(provider: Provider, clients: readonly SeededClient[]): Promise<void> {
  for (const { clientId } of clients) {
    try {
      await provider.Client.find(clientId)
    } catch (cause) {
      const reason =
        cause instanceof Error && 'error_description' in cause ? String(cause.error_description) : ''
      throw new DevelopmentError('setting', `The client '${clientId}' cannot be used: ${reason}.`, { cause })
    }
  }
}

/**
 * A scope that the document no longer has would make every client unusable that was registered with it. Such a client
 * keeps its other scopes.
 */
function withKnownScopes(adapters: AdapterFactory, scopes: ReadonlySet<string>): AdapterFactory {
  return (model) => {
    const adapter = adapters(model)
    return model === 'Client' ? { ...adapter, find: async (id) => restrict(await adapter.find(id)) } : adapter
  }

  function restrict(client: Awaited<ReturnType<Adapter['find']>>) {
    if (client?.scope === undefined) return client
    const { scope, ...others } = client
    const left = scope.split(' ').filter((name) => scopes.has(name))
    return left.length === 0 ? others : { ...others, scope: left.join(' ') }
  }
}

const offered = /^\/(token(\/introspection|\/revocation)?|jwks|reg(\/[^/]+)?|\.well-known\/[a-z-]+)$/

/** oidc-provider always has routes for signing in users; here they are neither found nor advertised. */
async function offerClientCredentialsOnly(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  if (!offered.test(ctx.path)) return
  await next()
  if (!ctx.path.startsWith('/.well-known/') || ctx.status !== 200) return
  const metadata = ctx.body as { authorization_endpoint?: string; scopes_supported: string[] }
  delete metadata.authorization_endpoint
  metadata.scopes_supported = metadata.scopes_supported.filter((scope) => scope !== 'openid')
}

/** Public answers of a token endpoint say little on purpose; the developer at the terminal may know why. */
function report(provider: Provider, logger: Logger): void {
  const refused = (subject: string) => (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    const { error: code, error_description: description, error_detail: detail } = error
    logger.warn({ code, description, detail, clientId: ctx.oidc.client?.clientId }, `${subject} refused`)
  }
  provider.on('grant.error', refused('token request'))
  provider.on('registration_create.error', refused('client registration'))
  provider.on('introspection.error', refused('introspection'))
  provider.on('revocation.error', refused('revocation'))
  provider.on('server_error', (_ctx: unknown, err: Error) => {
    logger.error({ err }, 'the authorization server failed')
  })
  // Without a listener Koa writes to the terminal by itself. The event is Koa's, so the provider's types lack it.
  const koa: EventEmitter = provider
  koa.on('error', (err: Error) => {
    logger.error({ err }, 'the authorization server failed')
  })
}
