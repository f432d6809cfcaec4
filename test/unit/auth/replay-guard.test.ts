import { describe, expect, it } from 'vitest'
import { createMemoryReplayGuard } from '../../../src/auth/replay-guard.js'

describe('createMemoryReplayGuard', () => {
  it('lets exactly one of many claims at once through', async () => {
    const guard = createMemoryReplayGuard()
    const claims = await Promise.all(Array.from({ length: 20 }, () => guard.claim('a', 60)))
    expect(claims.filter(Boolean)).toHaveLength(1)
  })

  it('remembers an id for its lifetime and not longer', async () => {
    let time = 1_000
    const guard = createMemoryReplayGuard({ now: () => time })
    await expect(guard.claim('a', 60)).resolves.toBe(true)
    time += 59_999
    await expect(guard.claim('a', 60)).resolves.toBe(false)
    time += 1
    await expect(guard.claim('a', 60)).resolves.toBe(true)
  })

  it('outlives an id with a longer lifetime in front of it', async () => {
    let time = 0
    const guard = createMemoryReplayGuard({ now: () => time })
    await guard.claim('long', 100)
    await guard.claim('short', 10)
    time = 10_000
    await expect(guard.claim('short', 10)).resolves.toBe(true)
    await expect(guard.claim('long', 10)).resolves.toBe(false)
  })

  it('forgets nothing to make room: it is full until ids expire', async () => {
    let time = 0
    const guard = createMemoryReplayGuard({ now: () => time, maxEntries: 2 })
    await guard.claim('a', 60)
    await guard.claim('b', 60)
    await expect(guard.claim('a', 60)).resolves.toBe(false)
    await expect(guard.claim('c', 60)).rejects.toMatchObject({ code: 'replay_guard_full' })
    time = 60_000
    await expect(guard.claim('c', 60)).resolves.toBe(true)
  })
})
