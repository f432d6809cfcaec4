import { describe, expect, it } from 'vitest'
import type { Authentication, Authenticator, ChallengeReason } from '../../../src/auth/authenticator.js'
import { compileAuthorization, type Authorization } from '../../../src/auth/authorize.js'
import type {
  SecurityRequirements,
  SecurityScheme,
} from '../../../src/contract/operations/security-requirement.js'
import { requestWith } from '../../support/authenticator-request.js'

const request = requestWith()
const schemes: Readonly<Record<string, SecurityScheme>> = {
  token: { type: 'oauth2' },
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  other: { type: 'http', scheme: 'basic' },
}

const principal = { clientId: 'client', issuer: 'https://issuer.test', scopes: ['x'] }
const known: Authentication = { ok: true, principal }
const absent: Authentication = { ok: false, reason: 'absent' }
const invalid: Authentication = {
  ok: false,
  reason: 'invalid',
  code: 'expired',
  issuer: 'https://issuer.test',
  cause: new Error('secret'),
}

/** An authenticator that answers at once, or later, and notes that it was asked. */
function answering(
  answer: Authentication,
  options: { later?: boolean; asked?: string[] } = {},
): Authenticator {
  return (_request, { schemeName }) => {
    options.asked?.push(schemeName)
    return options.later === true ? Promise.resolve(answer) : answer
  }
}

const withChallenge = (authenticator: Authenticator, scheme: string): Authenticator =>
  Object.assign(authenticator, {
    challenge: ({ error, scopes }: ChallengeReason) =>
      [scheme, error, ...(scopes ?? [])].filter((part) => part !== undefined).join(' '),
  })

function compile(
  requirements: SecurityRequirements,
  authenticators: Readonly<Record<string, Authenticator>>,
): ReturnType<typeof compileAuthorization> {
  return compileAuthorization({ operation: 'listItems', requirements, schemes, authenticators })
}

describe('compileAuthorization', () => {
  it.each<{ title: string; requirements: SecurityRequirements; want: RegExp }>([
    {
      title: 'no authenticator',
      requirements: [{ token: [], other: [] }],
      want: /listItems: other has no auth/,
    },
    {
      title: 'no declaration',
      requirements: [{}, { missing: [] }],
      want: /listItems: the scheme missing is not/,
    },
    {
      title: 'the name of a built-in',
      requirements: [{ constructor: [] }],
      want: /constructor is not declared/,
    },
  ])('refuses a scheme with $title', ({ requirements, want }) => {
    expect(() => compile(requirements, { token: answering(known) })).toThrow(want)
  })
})

