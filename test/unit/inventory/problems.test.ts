import { expect, it } from 'vitest'
import { inventoryProblems } from '../../../src/inventory/problems.js'
import { documentedProblems } from '../../support/example-replies.js'

it('the problems of the inventory are those that the document shows', () => {
  const shown = documentedProblems()
    .map(({ value: { type, status, title } }) => ({ type, status, title }))
    .filter(({ type }) => type.startsWith('urn:problem-type:inventory:'))
  expect(new Map(shown.map((problem) => [problem.type, problem]))).toEqual(
    new Map(Object.values(inventoryProblems).map((problem) => [problem.type, problem])),
  )
})
