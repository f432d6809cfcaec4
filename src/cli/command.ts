import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { Terminal } from './terminal.js'

/** 0: as asked, 1: the document or the operation is not, 2: the call was wrong. */
export type ExitCode = 0 | 1 | 2

/** One word after `gatehouse`. */
export interface Command {
  readonly name: string
  /** What follows the name, e.g. `FILE [--json]`. */
  readonly synopsis: string
  /** One sentence. */
  readonly summary: string
  /** What `--help` says below usage and summary, in lines. */
  readonly details: readonly string[]
  /** `args` are those after the command's name. Throws `UsageError`. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<ExitCode>
}

/** Thrown where a command is called in a way that it does not understand; the message is a sentence for the caller. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'usage'
}

export type ParsedArguments<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>

/** `parseArgs` of Node, whose complaints become a `UsageError`. */
export function parseArguments<T extends ParseArgsConfig>(config: T): ParsedArguments<T> {
  try {
    return parseArgs(config)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('ERR_PARSE_ARGS_') !== true) throw error
    // The first sentence says what is wrong; those after it advise on things that no command here has.
    throw new UsageError(`${message.split(/\.\s/)[0] ?? message}.`, { cause: error })
  }
}
