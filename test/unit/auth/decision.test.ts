import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Authentication } from '../../../src/auth/authenticator.js'
import { decide } from '../../../src/auth/decision.js'
import type { Principal } from '../../../src/contract/principal.js'
import type {
  SecurityRequirement,
  SecurityRequirements,
} from '../../../src/contract/operations/security-requirement.js'

const caller = (clientId: string, ...scopes: string[]): Principal => ({ clientId, issuer: 'issuer', scopes })
const granted = (clientId: string, ...scopes: string[]): Authentication => ({
  ok: true,
  principal: caller(clientId, ...scopes),
})
const accepted: Authentication = { ok: true }
const absent: Authentication = { ok: false, reason: 'absent' }
const syntax: Authentication = { ok: false, reason: 'syntax' }
const invalid: Authentication = { ok: false, reason: 'invalid', code: 'expired' }
const unavailable: Authentication = { ok: false, reason: 'unavailable', retryAfterSeconds: 3 }

interface Row {
  title: string
  requirements: SecurityRequirements
  given: Readonly<Record<string, Authentication>>
  want: object
}

const decideRow = ({ requirements, given }: Row): unknown =>
  decide(requirements, new Map(Object.entries(given)))

describe('a requirement that holds', () => {
  it.each<Row>([
    { title: 'an empty list, for anyone', requirements: [], given: {}, want: { outcome: 'allow' } },
    {
      title: 'an empty list, with no principal whoever calls',
      requirements: [],
      given: { a: granted('a') },
      want: { outcome: 'allow' },
    },
    {
      title: 'an empty alternative, for anyone',
      requirements: [{}],
      given: {},
      want: { outcome: 'allow', requirement: {} },
    },
    {
      title: 'a scheme without scopes',
      requirements: [{ a: [] }],
      given: { a: granted('a') },
      want: { outcome: 'allow', requirement: { a: [] }, principal: caller('a') },
    },
    {
      title: 'a scheme without scopes and without a principal',
      requirements: [{ a: [] }],
      given: { a: accepted },
      want: { outcome: 'allow', requirement: { a: [] } },
    },
    {
      title: 'every scope granted, and more',
      requirements: [{ a: ['x', 'y'] }],
      given: { a: granted('a', 'y', 'z', 'x') },
      want: { outcome: 'allow', requirement: { a: ['x', 'y'] }, principal: caller('a', 'y', 'z', 'x') },
    },
    {
      title: 'both schemes of an alternative, the first principal counting',
      requirements: [{ a: ['x'], b: ['y'] }],
      given: { a: granted('a', 'x'), b: granted('b', 'y') },
      want: { outcome: 'allow', requirement: { a: ['x'], b: ['y'] }, principal: caller('a', 'x') },
    },
    {
      title: 'both schemes of an alternative, only the second with a principal',
      requirements: [{ a: [], b: ['y'] }],
      given: { a: accepted, b: granted('b', 'y') },
      want: { outcome: 'allow', requirement: { a: [], b: ['y'] }, principal: caller('b', 'y') },
    },
    {
      title: 'the first of two alternatives that hold',
      requirements: [{ a: [] }, { b: [] }],
      given: { b: granted('b'), a: granted('a') },
      want: { outcome: 'allow', requirement: { a: [] }, principal: caller('a') },
    },
    {
      title: 'the second alternative where the first lacks a scope',
      requirements: [{ a: ['x'] }, { a: ['y'] }],
      given: { a: granted('a', 'y') },
      want: { outcome: 'allow', requirement: { a: ['y'] }, principal: caller('a', 'y') },
    },
    {
      title: 'another scheme while one is unavailable',
      requirements: [{ a: [] }, { b: [] }],
      given: { a: unavailable, b: granted('b') },
      want: { outcome: 'allow', requirement: { b: [] }, principal: caller('b') },
    },
    {
      title: 'the empty alternative first, for a caller who is known',
      requirements: [{}, { a: [] }],
      given: { a: granted('a') },
      want: { outcome: 'allow', requirement: {} },
    },
    {
      title: 'the empty alternative last, for a caller who is known',
      requirements: [{ a: [] }, {}],
      given: { a: granted('a') },
      want: { outcome: 'allow', requirement: { a: [] }, principal: caller('a') },
    },
    ...[absent, syntax, invalid, unavailable, granted('a', 'y')].map((a) => ({
      title: `the empty alternative, with no principal, for ${JSON.stringify(a)}`,
      requirements: [{ a: ['x'] }, {}],
      given: { a },
      want: { outcome: 'allow', requirement: {} },
    })),
  ])('is $title', (row) => {
    expect(decideRow(row)).toEqual(row.want)
  })
})

