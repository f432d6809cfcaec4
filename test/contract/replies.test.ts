import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inventoryProblems } from '../../src/inventory/problems.js'
import { problemTypes } from '../../src/problem/problem-types.js'
import {
  bundledDocument,
  documentedOperations,
  exampleReplies,
  exampleRequest,
  isClosed,
  type DocumentedOperation,
  type ExampleRequest,
} from '../support/example-requests.js'
import { coveredOperations, uncoveredAlternatives } from '../support/documented-alternatives.js'
import { openContractGate, type ContractGate } from '../support/contract-gate.js'

let gate: ContractGate
beforeAll(async () => {
  gate = await openContractGate()
})
afterAll(() => gate.close())

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: fullFormats })
ajv.addSchema(bundledDocument, 'document')
const isProblem: ValidateFunction = ajv.compile({ $ref: 'document#/components/schemas/Problem' })

/** What the gate itself answers: declared under its status or under `default`, and problem details either way. */
function expectDeclaredProblem(
  operation: DocumentedOperation,
  status: number,
  type: string,
  body: unknown,
): void {
  expect(Object.keys(operation.responses)).toEqual(
    expect.arrayContaining([Object.hasOwn(operation.responses, status) ? String(status) : 'default']),
  )
  expect(type).toBe('application/problem+json')
  isProblem(body)
  expect(isProblem.errors).toBeNull()
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
    const { status, type, body } = await send(exampleRequest(operation))
    expect(status).toBe(500)
    expectDeclaredProblem(operation, status, type, body)
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
    for (const { status, type, body } of refused) expectDeclaredProblem(operation, status, type, body)
  })
})

describe('the problems that the document shows', () => {
  const known = new Map(
    [...Object.values(problemTypes), ...Object.values(inventoryProblems)].map((problem) => [
      problem.type,
      problem,
    ]),
  )
  const shown = documentedOperations.flatMap((operation) =>
    Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
      Object.entries(content['application/problem+json']?.examples ?? {}).map(([name, { value }]) => ({
        operationId: operation.operationId,
        status,
        name,
        value: value as { readonly type: string; readonly title: string; readonly status: number },
      })),
    ),
  )

  it.each(shown)(
    '$operationId $status $name is a problem that the service knows, with its title',
    ({ status, value }) => {
      expect(known.get(value.type)).toMatchObject({
        type: value.type,
        title: value.title,
        status: value.status,
      })
      if (status !== 'default') expect(value.status).toBe(Number(status))
    },
  )
})
