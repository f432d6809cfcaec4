import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemTypes, type ProblemType } from '../../src/problem/problem-types.js'
import { assertDocumented } from '../support/documented-reply.js'
import { documentedProblems, exampleReplies, isClosed } from '../support/example-replies.js'
import { exampleRequest, type DocumentedOperation, type ExampleRequest } from '../support/example-requests.js'
import { coveredOperations, uncoveredAlternatives } from '../support/documented-alternatives.js'
import { openContractGate, type ContractGate } from '../support/contract-gate.js'

let gate: ContractGate
beforeAll(async () => {
  gate = await openContractGate()
})
afterAll(() => gate.close())

/** What the gate itself answers: as it is declared under its status or under `default`, and problem details either way. */
function expectDeclaredProblem(operation: DocumentedOperation, response: Response): void {
  assertDocumented(operation, response)
  expect(response.type).toBe('application/problem+json')
}

it.skip.each(uncoveredAlternatives)('$operationId by $schemes is not covered: $obstacle', () => undefined)

describe.each(coveredOperations)('$operationId', (operation) => {
  const replies = exampleReplies(operation)
  const send = (example: ExampleRequest): ReturnType<ContractGate['send']> =>
    gate.send(gate.present(operation, example))

  it.each(replies)('sends its declared reply $status $name', async ({ status, mediaType, headers, body }) => {
    gate.replyNext({ status, headers, ...(body !== undefined && { body }) })
    const response = await send(exampleRequest(operation))
    expect(response.status, response.text).toBe(status)
    expect(response.type).toBe(mediaType ?? '')
    for (const [name, value] of Object.entries(headers))
      expect(response.headers[name.toLowerCase()]).toBe(value)
  })

  it('answers 500 where its handler replies with a status that is not declared', async () => {
    gate.replyNext({ status: 299, body: {} })
    const response = await send(exampleRequest(operation))
    expect(response.status).toBe(500)
    expectDeclaredProblem(operation, response)
  })

  const success = replies.find(
    (reply) => reply.status < 300 && reply.mediaType === 'application/json' && isClosed(operation, reply),
  )
  if (success)
    it('answers 500 where its handler adds a member that is not declared', async () => {
      gate.replyNext({
        status: success.status,
        headers: success.headers,
        body: { ...(success.body as object), undeclaredMember: 1 },
      })
      expect((await send(exampleRequest(operation))).status).toBe(500)
    })

  it('answers what it refuses with a problem that is declared', async () => {
    const example = exampleRequest(operation)
    const unknown = `${example.target}${example.target.includes('?') ? '&' : '?'}undeclared=1`
    const answers = [
      await gate.send(gate.present(operation, example, { mint: () => 'opaque', areUnknown: true })),
      await gate.send(gate.present(operation, example, { scopes: [] })),
      await send({ ...example, target: unknown }),
      await send({ ...example, target: `${example.target}%zz` }),
      ...(operation.requestBody
        ? [await send({ ...example, headers: { ...example.headers, 'Content-Type': 'text/plain' } })]
        : []),
    ]
    const refused = answers.filter(({ status }) => status >= 400)
    expect(refused.length).toBeGreaterThan(1)
    for (const response of refused) expectDeclaredProblem(operation, response)
  })
})

const shown = documentedProblems()
if (shown.length > 0)
  describe('the problems that the document shows', () => {
    // Of those of the domain the document has the say, and must say the same wherever it shows one.
    const known = new Map<string, ProblemType>()
    for (const { value } of shown)
      if (!value.type.startsWith('urn:problem-type:gatehouse:')) known.set(value.type, value)
    for (const problem of Object.values(problemTypes)) known.set(problem.type, problem)

    it.each(shown)(
      '$operationId $status $name is a problem that is known, with its title',
      ({ status, value: { type, title, status: own } }) => {
        expect(known.get(type)).toMatchObject({ type, title, status: own })
        if (status !== 'default') expect(String(own)).toMatch(new RegExp(`^${status.replaceAll('X', '.')}$`))
      },
    )
  })
