/** What passes time. */
export interface Clock {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Runs a function after so many milliseconds, unless the function it gives is called. Default: `setTimeout`. */
  readonly schedule?: Schedule | undefined
}

export type Schedule = (run: () => void, delayMs: number) => () => void

/** `setTimeout` takes what is longer for no time at all. */
const longestTimeoutMs = 2 ** 31 - 1

export const scheduleTimeout: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, Math.min(delayMs, longestTimeoutMs))
  return () => {
    clearTimeout(timer)
  }
}

/** Resolves after so many milliseconds, and rejects with the signal's reason as soon as it is aborted. */
export async function wait(delayMs: number, schedule: Schedule, signal?: AbortSignal): Promise<void> {
  let cancel = (): void => undefined
  const pause = new Promise<void>((resolve) => {
    cancel = schedule(resolve, delayMs)
  })
  try {
    await unlessAborted(pause, signal)
  } finally {
    cancel()
  }
}

/** Settles as the promise does, or rejects with the signal's reason as soon as it is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  let abort = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      // The caller's own reason, whatever it is: `fetch` rejects with the same.
      reject(signal.reason as Error)
    }
  })
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