describe('where no requirement holds', () => {
  const lacks = (requirement: object, missing: object, principal?: Principal): object => ({
    outcome: 'insufficient_scope',
    requirement,
    missing,
    ...(principal && { principal }),
  })

  it.each<Row>([
    { title: 'nobody was asked', requirements: [{ a: [] }], given: {}, want: { outcome: 'unauthenticated' } },
    {
      title: 'nothing was sent',
      requirements: [{ a: ['x'] }, { b: [] }],
      given: { a: absent, b: absent },
      want: { outcome: 'unauthenticated' },
    },
    {
      title: 'one of two schemes was sent',
      requirements: [{ a: [], b: [] }],
      given: { a: granted('a'), b: absent },
      want: { outcome: 'unauthenticated' },
    },
    {
      title: 'the token was refused',
      requirements: [{ a: ['x'] }],
      given: { a: invalid },
      want: { outcome: 'invalid_token', schemeName: 'a', refusal: invalid },
    },
    {
      title: 'a scheme was refused and another not tried',
      requirements: [{ a: [] }, { b: [] }],
      given: { a: absent, b: invalid },
      want: { outcome: 'invalid_token', schemeName: 'b', refusal: invalid },
    },
    {
      title: 'the header could not be read',
      requirements: [{ a: ['x'] }],
      given: { a: syntax },
      want: { outcome: 'invalid_request', schemeName: 'a', refusal: syntax },
    },
    {
      title: 'one scheme was refused and a later one unreadable',
      requirements: [{ a: [] }, { b: [] }],
      given: { a: invalid, b: syntax },
      want: { outcome: 'invalid_request', schemeName: 'b', refusal: syntax },
    },
    {
      title: 'a scope is missing',
      requirements: [{ a: ['x', 'y'] }],
      given: { a: granted('a', 'x') },
      want: lacks({ a: ['x', 'y'] }, { a: ['y'] }, caller('a', 'x')),
    },
    {
      title: 'there is no principal to hold a scope',
      requirements: [{ a: ['x'] }],
      given: { a: accepted },
      want: lacks({ a: ['x'] }, { a: ['x'] }),
    },
    {
      title: 'scopes differ in case, by a prefix, or by a suffix',
      requirements: [{ a: ['items:read'] }],
      given: { a: granted('a', 'Items:read', 'items', 'items:', 'items:read:all', 'items:*', '') },
      want: { outcome: 'insufficient_scope' },
    },
    {
      title: 'every alternative has only some of its scopes',
      requirements: [{ a: ['x', 'y'] }, { a: ['z'] }],
      given: { a: granted('a', 'x') },
      want: lacks({ a: ['x', 'y'] }, { a: ['y'] }, caller('a', 'x')),
    },
    {
      title: 'a later alternative is nearer',
      requirements: [{ a: ['x', 'y', 'z'] }, { a: ['z', 'w'] }, { a: ['v'] }],
      given: { a: granted('a', 'w') },
      want: lacks({ a: ['z', 'w'] }, { a: ['z'] }, caller('a', 'w')),
    },
    {
      title: 'the scope was granted by another scheme',
      requirements: [{ a: ['x'], b: ['y'] }],
      given: { a: granted('a', 'y'), b: granted('b', 'x') },
      want: lacks({ a: ['x'], b: ['y'] }, { a: ['x'], b: ['y'] }, caller('a', 'y')),
    },
    {
      title: 'a scope is missing and another scheme was refused',
      requirements: [{ b: [] }, { a: ['x'] }],
      given: { a: granted('a'), b: invalid },
      want: lacks({ a: ['x'] }, { a: ['x'] }, caller('a')),
    },
    {
      title: 'a scope is missing, but the other scheme of the alternative too',
      requirements: [{ a: ['x'], b: [] }],
      given: { a: granted('a'), b: invalid },
      want: { outcome: 'invalid_token', schemeName: 'b', refusal: invalid },
    },
    ...[absent, syntax, invalid, granted('b')].flatMap((b): Row[] => [
      {
        title: `a scheme cannot be asked, with another: ${JSON.stringify(b)}`,
        requirements: [{ b: ['x'] }, { a: [] }],
        given: { a: unavailable, b },
        want: { outcome: 'unavailable', schemeName: 'a', refusal: unavailable },
      },
      {
        title: `a scheme cannot be asked, together with another: ${JSON.stringify(b)}`,
        requirements: [{ b: ['x'], a: [] }],
        given: { a: unavailable, b },
        want: { outcome: 'unavailable', schemeName: 'a', refusal: unavailable },
      },
    ]),
  ])('because $title', (row) => {
    expect(decideRow(row)).toMatchObject(row.want)
  })

  it('never adds the scopes of alternatives up', () => {
    const requirements = [{ a: ['x', 'y'] }, { a: ['z'] }]
    expect(decide(requirements, new Map([['a', granted('a', 'z')]])).outcome).toBe('allow')
    expect(decide(requirements, new Map([['a', granted('a', 'x', 'y')]])).outcome).toBe('allow')
    expect(decide(requirements, new Map([['a', granted('a', 'x')]])).outcome).toBe('insufficient_scope')
  })
})

