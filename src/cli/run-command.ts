import { UsageError, type Command, type ExitCode } from './command.js'
import { toColumns, toPlain, type Terminal } from './terminal.js'

const program = 'npm run gatehouse --'

/** Runs the command that `argv` (without `node` and the script) names, and answers with the exit code. */
export async function runCommand(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const [name, ...args] = argv
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.out(overview(commands))
    return 0
  }
  const command = commands.find((known) => known.name === name)
  if (!command) {
    const mistake = name === undefined ? '' : `There is no command \`${toPlain(name)}\`.\n\n`
    terminal.err(`${mistake}${overview(commands)}`)
    return 2
  }
  const beforeTerminator = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  if (beforeTerminator.includes('--help') || beforeTerminator.includes('-h')) {
    terminal.out(help(command))
    return 0
  }
  try {
    return await command.run(args, terminal)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const lines = [toPlain(error.message), '', usage(command), `Help: ${program} ${command.name} --help`]
    terminal.err(`${lines.join('\n')}\n`)
    return 2
  }
}

function overview(commands: readonly Command[]): string {
  return [
    `Usage: ${program} COMMAND`,
    '',
    ...toColumns(commands.map(({ name, summary }) => [name, summary])),
    '',
    `More on one of them: ${program} COMMAND --help`,
    '',
  ].join('\n')
}

function help(command: Command): string {
  return [usage(command), '', command.summary, '', ...command.details, ''].join('\n')
}

function usage({ name, synopsis }: Command): string {
  return `Usage: ${program} ${name} ${synopsis}`
}
