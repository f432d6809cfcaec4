/** `npm run gatehouse -- COMMAND`: what can be asked of a document, a token and a configuration without serving anything. */
import { text as readText } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { config as loadEnvironmentFile } from 'dotenv'

import type { Environment } from '../config/config.js'
import { commands } from './commands.js'
import { runCommand } from './run-command.js'

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

/** npm runs scripts in the package's folder; paths are meant from where it was called. */
function callersFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env
  return script === 'gatehouse' && folder !== undefined ? folder : process.cwd()
}

/** The environment over `.env`, which is beside package.json. */
function readEnvironment(): Environment {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value
  const path = fileURLToPath(new URL('../../.env', import.meta.url))
  const { error } = loadEnvironmentFile({ path, processEnv: environment, quiet: true })
  if (error && !('code' in error && error.code === 'ENOENT')) {
    process.stderr.write(`${path} cannot be read, and is left out: make it readable, or delete it.\n`)
  }
  return environment
}

try {
  process.exitCode = await runCommand(commands, process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colors: process.stdout.isTTY && !process.env['NO_COLOR'],
    folder: callersFolder(),
    environment: readEnvironment(),
    input: () => readText(process.stdin),
  })
} catch (error) {
  // Not the document's fault but the program's: with everything there is, and an exit code that no command has.
  process.stderr.write(`${inspect(error)}\n`)
  process.exitCode = 70
}
