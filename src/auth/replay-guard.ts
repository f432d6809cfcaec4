/** Remembers what may be used only once. Several instances of a service must share one. */
export interface ReplayGuard {
  /**
   * Resolves to whether `id` is claimed for the first time in the last `lifetimeSeconds`. Of several claims at once
   * exactly one is the first. Rejects where that cannot be known now: the request is then answered with 503.
   */
  readonly claim: (id: string, lifetimeSeconds: number) => Promise<boolean>
}

/** The guard can remember no more, and forgetting would let a used proof in again. */
export class ReplayGuardFullError extends Error {
  override readonly name = 'ReplayGuardFullError'
  readonly code = 'replay_guard_full'
}

export interface MemoryReplayGuardOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Most ids remembered at once. Default: 100,000. */
  readonly maxEntries?: number
}

/** A guard for one process alone. Where it is full it rejects with `ReplayGuardFullError` until ids expire. */
export function createMemoryReplayGuard(options: MemoryReplayGuardOptions = {}): ReplayGuard {
  const { now = Date.now, maxEntries = 100_000 } = options
  /** Id -> when it expires. Lifetimes are alike, so the oldest entry is the first to expire. */
  const claimed = new Map<string, number>()

  const sweep = (time: number): void => {
    for (const [id, expiresAt] of claimed) {
      if (expiresAt > time) break
      claimed.delete(id)
    }
  }

  return {
    claim: async (id, lifetimeSeconds) => {
      const time = now()
      sweep(time)
      const expiresAt = claimed.get(id)
      if (expiresAt !== undefined && expiresAt > time) return false
      if (claimed.size >= maxEntries) throw new ReplayGuardFullError('Too many proofs are remembered')
      claimed.delete(id)
      claimed.set(id, time + lifetimeSeconds * 1_000)
      return Promise.resolve(true)
    },
  }
}