describe('an authorized request', () => {
  it('has the principal, and a log line with who it is', async () => {
    const authorize = compile([{ token: ['x'] }], { token: answering(known, { later: true }) })
    await expect(authorize(request)).resolves.toEqual({
      ok: true,
      principal,
      log: {
        operationId: 'listItems',
        outcome: 'allow',
        alternative: { token: ['x'] },
        issuer: 'https://issuer.test',
        clientId: 'client',
      },
    })
  })

  it.each<{ requirements: SecurityRequirements }>([{ requirements: [] }, { requirements: [{}] }])(
    'has none where $requirements asks for nobody',
    ({ requirements }) => {
      const alternative = requirements[0] && { alternative: requirements[0] }
      const want = { ok: true, log: { operationId: 'listItems', outcome: 'allow', ...alternative } }
      expect(compile(requirements, {})(request)).toEqual(want)
    },
  )

  it('is decided at once where every authenticator answers at once', () => {
    const authorize = compile([{ token: ['y'] }, { key: [] }], {
      token: answering(known),
      key: answering(known),
    })
    expect(authorize(request)).toMatchObject({ ok: true })
  })

  it.each([
    { title: 'the first alternative', requirements: [{ token: ['x'] }, { key: [] }], want: ['token'] },
    {
      title: 'the second',
      requirements: [{ token: ['y'] }, { key: [] }, { other: [] }],
      want: ['token', 'key'],
    },
    { title: 'both schemes of one', requirements: [{ key: [], token: ['x'] }], want: ['key', 'token'] },
    {
      title: 'the third, with the first scheme again',
      requirements: [{ token: ['y'] }, { token: ['z'] }, { token: ['x'], key: [] }],
      want: ['token', 'key'],
    },
    { title: 'an empty one', requirements: [{}, { token: [] }], want: [] },
  ])('has asked each scheme once, and none after $title holds', async ({ requirements, want }) => {
    for (const later of [false, true]) {
      const asked: string[] = []
      const authenticator = answering(known, { later, asked })
      const authorize = compile(requirements, {
        token: authenticator,
        key: authenticator,
        other: authenticator,
      })
      expect(await authorize(request)).toMatchObject({ ok: true })
      expect(asked).toEqual(want)
    }
  })

  it('lets authenticators that answer at once and later stand side by side', async () => {
    const authorize = compile([{ key: [], token: ['x'], other: [] }], {
      key: answering({ ok: true }),
      token: answering(known, { later: true }),
      other: answering({ ok: true }),
    })
    await expect(authorize(request)).resolves.toMatchObject({ ok: true, principal })
  })

  it('tells authenticators where they are asked', () => {
    const contexts: unknown[] = []
    const authenticator: Authenticator = (...call) => {
      contexts.push(call)
      return known
    }
    void compile([{ token: ['x'] }], { token: authenticator })(request)
    expect(contexts).toEqual([[request, { schemeName: 'token', scheme: { type: 'oauth2' }, scopes: ['x'] }]])
  })
})

describe('a refused request', () => {
  async function refuse(
    requirements: SecurityRequirements,
    authenticators: Readonly<Record<string, Authenticator>>,
  ): Promise<Extract<Authorization, { ok: false }>> {
    const authorization = await compile(requirements, authenticators)(request)
    if (authorization.ok) throw new Error('The request was allowed')
    return authorization
  }

  it('without credentials is answered with a challenge of every scheme that has one', async () => {
    const { problem, log } = await refuse([{ key: [], token: ['x'] }, { other: [] }, { token: [] }], {
      key: answering(absent),
      token: withChallenge(answering(absent, { later: true }), 'Bearer'),
      other: withChallenge(answering(absent), 'Basic'),
    })
    expect(problem).toMatchObject({ status: 401, code: 'urn:problem-type:gatehouse:unauthorized' })
    expect(problem.headers).toEqual({ 'Cache-Control': 'no-store', 'WWW-Authenticate': ['Bearer', 'Basic'] })
    expect(log).toEqual({ operationId: 'listItems', outcome: 'unauthenticated' })
  })

  it('with a bad token is answered without saying what is bad, which is logged', async () => {
    const { problem, log } = await refuse([{ token: ['x'] }, { other: [] }], {
      token: withChallenge(answering(invalid), 'Bearer'),
      other: withChallenge(answering(absent), 'Basic'),
    })
    expect(problem).toMatchObject({ status: 401, detail: 'The credentials are not valid.' })
    expect(problem.headers['WWW-Authenticate']).toEqual(['Bearer invalid_token', 'Basic'])
    expect(log).toEqual({
      operationId: 'listItems',
      outcome: 'invalid_token',
      scheme: 'token',
      reason: 'expired',
      issuer: 'https://issuer.test',
    })
  })

  it('that cannot be read is answered with 400', async () => {
    const { problem, log } = await refuse([{ token: ['x'] }], {
      token: withChallenge(answering({ ok: false, reason: 'syntax' }), 'Bearer'),
    })
    expect(problem).toMatchObject({ status: 400, code: 'urn:problem-type:gatehouse:malformed-request' })
    expect(problem.headers['WWW-Authenticate']).toEqual(['Bearer invalid_request'])
    expect(log).toMatchObject({ outcome: 'invalid_request', reason: 'syntax' })
  })

  it('without a scope is answered with 403 and the scopes of the nearest alternative', async () => {
    const { problem, log } = await refuse([{ token: ['a', 'b', 'c'] }, { token: ['x', 'y'], other: [] }], {
      token: withChallenge(answering(known), 'Bearer'),
      other: withChallenge(answering({ ok: true }), 'Basic'),
    })
    expect(problem).toMatchObject({ status: 403, code: 'urn:problem-type:gatehouse:insufficient-scope' })
    expect(problem.headers).toEqual({
      'Cache-Control': 'no-store',
      'WWW-Authenticate': ['Bearer insufficient_scope x y', 'Basic'],
    })
    expect(log).toEqual({
      operationId: 'listItems',
      outcome: 'insufficient_scope',
      alternative: { token: ['x', 'y'], other: [] },
      issuer: 'https://issuer.test',
      clientId: 'client',
      missingScopes: ['y'],
    })
  })

  it.each([
    { given: 2.5, want: '3' },
    { given: 7, want: '7' },
    { given: undefined, want: '5' },
  ])('is told to come back after $want seconds where it cannot be decided now', async ({ given, want }) => {
    const { problem, log } = await refuse([{ token: ['x'] }], {
      token: withChallenge(
        answering({
          ok: false,
          reason: 'unavailable',
          ...(given !== undefined && { retryAfterSeconds: given }),
        }),
        'Bearer',
      ),
    })
    expect(problem).toMatchObject({ status: 503, code: 'urn:problem-type:gatehouse:service-unavailable' })
    expect(problem.headers).toEqual({ 'Cache-Control': 'no-store', 'Retry-After': want })
    expect(log).toMatchObject({ outcome: 'unavailable', reason: 'unavailable' })
  })

  it('repeats no challenge, and sends none where no scheme has one', async () => {
    const bearer = withChallenge(answering(absent), 'Bearer')
    const twice = await refuse([{ token: [] }, { key: [] }], { token: bearer, key: bearer })
    expect(twice.problem.headers['WWW-Authenticate']).toEqual(['Bearer'])
    const none = await refuse([{ key: [] }], { key: answering(absent) })
    expect(none.problem.headers).toEqual({ 'Cache-Control': 'no-store' })
  })
})

