import { PolicyError, resolvePolicy, type AccessTokenPolicy } from '../auth/policy.js'
import { ok, problem, type Finding } from './finding.js'
import { toTokenRules, type Settings } from './settings.js'
import { toSeries } from './terminal.js'

export interface ExaminedSettings {
  readonly findings: readonly Finding[]
  /** `undefined`: there is none that works. */
  readonly policy: AccessTokenPolicy | undefined
}

/** What the environment says by itself, with nobody asked. */
export function examineSettings({ config, mistakes, issuer, isEmbedded }: Settings): ExaminedSettings {
  const embedded = isEmbedded ? ', the embedded authorization server of `npm run dev`' : ''
  const named = issuer === undefined ? [] : [ok('ISSUER', `${issuer}${embedded}`)]
  if (!config) {
    const wrong = mistakes.map(({ name, message }) => problem(name, `${name} ${message}.`))
    return { findings: [...named, ...wrong], policy: undefined }
  }
  const rules = toTokenRules(config)
  const { audiences, clientIds } = config
  const source = isEmbedded ? 'as it makes them' : config.issuerPreset ? 'as set' : 'by the address of ISSUER'
  const findings = [
    ...named,
    ok('ISSUER_PRESET', `${rules.preset}, ${source}`),
    ...(audiences === null ? [] : [ok('AUDIENCE', toSeries(audiences, 'or'))]),
    ...(clientIds.length === 0 ? [] : [ok('CLIENT_IDS', toSeries(clientIds, 'and'))]),
  ]
  try {
    return { findings, policy: resolvePolicy(rules.policy, rules.options) }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return {
      findings: [...findings, ...error.mistakes.map((mistake) => problem('policy', `${mistake}.`))],
      policy: undefined,
    }
  }
}
