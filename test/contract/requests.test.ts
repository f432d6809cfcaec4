import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  exampleBodies,
  exampleOf,
  exampleRequest,
  invalidBodies,
  type ExampleRequest,
} from '../support/example-requests.js'
import { coveredOperations, uncoveredAlternatives } from '../support/documented-alternatives.js'
import { openContractGate, type ContractGate } from '../support/contract-gate.js'

let gate: ContractGate
beforeAll(async () => {
  gate = await openContractGate()
})
afterAll(() => gate.close())
beforeEach(() => {
  gate.reached.length = 0
})

interface Violation {
  readonly in: string
  readonly pointer: string
  readonly keyword: string
}

it.skip.each(uncoveredAlternatives)('$operationId by $schemes is not covered: $obstacle', () => undefined)

describe.each(coveredOperations)('$operationId', (operation) => {
  const send = (example: ExampleRequest): ReturnType<ContractGate['send']> =>
    gate.send(gate.present(operation, example))

  it('has an example for every parameter', () => {
    for (const parameter of operation.parameters) expect(exampleOf(parameter), parameter.name).toBeDefined()
  })

  it('accepts a request made of its examples', async () => {
    const { status, text } = await send(exampleRequest(operation))
    expect(status, text).toBeLessThan(300)
    expect(gate.reached).toEqual([operation.operationId])
  })

  const bodies = exampleBodies(operation)
  if (operation.requestBody)
    it.each(bodies)('accepts the body $name', async ({ mediaType, value }) => {
      const { status, text } = await send(exampleRequest(operation, { body: { mediaType, value } }))
      expect(status, text).toBeLessThan(300)
    })

  if (operation.requestBody)
    it('shows bodies that it accepts and bodies that it refuses', () => {
      expect(bodies.length).toBeGreaterThan(0)
      expect(invalidBodies(operation).length).toBeGreaterThan(0)
    })

  if (operation.requestBody)
    it.each(invalidBodies(operation))(
      'refuses the body $name with $keyword at $pointer',
      async ({ mediaType, value, pointer, keyword }) => {
        const { status, body } = await send(exampleRequest(operation, { body: { mediaType, value } }))
        expect([status, body.type]).toEqual([400, 'urn:problem-type:gatehouse:invalid-request'])
        expect(body.errors as Violation[]).toContainEqual(
          expect.objectContaining({ in: 'body', pointer, keyword }),
        )
        expect(gate.reached).toEqual([])
      },
    )

  const parameters = operation.parameters.flatMap((parameter) =>
    Object.entries(parameter['x-invalid-examples'] ?? {}).map(([name, { value, keyword }]) => ({
      name,
      parameter: { name: parameter.name, in: parameter.in, value },
      keyword,
    })),
  )
  if (parameters.length > 0)
    it.each(parameters)(
      'refuses the $parameter.in parameter $parameter.name as $name with $keyword',
      async ({ parameter, keyword }) => {
        const { status, body } = await send(exampleRequest(operation, { parameter }))
        expect(status).toBe(400)
        expect((body.errors as Violation[]).map((one) => [one.in, one.keyword])).toContainEqual([
          parameter.in,
          keyword,
        ])
        expect(
          (body.errors as Violation[]).every((one) => one.pointer.startsWith(`/${parameter.name}`)),
        ).toBe(true)
        expect(gate.reached).toEqual([])
      },
    )

  it('refuses a query parameter that it does not declare', async () => {
    const example = exampleRequest(operation)
    const target = `${example.target}${example.target.includes('?') ? '&' : '?'}undeclared=1`
    const { status, body } = await send({ ...example, target })
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'query', pointer: '/undeclared', keyword: 'unknown' }),
    ])
  })

  const required = operation.parameters.filter((parameter) => parameter.required && parameter.in !== 'path')
  if (required.length > 0)
    it.each(required)('refuses a request without its $in parameter $name', async (parameter) => {
      const { status, body } = await send(exampleRequest(operation, { without: parameter }))
      expect(status).toBe(400)
      expect(body.errors).toEqual([
        expect.objectContaining({ in: parameter.in, pointer: `/${parameter.name}`, keyword: 'required' }),
      ])
    })

  if (operation.requestBody)
    it('refuses a body of a media type that it does not declare', async () => {
      const example = exampleRequest(operation)
      const { status } = await send({
        ...example,
        headers: { ...example.headers, 'Content-Type': 'application/xml' },
      })
      expect(status).toBe(415)
    })

  if (operation.requestBody?.required)
    it('refuses a request without its body', async () => {
      const { body: _, ...example } = exampleRequest(operation)
      const { status, body } = await send(example)
      expect([status, body.errors]).toEqual([
        400,
        [expect.objectContaining({ in: 'body', keyword: 'required' })],
      ])
    })
})
