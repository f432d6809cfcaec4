import { Socket } from 'node:net'
import { createAccessTokenAuthenticator } from '../auth/access-token-authenticator.js'
import { isJsonObject, type JsonObject } from '../contract/json-pointer.js'
import type { Principal } from '../contract/principal.js'
import type { TokenRules } from './settings.js'

/** What the gate makes of a token. */
export type Judgement =
  | { readonly accepted: true; readonly principal: Principal | undefined }
  /** `code` as the log of the service has it. */
  | { readonly accepted: false; readonly code: string; readonly cause: unknown }

export interface JudgeOptions {
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** Shows a token to the very authenticator that the service has, as a request would. Throws `PolicyError`. */
export async function judgeToken(
  token: string,
  rules: TokenRules,
  options: JudgeOptions = {},
): Promise<Judgement> {
  const authenticate = createAccessTokenAuthenticator([rules.policy], { ...rules.options, ...options })
  const authorization = `Bearer ${token}`
  const authentication = await authenticate(
    {
      method: 'GET',
      url: '/',
      headers: { authorization },
      headersDistinct: { authorization: [authorization] },
      socket: new Socket(),
    },
    { schemeName: 'token', scheme: { type: 'http', scheme: 'bearer' }, scopes: [] },
  )
  if (authentication.ok) return { accepted: true, principal: authentication.principal }
  const { code = authentication.reason, cause } = authentication
  return { accepted: false, code, cause }
}

/** A JWT (RFC 7519) as it reads, with nothing verified. */
export interface DecodedToken {
  readonly header: JsonObject
  readonly claims: JsonObject
}

/** `undefined` for what is no signed JWT that can be read: opaque, encrypted, or damaged. */
export function decodeToken(token: string): DecodedToken | undefined {
  const parts = token.split('.')
  const [header, claims] = parts.slice(0, 2).map(decodePart)
  return parts.length === 3 && header && claims ? { header, claims } : undefined
}

function decodePart(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
