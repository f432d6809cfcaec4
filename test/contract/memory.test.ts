import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../support/hostile-requests.ts', import.meta.url))

it('keeps nothing of a million requests with media types, query names and paths of their own', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--import',
    'tsx',
    script,
    '1000000',
  ])
  const { found, grown } = JSON.parse(stdout) as { readonly found: number; readonly grown: number }
  expect(found).toBe(0)
  // A cache that is keyed by what callers send would hold tens of bytes of each of them.
  expect(grown).toBeLessThan(2_000_000)
}, 180_000)
