import { describe, expect, it } from 'vitest'
import { Problem, toProblemDetails } from '../../../src/problem/problem.js'
import { problemTypes } from '../../../src/problem/problem-types.js'
import { toProblem } from '../../../src/problem/to-problem.js'

describe('turning an error into a problem', () => {
  it.each([
    { given: new Problem('conflict'), want: ['conflict', 409] },
    { given: Object.assign(new Error('no'), { status: 404 }), want: ['not-found', 404] },
    { given: Object.assign(new Error('no'), { status: 418 }), want: ['malformed-request', 400] },
    { given: Object.assign(new Error('no'), { status: 503 }), want: ['internal-error', 500] },
    { given: Object.assign(new Error('no'), { status: '404' }), want: ['internal-error', 500] },
    { given: new Error('no'), want: ['internal-error', 500] },
    { given: 'thrown text', want: ['internal-error', 500] },
    { given: undefined, want: ['internal-error', 500] },
  ])('$given becomes $want', ({ given, want }) => {
    const { code, status } = toProblem(given)
    expect([code.split(':').at(-1), status]).toEqual(want)
  })

  it('passes on no message of an error that is not a problem', () => {
    const problem = toProblem(Object.assign(new Error('in /srv/app/node_modules'), { status: 400 }))
    expect(JSON.stringify(toProblemDetails(problem))).not.toContain('/srv')
    expect((problem.cause as Error).message).toContain('/srv')
  })
})

describe('problem details', () => {
  it('hold what is known and nothing else', () => {
    const problem = new Problem('conflict', {
      detail: 'Taken.',
      extensions: { by: 'you', status: 999 },
      cause: new Error('x'),
    })
    expect(toProblemDetails(problem, { instance: '/a', requestId: '1' })).toEqual({
      type: 'urn:problem-type:gatehouse:conflict',
      title: problemTypes.conflict.title,
      status: 409,
      detail: 'Taken.',
      instance: '/a',
      requestId: '1',
      by: 'you',
    })
    expect(Object.keys(toProblemDetails(new Problem('not-found')))).toEqual(['type', 'title', 'status'])
  })
})

describe('the table of problem types', () => {
  it.each(Object.entries(problemTypes))('names %s in its URI', (name, { type, status }) => {
    expect(type).toBe(`urn:problem-type:gatehouse:${name}`)
    expect(status).toBeGreaterThanOrEqual(400)
  })
})
