import type { IssuerPreset } from '../auth/issuer-preset.js'
import type { AccessTokenPolicy } from '../auth/policy.js'
import type { DecodedToken } from './judge-token.js'

/** A token that the gate has refused, and by what. */
export interface RefusedToken {
  readonly token: string
  /** `undefined`: it cannot be read. */
  readonly decoded: DecodedToken | undefined
  readonly policy: AccessTokenPolicy
  readonly preset: IssuerPreset
  readonly isEmbedded: boolean
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  readonly cause: unknown
}

/** What was seen and what to change, each in whole sentences. */
export interface Advice {
  readonly seen: string
  readonly advice: string
}

/** An own member of the claims. */
export function claim({ decoded }: RefusedToken, name: string): unknown {
  return decoded && Object.hasOwn(decoded.claims, name) ? decoded.claims[name] : undefined
}

/** An own member of the header. */
export function header({ decoded }: RefusedToken, name: string): unknown {
  return decoded && Object.hasOwn(decoded.header, name) ? decoded.header[name] : undefined
}

/** A member of a token, in words; not more of it than fits a line. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text === '' ? 'empty' : text
}
