import { createHash, randomUUID } from 'node:crypto'
import { createAccessTokenAuthenticator } from '../../src/auth/access-token-authenticator.js'
import { createApiKeyAuthenticator } from '../../src/auth/api-key-authenticator.js'
import type { Authenticator } from '../../src/auth/authenticator.js'
import { createBasicAuthenticator } from '../../src/auth/basic-authenticator.js'
import { createClientCertificateAuthenticator } from '../../src/auth/client-certificate-authenticator.js'
import type { Principal } from '../../src/contract/principal.js'
import type { SecurityRequirement } from '../../src/contract/operations/security-requirement.js'
import {
  coveredAlternatives,
  kindOf,
  senderConstraintsOf,
  takesAccessToken,
} from './documented-alternatives.js'
import { createProofMaker } from './dpop.js'
import {
  documentedOperations,
  documentedSchemes,
  documentedScopes,
  type DocumentedOperation,
  type ExampleRequest,
} from './example-requests.js'
import type { TestIssuer } from './keys.js'

/** What the security schemes of the document take from callers: an authenticator for each by its kind, and callers that have it. */
export interface Credentials {
  readonly authenticators: Readonly<Record<string, Authenticator>>
  /** The request with the credentials of one alternative of the operation, each where its scheme wants it. */
  readonly present: (
    operation: DocumentedOperation,
    example: ExampleRequest,
    changes?: CredentialChanges,
  ) => ExampleRequest
}

export interface CredentialChanges {
  /** Default: the first that the sweeps cover. */
  readonly alternative?: SecurityRequirement
  /** Scopes granted. Default: every one of the document. */
  readonly scopes?: readonly string[]
  /** Makes the access token with these claims laid over. Default: one of the issuer that is valid in every way. */
  readonly mint?: (claims: Readonly<Record<string, unknown>>) => string
  /** Whether keys and passwords are such as nobody has. Default: false. */
  readonly areUnknown?: boolean
  /** Whether the access token is bound to nothing, whatever the document says. Default: false. */
  readonly isUnbound?: boolean
}

/** Where callers believe the service to be; proofs are made for it. */
const publicUrl = 'https://api.test'

/** `accessTokens` is asked for the schemes that take access tokens, in place of one that trusts the issuer. */
export async function createCredentials(
  issuer: TestIssuer,
  accessTokens?: Authenticator,
): Promise<Credentials> {
  const maker = await createProofMaker()
  const holders = new Map<string, Principal>()
  const holderOf = (digest: string): Principal | undefined => holders.get(digest)
  const constraints = documentedOperations.flatMap((operation) =>
    operation.security.flatMap((alternative) => senderConstraintsOf(operation, alternative)),
  )
  // One for all of them: a proof is used up by the first look at it.
  const tokens =
    accessTokens ??
    createAccessTokenAuthenticator([{ issuer: issuer.issuer, audiences: [issuer.audience] }], {
      allowInsecureIssuers: true,
      ...(constraints.some((constraint) => constraint !== 'mtls') && { dpop: { publicUrl } }),
      ...(constraints.includes('mtls') && { mtls: {} }),
    })
  const byKind: Readonly<Record<ReturnType<typeof kindOf>, Authenticator>> = {
    accessToken: tokens,
    apiKey: createApiKeyAuthenticator(holderOf),
    basic: createBasicAuthenticator((userId) => {
      const principal = holderOf(digestOf(userId))
      return principal && { principal, passwordDigest: digestOf(userId) }
    }),
    certificate: createClientCertificateAuthenticator(() => undefined),
    other: () => ({ ok: false, reason: 'absent' }),
  }

  return {
    authenticators: Object.fromEntries(
      Object.entries(documentedSchemes).map(([name, scheme]) => [name, byKind[kindOf(scheme)]]),
    ),
    present(operation, example, changes = {}) {
      const { alternative = coveredAlternatives(operation)[0] ?? {}, scopes = documentedScopes } = changes
      const { mint = (claims) => issuer.token({ claims }), areUnknown = false, isUnbound = false } = changes
      const headers: Record<string, string> = { ...example.headers }
      let { target } = example
      for (const name of Object.keys(alternative)) {
        const scheme = documentedSchemes[name]
        if (scheme?.type !== 'apiKey' && scheme?.scheme?.toLowerCase() !== 'basic') continue
        const secret = randomUUID()
        const holder = { clientId: 'holder', issuer: 'https://holders.test', scopes }
        if (!areUnknown) holders.set(digestOf(secret), holder)
        const { type, in: place, name: key = '' } = scheme
        if (type === 'http') headers['Authorization'] = `Basic ${btoa(`${secret}:${secret}`)}`
        else if (place === 'header') headers[key] = secret
        else if (place === 'query') target += `${target.includes('?') ? '&' : '?'}${key}=${secret}`
        else headers['Cookie'] = [headers['Cookie'] ?? [], `${key}=${secret}`].flat().join('; ')
      }
      if (takesAccessToken(alternative)) {
        const isBound = !isUnbound && senderConstraintsOf(operation, alternative).length > 0
        const cnf = isBound && { cnf: { jkt: maker.jkt } }
        const token = mint({ scope: scopes.join(' '), ...cnf })
        headers['Authorization'] = `${isBound ? 'DPoP' : 'Bearer'} ${token}`
        const { method } = example
        if (isBound) headers['DPoP'] = maker.proof({ method, uri: publicUrl + target, token })
      }
      return { ...example, target, headers }
    },
  }
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
