import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'

import type { GenerationCheck } from '../../../src/dev/generation.js'
import { createGenerator } from '../../../src/dev/generator.js'

let remembered: string | undefined
const check: GenerationCheck = {
  findChange: () => Promise.resolve(remembered === undefined ? 'digest' : undefined),
  remember(digest) {
    remembered = digest
    return Promise.resolve()
  },
}

describe('the generator', () => {
  const lines: string[] = []
  const generatorOf = (script: string) =>
    createGenerator(check, {
      command: [process.execPath, '-e', script],
      folder: tmpdir(),
      write: (text) => lines.push(text),
    })

  beforeEach(() => {
    lines.length = 0
    remembered = undefined
  })

  it('runs once for a change, says so in one line, and keeps what the command says to itself', async () => {
    await generatorOf("console.log('new generated/ran')").run()
    expect(remembered).toBe('digest')
    expect(lines).toEqual(['openapi/ changed: generating types, scopes and client in generated/\n'])
    await generatorOf('process.exit(1)').run()
    expect(lines).toHaveLength(1)
  })

  it('passes on why nothing was generated, and tries again next time', async () => {
    await generatorOf("console.error('items.yaml: no such schema'); process.exitCode = 1").run()
    expect(lines.at(-1)).toBe('Nothing was generated:\nitems.yaml: no such schema\n')
    expect(remembered).toBeUndefined()
  })

  it('reports a command that cannot be run', async () => {
    const options = {
      command: [join(tmpdir(), 'gatehouse-missing')] as const,
      folder: tmpdir(),
      write: (text: string) => lines.push(text),
    }
    await createGenerator(check, options).run()
    expect(lines.at(-1)).toMatch(/^Nothing was generated: .*ENOENT/)
  })

  it('ends without a word when it is stopped, and the change remains', async () => {
    const generator = generatorOf('setInterval(() => {}, 1000)')
    const running = generator.run()
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
    generator.stop()
    await running
    expect(lines).toHaveLength(1)
    expect(remembered).toBeUndefined()
  })

  it('does not begin after it was stopped', async () => {
    const generator = generatorOf('process.exit(1)')
    generator.stop()
    await generator.run()
    expect(lines).toEqual([])
  })
})
