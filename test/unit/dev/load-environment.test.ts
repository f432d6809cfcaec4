import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { loadEnvironment } from '../../../src/dev/load-environment.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-env-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the environment', () => {
  it('is itself where there is no .env', async () => {
    const env = { PORT: '1' }
    expect(await loadEnvironment(join(folder, '.env'), env)).toEqual(env)
  })

  it('wins over .env, also where it says that a variable is empty', async () => {
    await writeFile(
      join(folder, '.env'),
      'ISSUER=https://issuer.example\nPORT=1\nDEFAULT_SCOPE="a b"\n# PORT=3\n',
    )
    expect(await loadEnvironment(join(folder, '.env'), { PORT: '2', ISSUER: '' })).toEqual({
      ISSUER: '',
      PORT: '2',
      DEFAULT_SCOPE: 'a b',
    })
  })

  it('is refused where .env cannot be read', async () => {
    await expect(loadEnvironment(folder, {})).rejects.toMatchObject({
      code: 'setting',
      message: `${folder} cannot be read. Make it readable, or delete it.`,
    })
  })
})
