import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { Bench } from 'tinybench'
import { createAccessTokenAuthenticator } from '../../src/auth/access-token-authenticator.js'
import { requestWith } from '../support/authenticator-request.js'
import { createTestIssuer } from '../support/keys.js'

/*
 * What authentication of a request costs, beside jose's verification of the same token with the same keys, in one process
 * and in alternate rounds. The ratio is what counts: rates say as much of the machine as of the code.
 *
 *   npm run bench:token
 */

const rounds = 5
/** Each side of a round, milliseconds. */
const roundMs = 200
/** Calls that are timed as one, because a clock reads no faster than some calls return. */
const batch = 20

const context = { schemeName: 'token', scheme: { type: 'oauth2' }, scopes: [] } as const

const issuer = await createTestIssuer({ algorithms: ['ES256', 'RS256'] })
const policy = { issuer: issuer.issuer, audiences: [issuer.audience], jwks: issuer.jwks as JSONWebKeySet }
const remembering = createAccessTokenAuthenticator([policy])
const forgetting = createAccessTokenAuthenticator([policy], { tokenCacheEntries: 0 })
const keys = createLocalJWKSet(policy.jwks)

console.log(row('', 'ours /s', 'jose /s', 'ratio', '(min to max)'))
for (const alg of ['ES256', 'RS256'] as const) {
  const token = issuer.token({ key: issuer.key(alg), claims: { scope: 'items:read items:write' } })
  const request = requestWith(`Bearer ${token}`)
  const peer = async (): Promise<void> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      typ: 'at+jwt',
    })
    if (payload['client_id'] !== 'test-client') throw new Error('The peer is wrong')
  }
  for (const [name, authenticate] of [
    ['seen before', remembering],
    ['seen for the first time', forgetting],
  ] as const) {
    const ours = async (): Promise<void> => {
      const answer = await authenticate(request, context)
      if (!answer.ok) throw new Error('The token is refused')
    }
    const measured: (readonly [number, number])[] = []
    await ratesOf(ours, peer)
    for (let round = 0; round < rounds; round++) measured.push(await ratesOf(ours, peer))
    const ratios = measured.map(([own, other]) => own / other)
    const [own, other] = [0, 1].map((side) => rate(median(measured.map((rates) => rates[side] ?? NaN))))
    const span = `(${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`
    console.log(row(`${alg}, ${name}`, own ?? '', other ?? '', median(ratios).toFixed(2), span))
  }
}

async function ratesOf(
  ours: () => Promise<void>,
  peer: () => Promise<void>,
): Promise<readonly [number, number]> {
  const bench = new Bench({ time: roundMs, warmup: false, throws: true })
  for (const [name, call] of Object.entries({ ours, peer })) {
    bench.add(name, async () => {
      for (let count = 0; count < batch; count++) await call()
    })
  }
  const [own, other] = (await bench.run()).map(({ result }) =>
    'throughput' in result ? result.throughput.mean * batch : NaN,
  )
  return [own ?? NaN, other ?? NaN]
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
}

function rate(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en')
}

function row(name: string, ...cells: readonly string[]): string {
  return [name.padEnd(32), ...cells.map((cell) => cell.padStart(18))].join('')
}