describe('a defective authenticator', () => {
  const defect = new Error('defect')
  const nothing = undefined as unknown as Authentication
  it.each<{ title: string; given: Authenticator }>([
    {
      title: 'throws',
      given: () => {
        throw defect
      },
    },
    { title: 'rejects', given: () => Promise.reject(defect) },
    {
      title: 'throws an error that carries a status',
      given: () => Promise.reject(Object.assign(defect, { status: 401 })),
    },
    { title: 'answers nothing', given: () => nothing },
    { title: 'answers nothing later', given: () => Promise.resolve(nothing) },
    { title: 'answers with a string', given: () => 'yes' as unknown as Authentication },
    { title: 'answers neither yes nor no', given: () => ({ ok: 1 }) as unknown as Authentication },
    {
      title: 'fails in its challenge',
      given: Object.assign(answering(absent), {
        challenge: () => {
          throw defect
        },
      }),
    },
  ])('that $title lets nobody in, and is our fault', async ({ given }) => {
    for (const first of [answering(absent), answering(absent, { later: true })]) {
      const authorize = compile([{ key: [] }, { token: [] }], { key: first, token: given })
      const authorization = await authorize(request)
      expect(authorization).toMatchObject({
        ok: false,
        problem: { status: 500, code: 'urn:problem-type:gatehouse:internal-error' },
        log: { operationId: 'listItems', outcome: 'failed' },
      })
    }
  })

  it('grants no scope with a principal that has no list of them', async () => {
    const half = { ok: true, principal: { clientId: 'c', issuer: 'i' } } as unknown as Authentication
    expect(await compile([{ token: ['x'] }], { token: answering(half) })(request)).toMatchObject({
      problem: { status: 403 },
    })
  })
})
