import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { PolicyError } from '../auth/policy.js'
import { TokenError } from '../sdk/errors.js'
import { createTokenSource } from '../sdk/token-source.js'
import { findClientCredentials } from './client-credentials.js'
import { parseArguments, UsageError, type Command, type ExitCode } from './command.js'
import { describeToken } from './describe-token.js'
import { bundledDocument, examine } from './examine.js'
import { readSettings, toTokenRules } from './settings.js'
import { createPaint, toColumns, toJson, toPlain, type Terminal } from './terminal.js'
import { toTokenErrorAdvice } from './token-error-advice.js'
import { toTokenText } from './token-text.js'

export interface TokenOptions {
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** `gatehouse token`: what a token says, whether the gate accepts it, and what it opens. */
export function createTokenCommand(options: TokenOptions = {}): Command {
  return {
    name: 'token',
    synopsis: '[FILE | -] [--document FILE] [--print] [--json]',
    summary:
      'Fetches an access token, or reads one, and says what it holds, why the gate takes it or not, and what it opens.',
    details: [
      ...toColumns([
        ['FILE', 'Where the token is; `-`: standard input. Default: one is fetched for the client in .env'],
        ['--document FILE', 'Path or URL of the OpenAPI document. Default: the one that the service serves'],
        ['--print', 'Write the token as well'],
        ['--json', 'Write the result as JSON'],
      ]),
      '',
      'The client is TEST_CLIENT_ID with TEST_CLIENT_SECRET, and asks for DEFAULT_SCOPE; the policy is that of ISSUER,',
      'AUDIENCE, CLIENT_IDS and ISSUER_PRESET. A token is never an argument: those show in process lists and histories.',
      '',
      'Exit code: 0 where the token is accepted, 1 where it is not or none can be had, 2 where the call is wrong.',
    ],
    run: (args, terminal) => run(args, terminal, options),
  }
}

/** Nothing could be said of a token; the message says what to do. */
class TokenUnavailableError extends Error {
  override readonly name = 'TokenUnavailableError'
  readonly code = 'token_unavailable'
}

async function run(args: readonly string[], terminal: Terminal, options: TokenOptions): Promise<ExitCode> {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    options: { document: { type: 'string' }, print: { type: 'boolean' }, json: { type: 'boolean' } },
  })
  for (const word of positionals) assertNoToken(word)
  const [file, ...surplus] = positionals
  if (surplus.length > 0) throw new UsageError('One token at a time: give one FILE, or `-`.')
  try {
    return await explain(file, values, terminal, options)
  } catch (error) {
    if (!(error instanceof TokenUnavailableError)) throw error
    if (values.json === true) terminal.out(toJson({ accepted: false, error: error.message }))
    else terminal.err(`${error.message.split('\n').map(toPlain).join('\n')}\n`)
    return 1
  }
}

async function explain(
  file: string | undefined,
  { document, print, json }: { document?: string; print?: boolean; json?: boolean },
  terminal: Terminal,
  options: TokenOptions,
): Promise<ExitCode> {
  const { config, mistakes, isEmbedded } = readSettings(terminal.environment)
  if (!config) {
    const lines = mistakes.map(({ name, message }) => `  ${name} ${message}`)
    throw new TokenUnavailableError(['There is no policy to hold a token against:', ...lines].join('\n'))
  }
  const { contract } = await examine(document ?? bundledDocument, terminal.folder)
  if (!contract) {
    const name = document ?? 'generated/openapi.json'
    throw new TokenUnavailableError(
      `${name} cannot be enforced: \`npm run gatehouse -- check ${name}\` says why.`,
    )
  }
  const rules = toTokenRules(config)
  const token =
    file === undefined
      ? await fetchToken(terminal, config, isEmbedded, options)
      : readToken(await readSource(file, terminal))
  const description = await describeToken(token, { rules, isEmbedded, contract }, options).catch(
    (error: unknown) => {
      throw error instanceof PolicyError ? new TokenUnavailableError(`${error.message}.`) : error
    },
  )
  const shown = print === true ? token : undefined
  if (json === true) terminal.out(toJson({ ...description, ...(shown !== undefined && { token: shown }) }))
  else {
    const paint = createPaint(terminal)
    const lines = [
      ...toTokenText(description, paint),
      ...(shown === undefined ? [] : ['', paint('bold', 'Token'), toPlain(shown)]),
    ]
    terminal.out(`${lines.join('\n')}\n`)
  }
  return description.accepted ? 0 : 1
}

async function fetchToken(
  { environment }: Terminal,
  config: Parameters<typeof toTokenRules>[0],
  isEmbedded: boolean,
  options: TokenOptions,
): Promise<string> {
  const { fetch, now } = options
  const found = await findClientCredentials(environment, config, isEmbedded)
  if (!found.client) throw new TokenUnavailableError(found.missing)
  const { client } = found
  try {
    return (
      await createTokenSource({ ...client, ...(fetch && { fetch }), ...(now && { now }) }).accessToken()
    ).value
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const { preset } = toTokenRules(config)
    const { seen, advice } = toTokenErrorAdvice(error, { preset, isEmbedded, scopes: client.scopes })
    throw new TokenUnavailableError(`${seen}\n${advice}`, { cause: error })
  }
}

async function readSource(file: string, { folder, input }: Terminal): Promise<string> {
  if (file === '-') return input()
  try {
    return await readFile(resolve(folder, file), 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    // Not quoted: it could be a token that was put where a file is meant.
    throw new TokenUnavailableError(`FILE cannot be read${reason}.`, { cause })
  }
}

/** As it was pasted: alone, or with the scheme or the whole header field before it. */
function readToken(text: string): string {
  const token = text.trim().replace(/^(?:authorization:\s*)?bearer\s+/i, '')
  if (token === '') throw new TokenUnavailableError('There is no token in it: write the access token alone.')
  return token
}

/** Not quoted: whoever reads the terminal should not have it as well. */
function assertNoToken(word: string): void {
  if (!/^ey[\w-]*\.[\w-]+\./.test(word) && !/^bearer\b/i.test(word)) return
  throw new UsageError(
    'That looks like a token. Arguments show in process lists and histories: write it to standard input, with `-`.',
  )
}
