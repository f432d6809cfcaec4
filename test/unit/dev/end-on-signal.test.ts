import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import { endOnSignal } from '../../../src/dev/end-on-signal.js'

function setUp() {
  const process = new EventEmitter()
  const codes: number[] = []
  const clock = { now: 0 }
  let finish: (error?: Error) => void = () => undefined
  let closes = 0
  const close = () => {
    closes++
    return new Promise<void>((resolve, reject) => {
      finish = (error) => {
        if (error) reject(error)
        else resolve()
      }
    })
  }
  endOnSignal(close, { process, exit: (code) => codes.push(code), now: () => clock.now })
  const finished = async (error?: Error) => {
    finish(error)
    await setImmediate()
  }
  return { process, codes, clock, finished, closes: () => closes }
}

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'])('%s closes, and then exits with 0', async (signal) => {
    const { process, codes, finished, closes } = setUp()
    process.emit(signal)
    await setImmediate()
    expect([closes(), codes]).toEqual([1, []])
    await finished()
    expect(codes).toEqual([0])
  })

  it('exits with 1 where closing fails', async () => {
    const { process, codes, finished } = setUp()
    process.emit('SIGTERM')
    await finished(new Error('no'))
    expect(codes).toEqual([1])
  })

  it('that is Ctrl-C, passed on by the watcher, closes once', async () => {
    const { process, codes, clock, finished, closes } = setUp()
    process.emit('SIGINT')
    clock.now = 100
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect([closes(), codes]).toEqual([1, []])
    await finished()
    expect(codes).toEqual([0])
  })

  it('that is a second wish while closing takes long exits with 1 at once', () => {
    const { process, codes, clock, closes } = setUp()
    process.emit('SIGINT')
    clock.now = 501
    process.emit('SIGINT')
    expect([closes(), codes]).toEqual([1, [1]])
  })
})
