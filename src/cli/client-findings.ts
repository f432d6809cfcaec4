import type { Config, Environment } from '../config/config.js'
import type { Contract } from '../contract/load-contract.js'
import { TokenError } from '../sdk/errors.js'
import { createTokenSource } from '../sdk/token-source.js'
import { findClientCredentials } from './client-credentials.js'
import { scopesOf } from './describe-reach.js'
import { describeToken, type TokenDescription } from './describe-token.js'
import { ok, problem, skipped, warning, type Finding } from './finding.js'
import type { JudgeOptions } from './judge-token.js'
import { toSpan } from './moment.js'
import { toTokenRules } from './settings.js'
import { toSeries } from './terminal.js'
import { toTokenErrorAdvice } from './token-error-advice.js'

export interface ClientContext {
  readonly environment: Environment
  readonly config: Config
  readonly isEmbedded: boolean
  readonly contract: Contract
}

/** Fetches a token for the client of the environment, where there is one, and holds it against policy and document. */
export async function examineClient(
  { environment, config, isEmbedded, contract }: ClientContext,
  options: Required<JudgeOptions>,
): Promise<readonly Finding[]> {
  const found = await findClientCredentials(environment, config, isEmbedded)
  if (!found.client) return [skipped('client', `${found.missing} No token was fetched.`)]
  const { client } = found
  const rules = toTokenRules(config)
  let token: string
  const findings: Finding[] = []
  try {
    const { value, expiresAtMs } = await createTokenSource({ ...client, ...options }).accessToken()
    token = value
    const life = toSpan(Math.round((expiresAtMs - options.now()) / 1000))
    findings.push(ok('client', `${client.clientId} gets a token for ${life}.`))
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const { seen, advice } = toTokenErrorAdvice(error, { ...rules, isEmbedded, scopes: client.scopes })
    return [problem('client', seen, advice)]
  }
  const description = await describeToken(token, { rules, isEmbedded, contract }, options)
  const { refusal } = description
  if (refusal) {
    return [...findings, problem('token', `Refused (${refusal.code}). ${refusal.seen}`, refusal.advice)]
  }
  return [
    ...findings,
    ok('token', `Accepted, as ${description.client.value ?? 'nobody'}.`),
    toGrantFinding(description, scopesOf(contract), client.scopes),
  ]
}

/** `asked`: the scopes of DEFAULT_SCOPE. */
function toGrantFinding(
  { scopes, operations }: TokenDescription,
  required: readonly string[],
  asked: readonly string[] = [],
): Finding {
  const granted = scopes.value
  const open = operations.filter(({ outcome }) => outcome === 'anyone' || outcome === 'open').length
  const reach = `It opens ${open} of ${operations.length} operations.`
  const lacking = required.filter((scope) => !granted.includes(scope))
  if (required.length > 0 && lacking.length === required.length) {
    return problem(
      'granted scopes',
      `The token grants none of ${toSeries(required, 'and')}. ${reach}`,
      scopes.advice ??
        'Allow the client scopes at the authorization server, and name them in DEFAULT_SCOPE where it wants that.',
    )
  }
  // Scopes that are asked for under another name, such as Entra's `/.default`, are not among the required ones.
  const refused = asked.filter((scope) => required.includes(scope) && !granted.includes(scope))
  if (refused.length > 0) {
    return warning(
      'granted scopes',
      `The token lacks ${toSeries(refused, 'and')} of DEFAULT_SCOPE. ${reach}`,
      'Allow the client what it asks for, at the authorization server.',
    )
  }
  const without = lacking.length === 0 ? '' : ` without ${toSeries(lacking, 'and')}`
  return ok('granted scopes', `${toSeries(granted, 'and')}${without}. ${reach}`)
}
