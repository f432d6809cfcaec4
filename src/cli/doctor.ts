import type { Contract } from '../contract/load-contract.js'
import { examineClient } from './client-findings.js'
import { createClockProbe, toClockFinding } from './clock-probe.js'
import { parseArguments, UsageError, type Command, type ExitCode } from './command.js'
import { examineDatabase } from './database-findings.js'
import { examineDeployment } from './deployment-findings.js'
import { scopesOf } from './describe-reach.js'
import { bundledDocument, examine } from './examine.js'
import { problem, skipped, toFindingsText, type Finding } from './finding.js'
import { examineIssuer } from './issuer-findings.js'
import {
  examineKeys,
  examineRegistration,
  examineSupportedScopes,
  examineTokenEndpoint,
} from './metadata-findings.js'
import { examineSettings } from './settings-findings.js'
import { readSettings, type Settings } from './settings.js'
import { createPaint, toColumns, toJson, type Terminal } from './terminal.js'

export interface DoctorOptions {
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** `gatehouse doctor`: whether the environment fits the authorization server that it names. */
export function createDoctorCommand(options: DoctorOptions = {}): Command {
  return {
    name: 'doctor',
    synopsis: '[--document FILE] [--json]',
    summary:
      'Holds .env against the authorization server and the database that it names, and says what to change.',
    details: [
      ...toColumns([
        ['--document FILE', 'Path or URL of the OpenAPI document. Default: the one that the service serves'],
        ['--json', 'Write the result as JSON'],
      ]),
      '',
      'It reads, and fetches one token where TEST_CLIENT_ID and TEST_CLIENT_SECRET are set. It changes nothing.',
      '',
      'Exit code: 0 where there is no problem, 1 where there is one, 2 where the call is wrong.',
    ],
    run: (args, terminal) => run(args, terminal, options),
  }
}

async function run(args: readonly string[], terminal: Terminal, options: DoctorOptions): Promise<ExitCode> {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    options: { document: { type: 'string' }, json: { type: 'boolean' } },
  })
  if (positionals.length > 0)
    throw new UsageError('Everything is read from .env and the environment: name nothing here.')
  const findings = await findAll(values.document, terminal, options)
  const healthy = findings.every(({ level }) => level !== 'problem')
  if (values.json === true) terminal.out(toJson({ healthy, findings }))
  else terminal.out(`${toFindingsText(findings, createPaint(terminal)).join('\n')}\n`)
  return healthy ? 0 : 1
}

async function findAll(
  document: string | undefined,
  { environment, folder }: Terminal,
  { fetch: send = fetch, now = Date.now }: DoctorOptions,
): Promise<readonly Finding[]> {
  const settings = readSettings(environment)
  const { config } = settings
  const { findings, policy } = examineSettings(settings)
  const { contract } = await examine(document ?? bundledDocument, folder)
  const name = document ?? 'generated/openapi.json'
  return [
    ...findings,
    ...(contract
      ? []
      : [
          problem(
            'document',
            `${name} cannot be enforced.`,
            `\`npm run gatehouse -- check ${name}\` says why.`,
          ),
        ]),
    ...(await findAtIssuer(settings, policy, contract, environment, send, now)),
    ...(config ? examineDeployment(config, now()) : []),
    ...(config?.databaseUrl === undefined ? [] : [await examineDatabase(config.databaseUrl)]),
  ]
}

async function findAtIssuer(
  settings: Settings,
  policy: ReturnType<typeof examineSettings>['policy'],
  contract: Contract | undefined,
  environment: Terminal['environment'],
  send: typeof fetch,
  now: () => number,
): Promise<readonly Finding[]> {
  const { issuer, config, isEmbedded, isProduction } = settings
  const unseen = 'keys, token endpoint, scopes, client and clock were not looked at.'
  if (issuer === undefined) return [skipped('discovery', `Without an issuer, ${unseen}`)]
  const clock = createClockProbe(send, now)
  const { findings, metadata } = await examineIssuer(issuer, isEmbedded, clock.fetch)
  if (!metadata) return [...findings, skipped('discovery', `Without metadata, ${unseen}`)]
  return [
    ...findings,
    await examineKeys(metadata, policy, isProduction, clock.fetch),
    ...examineTokenEndpoint(metadata, isProduction),
    ...(config?.registrationToken === undefined ? [] : [examineRegistration(metadata, isProduction)]),
    ...(contract ? [examineSupportedScopes(metadata, scopesOf(contract), policy)] : []),
    ...(config && policy && contract
      ? await examineClient({ environment, config, isEmbedded, contract }, { fetch: send, now })
      : [skipped('client', 'No token was fetched: there is nothing yet to hold it against.')]),
    toClockFinding(clock, policy?.clockToleranceSeconds ?? 30),
  ]
}
