import { randomUUID } from 'node:crypto'
import {
  createAccessTokenAuthenticator,
  type AccessTokenAuthenticatorOptions,
} from '../../src/auth/access-token-authenticator.js'
import type { AccessTokenPolicyInput } from '../../src/auth/policy.js'
import { loadContract } from '../../src/contract/load-contract.js'
import { createApp, type CreateAppOptions } from '../../src/http/app.js'
import type { CreateServerOptions } from '../../src/http/server.js'
import { createProofMaker, type ProofInput, type ProofMaker } from './dpop.js'
import { documentWith } from './document.js'
import { createTestIssuer, type TestIssuer, type TokenInput } from './keys.js'
import { serve } from './serve.js'

/** Where callers believe the service to be; its socket is elsewhere. */
export const publicUrl = 'https://api.test'

const operation = (operationId: string, rest: object = {}): object => ({
  operationId,
  security: [{ token: ['items:read'] }],
  responses: { 200: { description: 'Who calls.', content: { 'application/json': {} } } },
  ...rest,
})

const scheme = {
  type: 'oauth2',
  flows: { clientCredentials: { tokenUrl: '/token', scopes: { 'items:read': 'Read.' } } },
}

/** Operations that take any access token, and one for each way in which they can ask for more. */
const document = documentWith(
  {
    '/items': { get: operation('listItems'), delete: operation('clearItems') },
    '/items/{sku}': {
      parameters: [{ name: 'sku', in: 'path', required: true, schema: { type: 'string' } }],
      get: operation('getItem'),
    },
    '/either': { get: operation('either', { security: [{ token: ['admin'] }, { second: ['items:read'] }] }) },
    '/anyone': { get: operation('anyone', { security: [] }) },
  },
  {
    components: {
      securitySchemes: {
        token: {
          ...scheme,
          flows: {
            clientCredentials: {
              tokenUrl: '/token',
              scopes: { 'items:read': 'Read.', admin: 'Everything.' },
            },
          },
        },
        second: scheme,
      },
    },
  },
)

export interface BoundService {
  readonly url: string
  readonly port: number
  readonly issuer: TestIssuer
  readonly maker: ProofMaker
  /** A token of the scope, bound to the key of `maker` unless claims say otherwise. */
  token(claims?: TokenInput['claims']): string
  /** A good proof for the token at `/items`, but for what is laid over it. */
  proof(input: Omit<ProofInput, 'uri'> & { readonly uri?: string }): string
}

export interface BoundServiceOptions {
  readonly authenticator?: AccessTokenAuthenticatorOptions
  readonly app?: Partial<CreateAppOptions>
  readonly server?: CreateServerOptions
  readonly document?: typeof document
  readonly issuer?: TestIssuer
  /** Default: the issuer's, with its keys. */
  readonly policy?: AccessTokenPolicyInput
}

/** A whole application behind a real socket that takes bound tokens; its issuer's keys are given to it. */
export async function openBoundService(options: BoundServiceOptions = {}): Promise<BoundService> {
  const issuer = options.issuer ?? (await createTestIssuer())
  const maker = await createProofMaker()
  const contract = await loadContract(options.document ?? document)
  const authenticator = createAccessTokenAuthenticator(
    [options.policy ?? { issuer: issuer.issuer, audiences: [issuer.audience], jwks: issuer.jwks }],
    options.authenticator ?? { dpop: { publicUrl } },
  )
  const app = createApp({
    contract,
    handlers: Object.fromEntries(
      [...contract.operations.keys()].map((key) => [
        key,
        (_input: unknown, principal: unknown) => ({ status: 200, body: principal ?? null }),
      ]),
    ),
    authenticators: Object.fromEntries(
      [...contract.securitySchemes.keys()].map((name) => [name, authenticator]),
    ),
    validateReplies: 'off',
    ...options.app,
  })
  const { url, port } = await serve(app, options.server)
  return {
    url,
    port,
    issuer,
    maker,
    token: (claims = {}) =>
      issuer.token({
        claims: { scope: 'items:read', cnf: { jkt: maker.jkt }, jti: randomUUID(), ...claims },
      }),
    proof: (input) => maker.proof({ uri: `${publicUrl}/items`, ...input }),
  }
}
