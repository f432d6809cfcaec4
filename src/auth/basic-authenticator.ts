import { timingSafeEqual } from 'node:crypto'
import type { Principal } from '../contract/principal.js'
import type { SecurityScheme } from '../contract/operations/security-requirement.js'
import type { Authentication, Authenticator, AuthenticatorRequest } from './authenticator.js'
import { toChallenge } from './challenge.js'
import { toSecretDigest } from './secret-digest.js'

/* RFC 7617: `type: http, scheme: basic`. */

/** Who has a user-id, and how its password is known. */
export interface BasicCaller<P extends Principal = Principal> {
  readonly principal: P
  /** SHA-256 of the password in hex, as `sha256sum` writes it. */
  readonly passwordDigest: string
}

export interface BasicAuthenticatorOptions {
  /** Protection space that the challenge names. Default: `'api'`. */
  readonly realm?: string
}

/**
 * `findCaller` gets the user-id and gives who has it, `undefined` where nobody does; it throws or rejects where it cannot
 * tell, which is answered with 503. Digests are compared in constant time, also where nobody has the user-id. Meant for
 * random passwords of 128 bits or more: what people choose needs a slow hash, and an authenticator of your own.
 */
export function createBasicAuthenticator<P extends Principal>(
  findCaller: (userId: string) => BasicCaller<P> | undefined | Promise<BasicCaller<P> | undefined>,
  options: BasicAuthenticatorOptions = {},
): Authenticator<P> {
  const challenge = toChallenge('Basic', { realm: options.realm ?? 'api', charset: 'UTF-8' })
  const authenticate = async (request: AuthenticatorRequest): Promise<Authentication<P>> => {
    const read = readCredentials(request)
    if (read.kind === 'absent') return { ok: false, reason: 'absent' }
    if (read.kind === 'syntax') return { ok: false, reason: 'syntax', code: read.code }
    try {
      const caller = await findCaller(read.userId)
      const isPassword = isEqual(toSecretDigest(read.password), caller?.passwordDigest ?? nobodysDigest)
      if (caller && isPassword) return { ok: true, principal: caller.principal }
      return { ok: false, reason: 'invalid', code: 'unknown_credentials' }
    } catch (cause) {
      return { ok: false, reason: 'unavailable', code: 'lookup_failed', cause }
    }
  }
  return Object.assign(authenticate, {
    challenge: () => challenge,
    fits: ({ type, scheme }: SecurityScheme) => type === 'http' && scheme?.toLowerCase() === 'basic',
  })
}

/** No secret has it. */
const nobodysDigest = '-'.repeat(64)

function isEqual(digest: string, expected: string): boolean {
  const [a, b] = [Buffer.from(digest), Buffer.from(expected.toLowerCase())]
  return a.length === b.length && timingSafeEqual(a, b)
}

type Credentials =
  | { readonly kind: 'absent' }
  | { readonly kind: 'syntax'; readonly code: string }
  | { readonly kind: 'read'; readonly userId: string; readonly password: string }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** RFC 7617 section 2. Two `Authorization` fields are an error whatever they hold. */
function readCredentials({ headersDistinct }: Pick<AuthenticatorRequest, 'headersDistinct'>): Credentials {
  const [field, ...more] = headersDistinct['authorization'] ?? []
  if (field === undefined || !/^basic(?: |$)/i.test(field)) return { kind: 'absent' }
  if (more.length > 0) return { kind: 'syntax', code: 'repeated_header' }
  const encoded = field.slice('basic'.length).trimStart()
  const bytes = Buffer.from(encoded, 'base64')
  // Decoders forgive a lot; credentials have one spelling here.
  if (encoded === '' || bytes.toString('base64') !== encoded) return { kind: 'syntax', code: 'characters' }
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { kind: 'syntax', code: 'characters' }
  }
  const colon = text.indexOf(':')
  if (colon === -1 || /\p{Cc}/u.test(text)) return { kind: 'syntax', code: 'characters' }
  return { kind: 'read', userId: text.slice(0, colon), password: text.slice(colon + 1) }
}
