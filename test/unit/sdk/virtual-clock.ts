import { setImmediate } from 'node:timers/promises'
import type { Schedule } from '../../../src/sdk/clock.js'

/** Time that passes only when the test says so. */
export interface VirtualClock {
  readonly now: () => number
  readonly schedule: Schedule
  /** Delays that were asked for and not cancelled, milliseconds, in the order asked for. */
  readonly pending: () => readonly number[]
  /** Passes time, running what falls due in order, each after everything before it has settled. */
  readonly pass: (durationMs: number) => Promise<void>
}

export function createVirtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let nowMs = startMs
  const timers = new Map<
    object,
    { readonly atMs: number; readonly delayMs: number; readonly run: () => void }
  >()
  return {
    now: () => nowMs,
    schedule: (run, delayMs) => {
      const timer = {}
      timers.set(timer, { atMs: nowMs + delayMs, delayMs, run })
      return () => timers.delete(timer)
    },
    pending: () => [...timers.values()].map(({ delayMs }) => delayMs),
    async pass(durationMs) {
      const endMs = nowMs + durationMs
      for (;;) {
        await settle()
        const [due] = [...timers]
          .filter(([, { atMs }]) => atMs <= endMs)
          .sort(([, a], [, b]) => a.atMs - b.atMs)
        if (due === undefined) break
        const [timer, { atMs, run }] = due
        timers.delete(timer)
        nowMs = Math.max(nowMs, atMs)
        run()
      }
      nowMs = endMs
    },
  }
}

/** What is under way in memory comes to rest within a few turns of the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate()
}