describe('for any requirements and any callers', () => {
  const scheme = fc.constantFrom('a', 'b', 'c')
  const scopes = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'))
  const requirements = fc.array(fc.dictionary(scheme, scopes, { maxKeys: 3 }), { maxLength: 4 })
  const authentication: fc.Arbitrary<Authentication> = fc.oneof(
    fc.constantFrom(absent, syntax, invalid, unavailable, accepted),
    scopes.map((list) => granted('client', ...list)),
  )
  const authentications = fc.dictionary(scheme, authentication, { maxKeys: 3 })

  /** The specification once more, as sets and in the other direction: what speaks against each alternative? */
  function objectionsTo(
    alternative: SecurityRequirement,
    given: Readonly<Record<string, Authentication>>,
  ): readonly string[] {
    return Object.keys(alternative).flatMap((name) => {
      const answer = given[name] ?? absent
      if (!answer.ok) return [answer.reason]
      const lacking = new Set(alternative[name])
      for (const scope of answer.principal?.scopes ?? []) lacking.delete(scope)
      return [...lacking].map(() => 'scope')
    })
  }

  function reference(
    alternatives: SecurityRequirements,
    given: Readonly<Record<string, Authentication>>,
  ): { readonly outcome: string; readonly requirement?: SecurityRequirement } {
    const objections = alternatives.map((alternative) => objectionsTo(alternative, given))
    const winner = alternatives.find((_, at) => objections[at]?.length === 0)
    if (winner !== undefined) return { outcome: 'allow', requirement: winner }
    if (alternatives.length === 0) return { outcome: 'allow' }
    const all = objections.flat()
    if (all.includes('unavailable')) return { outcome: 'unavailable' }
    const [nearest] = alternatives
      .map((requirement, at) => ({ requirement, lacking: objections[at] ?? [] }))
      .filter(({ lacking }) => lacking.every((objection) => objection === 'scope'))
      .sort((one, other) => one.lacking.length - other.lacking.length)
    if (nearest !== undefined) return { outcome: 'insufficient_scope', requirement: nearest.requirement }
    if (all.includes('syntax')) return { outcome: 'invalid_request' }
    return { outcome: all.includes('invalid') ? 'invalid_token' : 'unauthenticated' }
  }

  it('decides as a second, independent reading of the rules does, for the same alternative', () => {
    fc.assert(
      fc.property(requirements, authentications, (alternatives, given) => {
        const decision = decide(alternatives, new Map(Object.entries(given)))
        const want = reference(alternatives, given)
        expect(decision.outcome).toBe(want.outcome)
        expect('requirement' in decision ? decision.requirement : undefined).toBe(want.requirement)
      }),
      { numRuns: 5000 },
    )
  })

  it('never lets anybody in because a scheme fails', () => {
    fc.assert(
      fc.property(requirements, authentications, scheme, (alternatives, given, failing) => {
        const before = decide(alternatives, new Map(Object.entries(given))).outcome
        for (const failure of [absent, syntax, invalid, unavailable]) {
          const after = decide(
            alternatives,
            new Map(Object.entries({ ...given, [failing]: failure })),
          ).outcome
          expect(before === 'allow' || after !== 'allow').toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
