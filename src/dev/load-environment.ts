import { readFile } from 'node:fs/promises'
import { parse } from 'dotenv'

import type { Environment } from '../config/config.js'
import { DevelopmentError } from './development-error.js'

/** `env` over what the `.env` file says; without such a file, `env`. Throws `DevelopmentError` where it cannot be read. */
export async function loadEnvironment(file: string, env: Environment): Promise<Environment> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return env
    throw new DevelopmentError('setting', `${file} cannot be read. Make it readable, or delete it.`, {
      cause,
    })
  }
  return { ...parse(text), ...env }
}
