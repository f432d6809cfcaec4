import { spawn, type ChildProcess } from 'node:child_process'

import type { GenerationCheck } from './generation.js'

/** A generation that may be under way. */
export interface Generator {
  /** Generates where the sources changed. Resolves once that is done; never rejects: it reports instead. */
  readonly run: () => Promise<void>
  /** Ends a generation under way, without a report. */
  readonly stop: () => void
}

export interface GeneratorOptions {
  /** Program and arguments that generate. */
  readonly command: readonly [string, ...string[]]
  /** Working directory. */
  readonly folder: string
  readonly write: (text: string) => void
}

/** Keeps `generated/` in step beside the running service, which reads the document itself and need not wait. */
export function createGenerator(check: GenerationCheck, options: GeneratorOptions): Generator {
  const { command, folder, write } = options
  let child: ChildProcess | undefined
  let stopped = false

  return {
    async run() {
      try {
        const digest = await check.findChange()
        if (digest === undefined || stopped) return
        write('openapi/ changed: generating types, scopes and client in generated/\n')
        const [program, ...args] = command
        child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
        const { code, errors } = await outcomeOf(child)
        if (code === 0) await check.remember(digest)
        // Without a code it was ended by a signal: by `stop`, or by Ctrl-C.
        else if (code !== null) write(`Nothing was generated:\n${errors.trimEnd()}\n`)
      } catch (error) {
        write(`Nothing was generated: ${error instanceof Error ? error.message : String(error)}\n`)
      }
    },
    stop() {
      stopped = true
      child?.kill()
    },
  }
}

function outcomeOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly errors: string }> {
  const chunks: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ code, errors: Buffer.concat(chunks).toString() })
    })
  })
}
