import { metadataUrls } from '../auth/discovery.js'
import { fetchJson, FetchJsonError } from '../auth/fetch-json.js'
import { isJsonObject, type JsonObject } from '../contract/json-pointer.js'
import { toFetchFailure } from './fetch-failure.js'
import { ok, problem, warning, type Finding } from './finding.js'
import { toDifference } from './issuer-difference.js'
import { show } from './refused-token.js'

export interface ExaminedIssuer {
  readonly findings: readonly Finding[]
  /** What the issuer says of itself (RFC 8414 section 2). `undefined`: nothing that counts. */
  readonly metadata: JsonObject | undefined
}

interface Attempt {
  readonly url: string
  readonly document?: JsonObject
  /** Why there is none. */
  readonly failure?: string
  readonly code?: FetchJsonError['code']
}

const subject = 'discovery'

/** Asks for an issuer's metadata at both addresses, and whether it is that of this very issuer. */
export async function examineIssuer(
  issuer: string,
  isEmbedded: boolean,
  send: typeof fetch,
): Promise<ExaminedIssuer> {
  const attempts = await Promise.all(metadataUrls(issuer).map((url) => attempt(url, send)))
  const fitting = attempts.filter(({ document }) => document?.['issuer'] === issuer)
  const [first] = fitting
  if (first === undefined) return { findings: [toMissing(attempts, issuer, isEmbedded)], metadata: undefined }
  const findings = attempts.map((one) =>
    fitting.includes(one)
      ? ok(subject, `${one.url} describes ISSUER.`)
      : ok(subject, `${one.url}: ${one.failure ?? toOther(one, issuer)}; the other address suffices.`),
  )
  return { findings: [...findings, ...toContradictions(fitting)], metadata: first.document }
}

async function attempt(url: string, send: typeof fetch): Promise<Attempt> {
  try {
    const document = await fetchJson(url, { fetch: send })
    return isJsonObject(document) ? { url, document } : { url, failure: 'what is there is no JSON object' }
  } catch (error) {
    const code = error instanceof FetchJsonError ? error.code : undefined
    return { url, failure: toFetchFailure(error), ...(code !== undefined && { code }) }
  }
}

function toMissing(attempts: readonly Attempt[], issuer: string, isEmbedded: boolean): Finding {
  const named = attempts.find(({ document }) => document !== undefined)
  if (named) {
    const name = named.document?.['issuer']
    const advice =
      typeof name === 'string'
        ? `Set ISSUER=${name} in .env, where that is whom you mean: iss of its tokens is compared byte for byte.`
        : 'Have it publish metadata that names its issuer (RFC 8414 section 3.2).'
    return problem(subject, `${named.url}: ${toOther(named, issuer)}.`, advice)
  }
  const seen = attempts.map(({ url, failure = '' }) => `${url}: ${failure}`).join('; ')
  const isUnanswered = attempts.every(({ code }) => code === 'network' || code === 'timeout')
  if (isUnanswered && isEmbedded) {
    return problem(
      subject,
      `${seen}.`,
      'Start it with `npm run dev`, or set ISSUER in .env to an authorization server of yours.',
    )
  }
  return problem(
    subject,
    `${seen}.`,
    isUnanswered
      ? 'Correct ISSUER in .env, or see that it runs and can be reached from here.'
      : 'Correct ISSUER in .env: it is iss of the access tokens, and its metadata is below that address.',
  )
}

function toOther({ document }: Attempt, issuer: string): string {
  const name = document?.['issuer']
  const difference = typeof name === 'string' ? toDifference(name, issuer) : undefined
  const alone = difference === undefined ? '' : `; they differ in ${difference} alone`
  return `the issuer there is ${show(name)}, and ISSUER is ${issuer}${alone}`
}

/** The service reads the first that it finds, clients perhaps the other. */
function toContradictions([one, other]: readonly Attempt[]): readonly Finding[] {
  return ['jwks_uri', 'token_endpoint'].flatMap((name) => {
    const [first, second] = [one?.document?.[name], other?.document?.[name]]
    if (other === undefined || first === second) return []
    return [
      warning(
        subject,
        `${name} is ${show(first)} at one address and ${show(second)} at the other.`,
        'Have the authorization server publish the same at both; the first is used.',
      ),
    ]
  })
}
