import type { EventEmitter } from 'node:events'

export interface EndOnSignalOptions {
  /** Emits the signals. Default: `process`. */
  readonly process?: Pick<EventEmitter, 'on'>
  /** Ends the process. Default: `process.exit`. */
  readonly exit?: (code: number) => void
  /** Milliseconds since any moment. Default: `performance.now`. */
  readonly now?: () => number
}

/** A terminal sends Ctrl-C to every process of a command, and `tsx watch` then passes it on: one wish, two signals. */
const sameWishMs = 500

/**
 * On SIGINT or SIGTERM: `close`, and exit 0, or 1 where that fails. On another one while it closes: exit 1 at once.
 */
export function endOnSignal(close: () => Promise<void>, options: EndOnSignalOptions = {}): void {
  const { process: emitter = process, now = () => performance.now() } = options
  const exit = options.exit ?? ((code: number) => process.exit(code))
  let firstAt: number | undefined
  const end = () => {
    if (firstAt !== undefined) {
      if (now() - firstAt > sameWishMs) exit(1)
      return
    }
    firstAt = now()
    close().then(
      () => {
        exit(0)
      },
      () => {
        exit(1)
      },
    )
  }
  emitter.on('SIGINT', end)
  emitter.on('SIGTERM', end)
}
