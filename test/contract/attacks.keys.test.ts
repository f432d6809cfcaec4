import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { ec, evil, gate, refuseAll, rsa, secured, type Attack } from '../support/attacked-operations.js'
import {
  authorized,
  bearer,
  decoded,
  goodClaims,
  noScope,
  parts,
  seconds,
  syntax,
  token,
  undecided,
  unsigned,
} from '../support/attackers-tokens.js'
import { encodePart, mintKey, type TokenInput } from '../support/keys.js'

/** The token of this row that every operation has just let in. */
let remembered = ''
const remember =
  (make: () => string, after: () => unknown = () => undefined) =>
  async (): Promise<void> => {
    remembered = make()
    for (const operation of secured) {
      const { status } = await gate.send(operation, [['Authorization', `Bearer ${remembered}`]])
      expect(status).toBeLessThan(300)
    }
    await after()
  }
const same = (): TokenInput => {
  const { iat, exp, jti, sub } = decoded(parts(remembered)[1])
  return { claims: { iat, exp, jti, sub } }
}

const caches: readonly Attack[] = [
  {
    title: 'a token that was let in a moment ago and has expired since (CVE-2026-107719)',
    given: remember(
      () => token({ claims: { exp: seconds() + 20 } }),
      () => gate.advance(51),
    ),
    token: () => remembered,
    want: 'expired',
  },
  {
    title: 'another payload under the header and signature of a token that is remembered (CVE-2026-35039)',
    given: remember(() => token()),
    token: () => {
      const [h, , s] = parts(remembered)
      return `${h}.${encodePart({ ...goodClaims(), client_id: 'victim' })}.${s}`
    },
    want: 'signature',
  },
  {
    title: 'a forged token with the kid, jti, sub and times of one that is remembered (CVE-2026-35039)',
    given: remember(() => token()),
    token: () => token({ claims: { ...same().claims }, header: { kid: ec.kid }, key: evil }),
    want: 'signature',
  },
  {
    title: 'a token without scopes, with the jti, sub and times of one that is remembered (CVE-2026-35039)',
    given: remember(() => token()),
    token: () => token({ claims: { ...same().claims, scope: undefined } }),
    want: noScope,
  },
  {
    title: 'a token that is remembered, with a part more',
    given: remember(() => token()),
    token: () => `${remembered}.AAAA`,
    want: 'malformed',
  },
]

const json = { 'content-type': 'application/json' }
const hourLong = (changed: TokenInput = {}): string =>
  token({ ...changed, claims: { exp: seconds() + 3_600 } })

const keySets: readonly Attack[] = [
  {
    title: 'a token of a key that was rotated away',
    given: remember(hourLong, async () => {
      const next = await mintKey()
      gate.issuer.rotate([next])
      gate.advance(31)
      const { status } = await gate.send(secured[0]!, [['Authorization', `Bearer ${token()}`]])
      expect(status).toBeLessThan(300)
    }),
    token: () => remembered,
    want: { status: 401, reason: 'key', fetches: 1 },
  },
  {
    title: 'a token of a key that was removed',
    given: remember(hourLong, () => {
      gate.issuer.rotate([rsa])
      gate.advance(601)
    }),
    token: () => remembered,
    want: { status: 401, reason: 'key', fetches: 2 },
  },
  {
    title: '1,000 unknown kids',
    given: async () => {
      const statuses = new Set<number>()
      for (let sent = 0; sent < 1_000;) {
        const batch = Array.from({ length: 50 }, () => secured[sent++ % secured.length]!)
        const answers = await Promise.all(
          batch.map((operation) =>
            gate.send(operation, [['Authorization', `Bearer ${token({ header: { kid: randomUUID() } })}`]]),
          ),
        )
        for (const { status } of answers) statuses.add(status)
      }
      expect([...statuses]).toEqual([401])
    },
    token: () => token({ header: { kid: randomUUID() } }),
    want: 'key',
  },
  {
    title: 'an unknown kid while the key set is down',
    given: () => {
      gate.issuer.answer((_, response) => response.writeHead(500).end())
      gate.advance(31)
    },
    token: () => token({ key: evil }),
    want: undecided(1),
  },
  {
    title: 'a forged signature while the key set is down',
    given: () => gate.issuer.answer((_, response) => response.writeHead(500).end()),
    token: () => token({ key: evil, header: { kid: ec.kid } }),
    want: 'signature',
  },
  {
    title: 'a good token, with the key set down from the start',
    given: () => {
      gate.restart()
      gate.issuer.answer((_, response) => response.writeHead(500).end())
    },
    token,
    want: undecided(1),
  },
  {
    title: 'alg none, with the key set down from the start',
    given: () => {
      gate.restart()
      gate.issuer.answer((_, response) => response.writeHead(500).end())
    },
    token: unsigned({ alg: 'none' }),
    want: 'algorithm',
  },
  {
    title: 'two Authorization fields, with the key set down from the start (CVE-2025-64527)',
    given: () => {
      gate.restart()
      gate.issuer.answer((_, response) => response.writeHead(500).end())
    },
    fields: authorized(
      bearer(() => token()),
      bearer(() => token()),
    ),
    want: syntax('repeated_header'),
  },
  {
    title: 'a good token, with a key set that is slow',
    given: () => {
      gate.restart({ firstWaitMs: 20, timeoutMs: 100 })
      gate.issuer.answer(() => undefined)
    },
    token,
    want: undecided(1),
  },
  {
    title: 'a good token, with a key set that is huge',
    given: () => {
      gate.restart()
      const text = JSON.stringify({ ...gate.issuer.jwks, filler: 'x'.repeat(600_000) })
      gate.issuer.answer((_, response) => response.writeHead(200, json).end(text))
    },
    token,
    want: undecided(1),
  },
  {
    title: 'a good token, with a key set that is HTML',
    given: () => {
      gate.restart()
      const text = JSON.stringify(gate.issuer.jwks)
      gate.issuer.answer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(text))
    },
    token,
    want: undecided(1),
  },
  {
    title: 'a token of the attacker, with a key set that redirects to his own',
    given: () => {
      gate.restart()
      gate.issuer.answer((_, response) => response.writeHead(302, { location: gate.outsider.jwksUri }).end())
    },
    token: () => token({ key: evil }),
    want: undecided(1),
  },
]

refuseAll([...caches, ...keySets])
