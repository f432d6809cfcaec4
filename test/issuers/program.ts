import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ProgramOptions {
  readonly cwd?: string
  /** Laid over the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>
}

/** A program under way, with all that it started. */
export interface Program {
  /** What it wrote last, to either output. */
  readonly output: () => string
  /** Resolves to its exit status. */
  readonly ended: Promise<number | null>
  /** Resolves to the first match in its output. Rejects where it ends before that, or time is up. */
  readonly says: (pattern: RegExp, timeoutMs: number) => Promise<RegExpMatchArray>
  /** Ends it, by force where it does not end within ten seconds, and waits for that. */
  readonly stop: () => Promise<void>
}

const keptCharacters = 64 * 1024

/**
 * The program runs in a process group of its own, which ends when standard input does. The system closes that whenever this
 * process is gone, also by SIGKILL, so that no server outlives the tests.
 */
const keeper = `
set -m
exec 3<&0
"$@" </dev/null 3<&- & program=$!
exec >/dev/null 2>&1
{ cat <&3; kill -TERM -- "-$program"; sleep 10; kill -KILL -- "-$program"; } & watch=$!
wait "$program"; status=$?
kill -KILL -- "-$watch"
exit "$status"
`

export function startProgram(
  command: string,
  args: readonly string[],
  { cwd, environment }: ProgramOptions = {},
): Program {
  const child = spawn('bash', ['-c', keeper, 'bash', command, ...args], {
    env: { ...process.env, ...environment },
    ...(cwd !== undefined && { cwd }),
  })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-keptCharacters)
      for (const listener of listeners) listener()
    })
  }
  // It may be gone before it is told to go.
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close').then(([status]) => status as number | null)

  return {
    output: () => output,
    ended,
    says: (pattern, timeoutMs) =>
      new Promise((resolve, reject) => {
        const fail = (reason: string): void => {
          settle()
          reject(new Error(`${command} ${reason}:\n${output}`))
        }
        const timer = setTimeout(() => fail(`does not say ${pattern.source} in time`), timeoutMs)
        const look = (): void => {
          const found = pattern.exec(output)
          if (found === null) return
          settle()
          resolve(found)
        }
        const settle = (): void => {
          clearTimeout(timer)
          listeners.delete(look)
        }
        listeners.add(look)
        void ended.then((status) => fail(`ended with ${String(status)}`))
        look()
      }),
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}

/** Runs a program to its end and resolves to what it wrote. Rejects where it fails, or time is up. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { timeoutMs, ...options }: ProgramOptions & { readonly timeoutMs: number },
): Promise<string> {
  const program = startProgram(command, args, options)
  const timer = setTimeout(() => void program.stop(), timeoutMs)
  const startedAt = performance.now()
  const status = await program.ended
  clearTimeout(timer)
  if (status === 0) return program.output()
  const line = [command, ...args].join(' ')
  if (performance.now() - startedAt >= timeoutMs) {
    throw new Error(`\`${line}\` took more than ${Math.round(timeoutMs / 1000)} s`)
  }
  const lastLines = program.output().trim().split('\n').slice(-3).join(' ')
  throw new Error(`\`${line}\` ended with ${String(status)}: ${lastLines}`)
}
