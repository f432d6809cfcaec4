import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Command } from '../../../src/cli/command.js'
import { commands } from '../../../src/cli/commands.js'
import { runCommand } from '../../../src/cli/run-command.js'
import type { Environment } from '../../../src/config/config.js'

export interface Called {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface CallOptions {
  /** Name -> text, or a document to write as JSON, in the folder that the call is made from. */
  readonly files?: Readonly<Record<string, unknown>>
  readonly colors?: boolean
  readonly environment?: Environment
  /** Standard input. */
  readonly input?: string
  /** Default: all there are. */
  readonly commands?: readonly Command[]
}

/** Calls a command as its command line does, from a folder of its own. */
export async function gatehouse(argv: readonly string[], options: CallOptions = {}): Promise<Called> {
  const folder = await folderWith(options.files ?? {})
  let out = ''
  let err = ''
  const code = await runCommand(options.commands ?? commands, argv, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    colors: options.colors ?? false,
    folder,
    environment: options.environment ?? {},
    input: () => Promise.resolve(options.input ?? ''),
  })
  return { code, out, err }
}

/** A temporary folder that goes away with the test. */
export async function folderWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}
