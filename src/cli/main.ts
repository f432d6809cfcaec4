/** `npm run gatehouse -- COMMAND`: what can be asked of a document without serving it. */
import { inspect } from 'node:util'

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

try {
  process.exitCode = await runCommand(commands, process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colors: process.stdout.isTTY && !process.env['NO_COLOR'],
    folder: callersFolder(),
  })
} catch (error) {
  // Not the document's fault but the program's: with everything there is, and an exit code that no command has.
  process.stderr.write(`${inspect(error)}\n`)
  process.exitCode = 70
}
