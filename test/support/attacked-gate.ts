import { Agent, request } from 'node:http'
import {
  createAccessTokenAuthenticator,
  type AccessTokenAuthenticator,
  type AccessTokenAuthenticatorOptions,
} from '../../src/auth/access-token-authenticator.js'
import type { AuthenticationContext } from '../../src/auth/authenticator.js'
import type { AccessTokenPolicyInput } from '../../src/auth/policy.js'
import { requestWith } from './authenticator-request.js'
import { openContractGate } from './contract-gate.js'
import { createProofMaker, type ProofMaker } from './dpop.js'
import { exampleRequest, type DocumentedOperation } from './example-requests.js'
import { createTestIssuer, type TestIssuer } from './keys.js'

/** Where callers believe the service to be; its socket is elsewhere. */
export const publicUrl = 'https://api.inventory.test'

export const challengeContext = {
  realm: 'inventory',
  resource_metadata: `${publicUrl}/.well-known/oauth-protected-resource`,
}

/** Header fields as they are written, so that one can come twice. */
export type Fields = readonly (readonly [name: string, value: string])[]

export interface Answer {
  readonly status: number
  readonly text: string
  readonly cacheControl: string | undefined
  readonly retryAfter: string | undefined
  /** Parameters of each challenge, by authentication scheme; descriptions and algorithms are left out. */
  readonly challenges: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Every operation of the document behind one gate, and the authorization servers that its attackers need. */
export interface AttackedGate {
  /** Trusted; serves its keys, ES256 and RS256, and counts who asks for them. */
  readonly issuer: TestIssuer
  /** Trusted, for PS256 alone; its key is known, and does not name its algorithm. */
  readonly strict: TestIssuer
  /** Trusted; grants scopes as an array. Its key is known. */
  readonly arrays: TestIssuer
  /** Trusted by nobody; a server that would like to be asked for its keys. */
  readonly outsider: TestIssuer
  readonly maker: ProofMaker
  /** What handlers were told, and what was logged of decisions: cleared by `reset`. */
  readonly callers: Awaited<ReturnType<typeof openContractGate>>['callers']
  readonly reasons: ReadonlyMap<string, string>
  /** A gate that has loaded its keys and has just looked for unknown ones. Its clock stands still. */
  reset(): Promise<void>
  /** A gate that has loaded nothing. */
  restart(options?: AccessTokenAuthenticatorOptions): void
  advance(seconds: number): void
  send(operation: DocumentedOperation, fields: Fields): Promise<Answer>
  close(): Promise<void>
}

const context: AuthenticationContext = { schemeName: 'token', scheme: { type: 'oauth2' }, scopes: [] }

export async function openAttackedGate(): Promise<AttackedGate> {
  const audience = 'https://inventory.test'
  const [issuer, strict, arrays, outsider, maker] = await Promise.all([
    createTestIssuer({ audience, algorithms: ['ES256', 'RS256'] }),
    createTestIssuer({ audience, algorithms: ['PS256'], issuer: 'https://strict.test' }),
    createTestIssuer({ audience, issuer: 'https://arrays.test' }),
    createTestIssuer({ audience }),
    createProofMaker(),
  ])
  await Promise.all([issuer.start(), outsider.start()])
  const { keys } = issuer
  const policies: readonly AccessTokenPolicyInput[] = [
    { issuer: issuer.issuer, audiences: [audience], jwksUri: issuer.jwksUri },
    {
      issuer: strict.issuer,
      audiences: [audience],
      algorithms: ['PS256'],
      jwks: { keys: strict.keys.map(({ publicJwk: { alg: _alg, ...jwk } }) => jwk) },
    },
    {
      issuer: arrays.issuer,
      audiences: [audience],
      scopeFrom: 'scp',
      scopeFormat: 'array',
      jwks: { keys: arrays.jwks.keys },
    },
  ]

  let time = Date.now()
  let door: AccessTokenAuthenticator
  const restart = (options: AccessTokenAuthenticatorOptions = {}): void => {
    door = createAccessTokenAuthenticator(policies, {
      realm: challengeContext.realm,
      resourceMetadataUrl: challengeContext.resource_metadata,
      allowInsecureIssuers: true,
      dpop: { publicUrl },
      now: () => time,
      ...options,
    })
  }
  restart()

  const reasons = new Map<string, string>()
  const note = (fields: Readonly<Record<string, unknown>>): void => {
    const { operationId, reason, outcome } = fields as Record<string, string>
    if (operationId !== undefined) reasons.set(operationId, reason ?? outcome ?? '')
  }
  const gate = await openContractGate({
    issuer,
    logger: { debug: note, info: note, warn: note, error: note },
    authenticator: Object.assign<AccessTokenAuthenticator, object>(
      ((...asked) => door(...asked)) as AccessTokenAuthenticator,
      {
        challenge: ((...asked) => door.challenge(...asked)) satisfies AccessTokenAuthenticator['challenge'],
        // `mtls` is not tried: a document that asks for it builds, and its operations are not attacked.
        bindings: ['dpop', 'mtls'],
      },
    ),
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })

  return {
    issuer,
    strict,
    arrays,
    outsider,
    maker,
    callers: gate.callers,
    reasons,
    restart,
    advance: (seconds) => (time += seconds * 1_000),
    async reset() {
      issuer.rotate(keys)
      issuer.answer()
      time = Date.now()
      restart()
      await door(requestWith(`Bearer ${issuer.token({ header: { kid: 'nobody-knows' } })}`), context)
      gate.callers.clear()
      reasons.clear()
    },
    send: (operation, fields) => send(gate.port, agent, operation, fields),
    async close() {
      agent.destroy()
      await gate.close()
      await Promise.all([issuer.close(), outsider.close()])
    },
  }
}

/** The first example of the operation with these fields, `Host` among them where it is to be another. */
function send(port: number, agent: Agent, operation: DocumentedOperation, fields: Fields): Promise<Answer> {
  const { method, target, headers, body = '' } = exampleRequest(operation)
  const isHostGiven = fields.some(([name]) => name === 'Host')
  const written: Fields = [
    ...(isHostGiven ? [] : [['Host', `127.0.0.1:${port}`] as const]),
    ...Object.entries(headers),
    ...fields,
    ...(body === '' ? [] : [['Content-Length', String(Buffer.byteLength(body))] as const]),
  ]
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', agent, method, path: target, headers: written.flat() })
      .on('error', reject)
      .on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode = 0, headers, headersDistinct } = response
          resolve({
            status: statusCode,
            text,
            cacheControl: headers['cache-control'],
            retryAfter: headers['retry-after'],
            challenges: toChallenges(headersDistinct['www-authenticate'] ?? []),
          })
        })
      })
      .end(body)
  })
}

/** RFC 9110 section 11.6.1: a scheme, and name="value" behind it. */
function toChallenges(fields: readonly string[]): Answer['challenges'] {
  return Object.fromEntries(
    fields.map((field) => {
      const [scheme = '', rest = ''] = field.split(/ (.*)/)
      const {
        error_description: _text,
        algs: _algs,
        ...parameters
      } = Object.fromEntries(
        [...rest.matchAll(/([a-z_]+)="([^"]*)"(?:, |$)/g)].map(([, name = '', value = '']) => [name, value]),
      )
      return [scheme, parameters]
    }),
  )
}
