import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { scheduleTimeout } from '../../../src/sdk/clock.js'

describe('scheduleTimeout', () => {
  it.each([Infinity, 2 ** 31, Number.MAX_SAFE_INTEGER])('does not take %d ms for none', async (delayMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const run = vi.fn()
    const cancel = scheduleTimeout(run, delayMs)
    vi.advanceTimersByTime(2 ** 31 - 2)
    await setImmediate()
    cancel()
    vi.useRealTimers()
    expect(run).not.toHaveBeenCalled()
  })
})
