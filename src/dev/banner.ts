import { styleText } from 'node:util'

import type { Credentials } from './seeded-clients.js'

export interface BannerFacts {
  /** `info.title` and `info.version` of the document. */
  readonly title: string
  readonly version: string
  /** Base URL of the service, without a slash at the end. */
  readonly url: string
  /** Path of the documentation; `undefined`: not served. */
  readonly docsPath: string | undefined
  readonly issuer: string
  /** `undefined`: the issuer is not the embedded authorization server. */
  readonly embedded: { readonly tokenEndpoint: string; readonly credentials: Credentials } | undefined
  /** Path of an operation that any access token may call. */
  readonly callPath: string
  /** Whether the service takes no token without a proof, which curl cannot make. */
  readonly wantsProof: boolean
}

export interface BannerOptions {
  /** Bold and grey by ANSI sequences. Default: false. */
  readonly colors?: boolean
}

/** What a developer needs first: where things are, and what to paste to make a call. */
export function toBanner(facts: BannerFacts, options: BannerOptions = {}): string {
  const { title, version, url, docsPath, issuer, embedded } = facts
  // Newer releases of Node look at standard output themselves; who calls has decided already.
  const style = (format: 'bold' | 'gray', text: string) =>
    options.colors === true ? styleText(format, text, { validateStream: false }) : text
  const rows = [
    ['Service', url],
    ...(docsPath === undefined ? [] : [['Docs', `${url}${docsPath}`]]),
    ['Issuer', `${issuer}${embedded ? style('gray', '  embedded, for development only') : ''}`],
  ]
  return [
    '',
    `  ${style('bold', title)} ${style('gray', version)}`,
    '',
    ...rows.map(([name = '', value = '']) => `  ${style('gray', name.padEnd(9))}${value}`),
    '',
    ...toCall(facts, (text) => style('gray', text)),
    '',
    '',
  ].join('\n')
}

function toCall(
  { url, embedded, callPath, wantsProof }: BannerFacts,
  toGray: (text: string) => string,
): readonly string[] {
  if (wantsProof) {
    const text = 'One line for another terminal: tokens are bound to a key here, which it proves to have.'
    return [`  ${toGray(text)}`, '', '  npm run call']
  }
  return [
    `  ${toGray('Two lines for another terminal: get an access token, and call.')}`,
    '',
    `  ${embedded ? tokenByCurl(embedded.tokenEndpoint, embedded.credentials) : tokenByTestClient}`,
    `  curl -H "Authorization: Bearer $TOKEN" ${toShellWord(`${url}${callPath}`)}`,
  ]
}

/** The secret of another authorization server's client stays in `.env`, out of terminals and histories. */
const tokenByTestClient = 'TOKEN=$(npm run --silent call -- --token)'

function tokenByCurl(tokenEndpoint: string, { clientId, clientSecret }: Credentials): string {
  const user = toShellWord(`${formEncode(clientId)}:${formEncode(clientSecret)}`)
  const takeToken = `sed -n 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/p'`
  return `TOKEN=$(curl -s -u ${user} -d grant_type=client_credentials ${toShellWord(tokenEndpoint)} | ${takeToken})`
}

/** RFC 6749 section 2.3.1: both are form-encoded before they become a user name and a password. */
function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

function toShellWord(text: string): string {
  return /^[\w.:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
