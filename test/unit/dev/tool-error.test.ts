import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/dev/explain.js'
import { toToolError } from '../../../src/dev/tool-error.js'

const failed = (stderr: string) => Object.assign(new Error(`Command failed: tool\n${stderr}`), { stderr })

describe('a generator that fails', () => {
  it('is explained once, in its own words, without what it says of itself', () => {
    const frame = '  ╔═══════╗\n  ║ Update ║\n  ╚═══════╝\n'
    const error = toToolError(failed(`${frame}\n[1] items.yaml:3:1\n\nCan't resolve $ref\n`))
    expect(explain(error)).toBe("[1] items.yaml:3:1\n\nCan't resolve $ref")
  })

  it('and says nothing is a fault of the code', () => {
    const error = failed(' \n')
    expect(toToolError(error)).toBe(error)
  })
})
