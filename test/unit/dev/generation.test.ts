import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createGenerationCheck } from '../../../src/dev/generation.js'
import { createMemoryState, type State } from '../../../src/dev/state-folder.js'

let root: string
let state: State

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-generation-'))
  state = createMemoryState()
  await write('openapi/openapi.yaml', 'openapi: 3.1.0\n', 1_000)
  await write('openapi/paths/items.yaml', 'get: {}\n', 1_000)
  await write('generated/openapi.json', '{}', 1_000)
})

afterEach(() => rm(root, { recursive: true, force: true }))

async function write(path: string, text: string, atSeconds = 2_000): Promise<void> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  await utimes(file, atSeconds, atSeconds)
}

const check = () =>
  createGenerationCheck({ openapi: join(root, 'openapi'), generated: join(root, 'generated') }, state)

describe('a fresh clone', () => {
  it.each([
    { sourceAt: 1_000, stale: false },
    { sourceAt: 1_059, stale: false },
    { sourceAt: 1_061, stale: true },
  ])(
    'with a source of second $sourceAt and results of second 1000 is stale: $stale',
    async ({ sourceAt, stale }) => {
      await write('openapi/paths/items.yaml', 'get: {}\n', sourceAt)
      expect((await check().findChange()) !== undefined).toBe(stale)
    },
  )

  it('without results is stale', async () => {
    await rm(join(root, 'generated'), { recursive: true })
    expect(await check().findChange()).toBeDefined()
  })

  it('that is in step is remembered: the next edit counts, however soon', async () => {
    expect(await check().findChange()).toBeUndefined()
    await write('openapi/paths/items.yaml', 'post: {}\n', 1_001)
    expect(await check().findChange()).toBeDefined()
  })
})

describe('after a generation', () => {
  beforeEach(async () => {
    await write('openapi/openapi.yaml', 'openapi: 3.1.1\n')
    await check().remember((await check().findChange()) ?? expect.fail('nothing changed'))
  })

  it('nothing has changed, though the results kept their time', async () => {
    expect(await check().findChange()).toBeUndefined()
  })

  it.each([
    { change: 'an edit', make: () => write('openapi/paths/items.yaml', 'get: 1\n') },
    { change: 'a new file', make: () => write('openapi/paths/more.yaml', '') },
    { change: 'a file that is gone', make: () => rm(join(root, 'openapi/paths/items.yaml')) },
    {
      change: 'text that moved to another file',
      make: async () => {
        await write('openapi/openapi.yaml', '')
        await write('openapi/paths/items.yaml', 'openapi: 3.1.1\nget: {}\n')
      },
    },
  ])('$change is noticed', async ({ make }) => {
    await make()
    expect(await check().findChange()).toBeDefined()
  })

  it('a file saved unchanged, and one that is no source, are not', async () => {
    await write('openapi/paths/items.yaml', 'get: {}\n', 9_000)
    await write('openapi/DECISIONS.md', '# Decisions\n', 9_000)
    expect(await check().findChange()).toBeUndefined()
  })

  it('an edit undone before it was generated from counts for nothing', async () => {
    await write('openapi/paths/items.yaml', 'get: 1\n')
    expect(await check().findChange()).toBeDefined()
    await write('openapi/paths/items.yaml', 'get: {}\n')
    expect(await check().findChange()).toBeUndefined()
  })
})
