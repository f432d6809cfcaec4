import { readConfirmation } from '../auth/confirmation.js'
import { toGrantedScopes } from '../auth/granted-scopes.js'
import type { IssuerPreset } from '../auth/issuer-preset.js'
import { resolvePolicy, type AccessTokenPolicy } from '../auth/policy.js'
import type { JsonObject } from '../contract/json-pointer.js'
import type { Contract } from '../contract/load-contract.js'
import type { Principal } from '../contract/principal.js'
import { describeReach, type Reach } from './describe-reach.js'
import { decodeToken, judgeToken, type DecodedToken, type JudgeOptions } from './judge-token.js'
import { toMoment, type Moment } from './moment.js'
import { toRefusalAdvice } from './refusal-advice.js'
import type { Advice } from './refused-token.js'
import type { TokenRules } from './settings.js'

/** What there is to say of a token. Holds neither the token nor its signature. */
export interface TokenDescription {
  readonly accepted: boolean
  readonly refusal?: Advice & { readonly code: string }
  readonly policy: Pick<
    AccessTokenPolicy,
    'issuer' | 'audiences' | 'clientIds' | 'typ' | 'algorithms' | 'clockToleranceSeconds'
  > & { readonly preset: IssuerPreset }
  /** `null`: cannot be read. */
  readonly header: JsonObject | null
  readonly claims: JsonObject | null
  /** The claims that are dates. */
  readonly dates: Readonly<Record<string, Moment>>
  readonly client: Reading<string | null>
  readonly scopes: Reading<readonly string[]> & {
    /** What to change where they are in another claim than the policy reads. */
    readonly advice?: string
  }
  /** Where the token is refused: what it would be worth if it were not. */
  readonly operations: readonly Reach[]
}

/** What the policy reads, and the claims that it reads it from. */
interface Reading<T> {
  readonly value: T
  readonly from: readonly string[]
}

export interface TokenContext {
  readonly rules: TokenRules
  readonly isEmbedded: boolean
  readonly contract: Contract
}

/** Judges a token and describes it. Throws `PolicyError`. */
export async function describeToken(
  token: string,
  { rules, isEmbedded, contract }: TokenContext,
  options: JudgeOptions = {},
): Promise<TokenDescription> {
  const { now = Date.now } = options
  const { preset } = rules
  const policy = resolvePolicy(rules.policy, rules.options)
  const judgement = await judgeToken(token, rules, options)
  const decoded = decodeToken(token)
  const refused = { token, decoded, policy, preset, isEmbedded, nowMs: now() }
  const principal = judgement.accepted ? judgement.principal : toClaimedPrincipal(decoded, policy)
  const { issuer, audiences, clientIds, typ, algorithms, clockToleranceSeconds } = policy
  const advice = decoded && principal?.scopes.length === 0 ? toScopeAdvice(decoded, policy) : undefined
  return {
    accepted: judgement.accepted,
    ...(!judgement.accepted && {
      refusal: {
        code: judgement.code,
        ...toRefusalAdvice(judgement.code, { ...refused, cause: judgement.cause }),
      },
    }),
    policy: { issuer, preset, audiences, clientIds, typ, algorithms, clockToleranceSeconds },
    header: decoded?.header ?? null,
    claims: decoded?.claims ?? null,
    dates: toDates(decoded, now()),
    client: { value: principal?.clientId || null, from: policy.clientIdFrom },
    scopes: {
      value: principal?.scopes ?? [],
      from: [policy.scopeFrom],
      ...(advice !== undefined && { advice }),
    },
    operations: describeReach(contract, principal),
  }
}

/** The caller that a refused token speaks of. */
function toClaimedPrincipal(
  decoded: DecodedToken | undefined,
  policy: AccessTokenPolicy,
): Principal | undefined {
  if (!decoded) return undefined
  const { claims } = decoded
  const from = policy.clientIdFrom.find((name) => Object.hasOwn(claims, name))
  const clientId = from === undefined ? undefined : claims[from]
  return {
    clientId: typeof clientId === 'string' ? clientId : '',
    issuer: policy.issuer,
    scopes: toGrantedScopes(claims, policy),
    confirmation: readConfirmation(claims) ?? {},
  }
}

/** Claims that grant scopes at one authorization server or another. */
const scopeClaims = ['scope', 'scp', 'roles', 'permissions']

function toScopeAdvice({ claims }: DecodedToken, policy: AccessTokenPolicy): string | undefined {
  const others = scopeClaims.filter((name) => name !== policy.scopeFrom && Object.hasOwn(claims, name))
  const [other] = others
  if (Object.hasOwn(claims, policy.scopeFrom)) {
    const form = policy.scopeFormat === 'string' ? 'a text with spaces between scopes' : 'an array of texts'
    return claims[policy.scopeFrom] === '' || JSON.stringify(claims[policy.scopeFrom]) === '[]'
      ? undefined
      : `${policy.scopeFrom} is not ${form}: set ISSUER_PRESET in .env to what ISSUER is.`
  }
  if (other === undefined) return undefined
  return `The token has ${other}, which is not read: set ISSUER_PRESET in .env to what ISSUER is, or have it write scopes into ${policy.scopeFrom}.`
}

const dateClaims = ['exp', 'nbf', 'iat', 'auth_time']

function toDates(decoded: DecodedToken | undefined, nowMs: number): Readonly<Record<string, Moment>> {
  return Object.fromEntries(
    dateClaims.flatMap((name) => {
      const moment = toMoment(decoded?.claims[name], nowMs)
      return moment ? [[name, moment]] : []
    }),
  )
}
